"""Prices observed and derived by real runs."""

from datetime import UTC, datetime

import polars as pl
import pytest

from resources.ledger import latest
from resources.schemas import PRICE_OBSERVATIONS, PRICES
from tests.runs import Platform


def today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")


def test_todays_partition_stores_a_consensus_with_its_provenance(platform: Platform) -> None:
    result = platform.prices(today(), checks=True)
    assert result.success
    checks = {e.check_name: e.passed for e in result.get_asset_check_evaluations()}
    assert checks == {"duplicates": True, "fresh": True, "rows": True}
    rows = {row["symbol"]: row for row in platform.rows(PRICES).to_dicts()}
    bitcoin = rows["BTC"]
    assert bitcoin["providers"] == ["binance", "coinbase_exchange", "coingecko", "kraken"]
    assert (bitcoin["n_sources"], bitcoin["quote"], bitcoin["mode"]) == (4, "USD", "sandbox")
    assert 0 <= bitcoin["spread_bps"] < 30
    assert abs(rows["USDT"]["price"] - 1) < 0.01
    assert set(latest.read_prices(platform.ledger)) == set(rows)


def test_a_minute_that_is_stored_stays_as_it_is(platform: Platform) -> None:
    platform.prices(today())
    first = platform.rows(PRICES)
    platform.prices(today())
    again = platform.rows(PRICES).join(first, on=PRICES.key, how="semi")
    assert again.equals(first)


def test_a_past_day_is_derived_from_candles_and_the_same_after_a_second_run(
    platform: Platform,
) -> None:
    platform.ohlcv("2026-01-01")
    for _ in range(2):
        assert platform.prices("2026-01-10").success
        rows = platform.rows(PRICES)
        assert rows.height == 3 * 24
        assert set(rows["quality"]) == {"derived"}
    version = platform.lake.version(PRICES)
    platform.prices("2026-01-10")
    assert platform.lake.version(PRICES) == version


def test_a_day_without_candles_stores_nothing(platform: Platform) -> None:
    result = platform.prices("2015-01-10", checks=True)
    checks = {e.check_name: e.passed for e in result.get_asset_check_evaluations()}
    assert checks["rows"] is False
    assert platform.rows(PRICES).is_empty()


@pytest.mark.parametrize("down", ["binance", "coingecko"])
def test_prices_go_on_without_a_provider(platform: Platform, down: str) -> None:
    platform.fault(provider=down, kind="wrong_schema")
    assert platform.prices(today()).success
    assert platform.rows(PRICES)["symbol"].is_in(["BTC", "ETH", "USDT"]).sum() == 3
    asked = set(platform.rows(PRICE_OBSERVATIONS)["provider"])
    assert asked == {"binance", "coinbase_exchange", "coingecko", "kraken"} - {down}


def test_a_quote_that_cannot_be_is_quarantined(platform: Platform) -> None:
    platform.fault(provider="kraken", kind="nan", path="Ticker")
    assert platform.prices(today()).success
    assert "not finite" in platform.quarantined()
    said = platform.rows(PRICE_OBSERVATIONS).filter(pl.col("provider") == "kraken")
    assert set(said["reason"]) == {"not finite"}
    assert "kraken" not in set(platform.rows(PRICES)["providers"].explode())
