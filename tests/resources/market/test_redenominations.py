"""Coins that changed their unit."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from resources.market import load_registry, redenominations

SEED = Path(redenominations.__file__).with_name("redenominations.toml")


def test_each_is_of_a_coin_of_the_registry_and_documented() -> None:
    for entry in tomllib.loads(SEED.read_text())["redenomination"]:
        (known,) = redenominations.redenominations(entry["asset"])
        assert load_registry().asset(known.asset).ticker == known.asset
        assert known.factor > 0
        assert known.docs_url.startswith("https://")
        assert known.note
        assert datetime.fromtimestamp(known.at / 1000, UTC) == entry["at"]


def test_a_coin_that_kept_its_unit_has_none() -> None:
    assert redenominations.redenominations("BTC") == []


def test_candles_begin_where_the_new_unit_was_traded_first(shared: Path) -> None:
    folder = shared / "data" / "ohlcv"
    for asset in ("EGLD", "VET"):
        file = folder / f"binance_{asset}USDT_1h.parquet"
        if not file.is_file():
            pytest.skip(f"needs {file.name} of ../shared, which is not here")
        first = pl.scan_parquet(file).select(pl.col("ts_ms").min()).collect().item()
        assert redenominations.redenominations(asset)[0].at == first
