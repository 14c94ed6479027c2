"""Which of our own prices other feeds are turned into dollars by."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from assets.own_prices import own_prices
from resources.flush_prices import flush_prices
from resources.lake import Lake
from resources.ledger import Ledger
from tests.api.world import prices
from tests.ledgers import ledger_at

MINUTE = 60_000


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = ledger_at(tmp_path / "ledger.db")
    yield made
    made.close()


def put(folder: Path, ledger: Ledger, quality: str, minutes: int, symbol: str = "BTC") -> None:
    minute = ledger.now() // MINUTE * MINUTE - minutes * MINUTE
    frame = prices(minute, {symbol: 5.0}).with_columns(quality=pl.lit(quality))
    flush_prices(Lake(str(folder / "lake")), ledger, frame)


@pytest.mark.parametrize("quality", ["pair", "single", "unconfirmed", "derived"])
def test_a_price_that_fewer_than_three_agree_on_is_none(
    tmp_path: Path, ledger: Ledger, quality: str
) -> None:
    put(tmp_path, ledger, quality, 1)
    put(tmp_path, ledger, "consensus", 1, "ETH")
    assert dict(own_prices(ledger, "asset", "price").rows()) == {"ETH": 5.0, "USD": 1.0}


def test_a_price_counts_up_to_an_age(tmp_path: Path, ledger: Ledger) -> None:
    put(tmp_path, ledger, "consensus", 30)
    assert dict(own_prices(ledger, "asset", "price").rows()) == {"USD": 1.0}
    known = own_prices(ledger, "asset", "price", 60 * MINUTE)
    assert dict(known.rows()) == {"BTC": 5.0, "USD": 1.0}
