"""Flushing: lake first, then one transaction of the ledger."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from resources.flush import CandlePage, flush_candles
from resources.lake import Lake
from resources.ledger import Ledger, commits, coverage, gaps, latest, quality_events, quarantine
from resources.market import Interval
from resources.plan import Window
from resources.schemas import CANDLE_PAGE, CANDLES

HOUR = Interval.H1.ms
START = int(datetime(2026, 5, 1, tzinfo=UTC).timestamp() * 1000)
NOW = START + 100 * HOUR


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def page(
    hours: range,
    symbol: str = "BTC/USDT",
    low: float = 9.0,
    *,
    close: float = 10.0,
    provider: str = "binance",
    without: Sequence[int] = (),
    end: int | None = None,
) -> CandlePage:
    """Candles of these hours but some, proving them all, or those before `end`."""
    rows = [
        {"open_time": START + hour * HOUR, "open": 10.0, "high": 11.0, "low": low, "close": close,
         "volume": 1.0, "quote_volume": None, "trades": None}
        for hour in hours if hour not in without
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema={**CANDLE_PAGE, "open_time": pl.Int64}).with_columns(
        pl.from_epoch("open_time", "ms").dt.replace_time_zone("UTC").cast(CANDLE_PAGE["open_time"])
    )
    last = hours.stop if end is None else end
    window = Window(START + hours.start * HOUR, START + last * HOUR)
    return CandlePage(symbol, provider, frame, window, NOW, NOW)


def test_a_flush_stores_acknowledges_and_covers(lake: Lake, ledger: Ledger) -> None:
    pages = [page(range(5)), page(range(5, 9)), page(range(3), symbol="ETH/USDT")]
    flushed = flush_candles(lake, ledger, Interval.H1, pages, "sandbox")
    assert (flushed.rows, flushed.commits, flushed.quarantined) == (12, 1, 0)
    assert coverage.covered(ledger, "BTC/USDT", "1h") == [Window(START, START + 9 * HOUR)]
    [commit] = commits.read_commits(ledger, 0, 10)
    assert (commit.table, commit.version, commit.rows) == ("candles", 1, 12)
    assert commit.keys == [
        {"symbol": "BTC/USDT", "interval": "1h", "oldest": START, "newest": START + 8 * HOUR},
        {"symbol": "ETH/USDT", "interval": "1h", "oldest": START, "newest": START + 2 * HOUR},
    ]


def test_what_a_kill_left_in_the_lake_alone_is_not_doubled(lake: Lake, ledger: Ledger) -> None:
    killed = Ledger("sqlite://")
    killed.migrate()
    flush_candles(lake, killed, Interval.H1, [page(range(5))], "sandbox")
    flushed = flush_candles(lake, ledger, Interval.H1, [page(range(6))], "sandbox")
    assert flushed.rows == 1
    assert lake.scan(CANDLES, {}).collect().height == 6
    assert coverage.covered(ledger, "BTC/USDT", "1h") == [Window(START, START + 6 * HOUR)]
    killed.close()


def test_the_forming_candle_goes_to_the_ledger_and_not_to_the_lake(
    lake: Lake, ledger: Ledger
) -> None:
    flush_candles(lake, ledger, Interval.H1, [page(range(98, 101))], "live")
    assert lake.scan(CANDLES, {}).collect().height == 2
    forming = latest.read_forming(ledger, "BTC/USDT", "1h")
    assert forming is not None
    assert forming["open_time"] == NOW


def test_a_broken_row_is_quarantined_and_the_others_are_stored(lake: Lake, ledger: Ledger) -> None:
    pages = [page(range(2), low=-1.0), page(range(3), symbol="ETH/USDT")]
    flushed = flush_candles(lake, ledger, Interval.H1, pages, "live")
    assert (flushed.rows, flushed.quarantined) == (3, 2)
    assert flushed.quarantined_by_reason == {"price not positive": 2}
    assert quarantine.count(ledger, "candles") == 2
    # It is asked for again.
    assert coverage.covered(ledger, "BTC/USDT", "1h") == []
    assert coverage.covered(ledger, "ETH/USDT", "1h") == [Window(START, START + 3 * HOUR)]


def test_an_empty_page_covers_its_window(lake: Lake, ledger: Ledger) -> None:
    empty = page(range(0))
    whole = CandlePage("BTC/USDT", "binance", empty.frame, Window(START, NOW), NOW, NOW)
    assert flush_candles(lake, ledger, Interval.H1, [whole], "live").commits == 0
    assert coverage.covered(ledger, "BTC/USDT", "1h") == [Window(START, NOW)]
    assert commits.newest_seq(ledger) == 0


def test_a_candle_that_is_absent_from_its_page_is_a_gap_until_somebody_has_it(
    lake: Lake, ledger: Ledger
) -> None:
    flush_candles(lake, ledger, Interval.H1, [page(range(9), without=(4, 5))], "live")
    [gap] = gaps.read(ledger, "BTC/USDT", "1h")
    assert gap.window == Window(START + 4 * HOUR, START + 6 * HOUR)
    assert gap.providers == ("binance",)
    assert coverage.covered(ledger, "BTC/USDT", "1h") == [Window(START, START + 9 * HOUR)]
    both = page(range(4, 6), provider="kraken", without=[5])
    flush_candles(lake, ledger, Interval.H1, [both], "live")
    [left] = gaps.read(ledger, "BTC/USDT", "1h")
    assert left.window == Window(START + 5 * HOUR, START + 6 * HOUR)
    assert left.providers == ("binance", "kraken")


def test_a_candle_that_another_has_stored_is_no_gap_where_one_lacks_it(
    lake: Lake, ledger: Ledger
) -> None:
    flush_candles(lake, ledger, Interval.H1, [page(range(9))], "live")
    late = page(range(9), provider="kraken", without=[4])
    flush_candles(lake, ledger, Interval.H1, [late], "live")
    assert gaps.read(ledger, "BTC/USDT", "1h") == []


def test_what_lies_beyond_the_window_of_its_page_is_left_out(lake: Lake, ledger: Ledger) -> None:
    flush_candles(lake, ledger, Interval.H1, [page(range(9), end=5)], "live")
    assert lake.scan(CANDLES, {}).collect().height == 5


@pytest.mark.parametrize(("close", "noted"), [(10.04, False), (10.06, True), (9.94, True)])
def test_providers_that_differ_by_more_than_the_tolerance_disagree(
    lake: Lake, ledger: Ledger, close: float, noted: bool
) -> None:
    flush_candles(lake, ledger, Interval.H1, [page(range(2))], "live")
    other = page(range(1), provider="kraken", close=close)
    for _ in range(2):
        flushed = flush_candles(lake, ledger, Interval.H1, [other], "live")
        assert (flushed.disputed, flushed.revised) == (1, 0)
    assert set(lake.scan(CANDLES, {}).collect()["close"]) == {10.0}
    event = quality_events.Event(
        "disagreement", "BTC/USDT", "1h", START, "binance", 10.0, "kraken", close
    )
    found = quality_events.between(ledger, "1h", START, START + HOUR)
    assert found == ([event] if noted else [])


def test_a_row_that_opens_between_two_candles_is_missing_still_and_no_gap(
    lake: Lake, ledger: Ledger
) -> None:
    whole = page(range(4))
    second = pl.col("open_time") == pl.col("open_time").min() + pl.duration(hours=1)
    late = pl.when(second).then(pl.col("open_time") + pl.duration(minutes=30))
    odd = whole.frame.with_columns(late.otherwise("open_time").alias("open_time"))
    flush_candles(lake, ledger, Interval.H1, [replace(whole, frame=odd)], "live")
    assert gaps.read(ledger, "BTC/USDT", "1h") == []
    missing = Window(START + HOUR, START + 2 * HOUR)
    assert coverage.missing_many(ledger, ["BTC/USDT"], Interval.H1, whole.window) == {
        "BTC/USDT": [missing]
    }


def test_a_row_without_a_time_hides_no_candle(lake: Lake, ledger: Ledger) -> None:
    whole = page(range(4))
    third = pl.int_range(pl.len()) == 2
    blank = whole.frame.with_columns(
        pl.when(third).then(None).otherwise("open_time").alias("open_time")
    )
    flush_candles(lake, ledger, Interval.H1, [replace(whole, frame=blank)], "live")
    [gap] = gaps.read(ledger, "BTC/USDT", "1h")
    assert gap.window == Window(START + 2 * HOUR, START + 3 * HOUR)


def test_a_candle_that_came_sound_and_broken_is_not_asked_for_again(
    lake: Lake, ledger: Ledger
) -> None:
    whole = page(range(3))
    broken = whole.frame.head(1).with_columns(close=pl.lit(float("nan")))
    both = replace(whole, frame=pl.concat([broken, whole.frame]))
    assert flush_candles(lake, ledger, Interval.H1, [both], "live").quarantined == 1
    assert coverage.covered(ledger, "BTC/USDT", "1h") == [whole.window]


@pytest.mark.parametrize(("column", "value"), [("quote_volume", float("nan")), ("trades", -1)])
def test_what_providers_tell_besides_the_prices_must_be_possible_too(
    lake: Lake, ledger: Ledger, column: str, value: float
) -> None:
    one = page(range(1))
    kind = CANDLE_PAGE[column]
    odd = one.frame.with_columns(pl.lit(value).cast(kind).alias(column))
    flushed = flush_candles(lake, ledger, Interval.H1, [replace(one, frame=odd)], "live")
    assert flushed.quarantined_by_reason == {"impossible quote volume or trades": 1}


def test_a_revision_is_known_after_what_it_replaces_whatever_the_clock_says(
    lake: Lake, ledger: Ledger
) -> None:
    first = page(range(1))
    earlier = replace(page(range(1), close=10.5), fetched_at=NOW - HOUR)
    flush_candles(lake, ledger, Interval.H1, [first], "live")
    assert flush_candles(lake, ledger, Interval.H1, [earlier], "live").revised == 1
    [stored] = lake.scan(CANDLES, {}).collect().to_dicts()
    assert stored["close"] == 10.5
    assert round(stored["known_at"].timestamp() * 1000) == NOW + 1
