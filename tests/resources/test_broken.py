"""What broke a rule is kept once, however often it is told."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from resources.broken import keep_broken
from resources.ledger import Ledger, quarantine
from resources.quotes import Quotes
from tests.assets.said import NOW, quotes
from tests.ledgers import ledger_at


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = ledger_at(tmp_path / "ledger.db")
    yield made
    made.close()


def told(minute: int, price: float, reason: str) -> Quotes:
    """What a provider says each minute, read half a second later; only that of BTC is broken."""
    at = pl.lit(NOW + timedelta(minutes=minute))
    answer = quotes("kraken", ("BTC", "USD", price), ("ETH", "USD", 5.0))
    broken = pl.when(pl.col("symbol") == "BTC").then(pl.lit(reason))
    times = {"observed_at": at, "fetched_at": at.dt.offset_by("500ms")}
    return Quotes("kraken", answer.frame.with_columns(reason=broken, **times))


def keep(ledger: Ledger, *answers: Quotes) -> int:
    return keep_broken(ledger, "prices", "symbol", answers)


def test_a_quote_that_stays_broken_is_one_row(ledger: Ledger) -> None:
    for minute in range(30):
        assert keep(ledger, told(minute, -1.0, "price not positive")) == 1
    assert quarantine.count(ledger, "prices") == 1
    keep(ledger, told(31, -2.0, "price not positive"), told(31, -1.0, "another reason"))
    assert quarantine.count(ledger, "prices") == 3


def test_an_impossible_time_is_kept_with_it(ledger: Ledger) -> None:
    keep(ledger, told(0, 5.0, "impossible time"))
    with ledger.read() as connection:
        row = connection.exec_driver_sql("SELECT symbol, row FROM quarantine").one()
    assert row[0] == "BTC"
    assert str(datetime(2026, 5, 1, 12, 0, 30, tzinfo=UTC)) in row[1]


def test_a_row_without_a_name_is_kept_too(ledger: Ledger) -> None:
    answer = told(0, 5.0, "no symbol")
    nameless = answer.frame.with_columns(symbol=pl.lit(None, pl.String))
    assert keep(ledger, Quotes("kraken", nameless)) == 1
    assert quarantine.count(ledger, "prices") == 1


def test_of_an_answer_that_is_broken_altogether_some_rows_are_kept(ledger: Ledger) -> None:
    answer = quotes("kraken", *((f"C{n}", "USD", float(n)) for n in range(5_000)))
    why = pl.when(pl.col("price") < 4_000).then(pl.lit("no text")).otherwise(pl.lit("no address"))
    padded = answer.frame.with_columns(reason=why, quote=pl.lit("x" * 10_000))
    assert keep(ledger, Quotes("kraken", padded)) == 5_000
    with ledger.read() as connection:
        rows = connection.exec_driver_sql("SELECT reason, row FROM quarantine ORDER BY id").all()
    assert len(rows) == 51
    assert max(len(row) for _, row in rows) < 3_000
    assert tuple(rows[-1]) == ("4,950 more", '{"no text": 3950, "no address": 1000}')
