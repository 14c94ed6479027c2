"""A day's candles, measured by real runs beside a second provider of the sandbox."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
import polars as pl
import pytest
from deltalake import write_deltalake

from assets.ohlcv import ohlcv
from resources.flush import CandlePage, flush_candles
from resources.ledger import quality_events, quarantine
from resources.market import Interval
from resources.plan import Window
from resources.schemas import CANDLE_PAGE, CANDLE_QUALITY, CANDLES, utc
from tests.runs import Platform

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
DAY = f"{TODAY - timedelta(2):%Y-%m-%d}"
BEFORE = f"{TODAY - timedelta(3):%Y-%m-%d}"
MONTH = f"{DAY[:7]}-01"
START = int((TODAY - timedelta(2)).timestamp() * 1000)
HOUR = 3_600_000
HAVE_CANDLES = {"binance", "mexc"}


def collect(platform: Platform, interval: str = "1h") -> None:
    first = BEFORE if BEFORE[:7] == DAY[:7] else DAY
    days = {"start": first, "end": DAY}
    assert platform.run(ohlcv, [MONTH], {"symbols": ["BTC"], "interval": interval, **days}).success


def measured(platform: Platform) -> list[dict[str, Any]]:
    rows = platform.rows(CANDLE_QUALITY)
    return rows.filter(rows["day"].dt.strftime("%Y-%m-%d") == DAY).to_dicts()


@pytest.fixture
def pair(tmp_path: Path, sandbox: str) -> Iterator[Platform]:
    """Two that have the market, so that it is known who else is asked."""
    with dg.DagsterInstance.ephemeral() as instance:
        made = Platform(tmp_path, sandbox, instance)
        made.keep(*HAVE_CANDLES)
        yield made
    httpx.delete(f"{sandbox}/_control/faults").raise_for_status()


def test_a_whole_day_that_others_confirm_scores_100(pair: Platform) -> None:
    collect(pair)
    assert pair.quality(DAY, checks=True).success
    [row] = measured(pair)
    assert (row["symbol"], row["interval"]) == ("BTC/USDT", "1h")
    counted = ("expected", "present", "gaps", "duplicates", "revisions", "outliers")
    assert [row[name] for name in counted] == [24, 24, 0, 0, 0, 0]
    assert (row["comparisons"], row["disagreements"], row["agreement"]) == (24, 0, 1.0)
    assert (row["completeness"], row["score"], row["mode"]) == (1.0, 100.0, "sandbox")


def test_measuring_again_changes_nothing_but_what_has_changed(pair: Platform) -> None:
    collect(pair)
    pair.quality(DAY)
    version = pair.lake.version(CANDLE_QUALITY)
    pair.quality(DAY)
    assert pair.lake.version(CANDLE_QUALITY) == version
    pair.quality(DAY, compare=False)
    [row] = measured(pair)
    assert (row["comparisons"], row["agreement"], row["score"]) == (0, None, 100.0)


def test_a_provider_whose_close_is_off_is_a_disagreement(pair: Platform) -> None:
    collect(pair)
    [stored] = pair.rows(CANDLES)["provider"].unique()
    for provider in HAVE_CANDLES - {stored}:
        pair.fault(provider=provider, kind="spike")
    assert pair.quality(DAY).success
    [row] = measured(pair)
    assert (row["comparisons"], row["disagreements"]) == (24, 1)
    assert row["agreement"] == pytest.approx(23 / 24)
    assert row["score"] < 100
    [event] = quality_events.between(pair.ledger, "1h", START, START + 24 * HOUR)
    assert (event.kind, event.provider, event.symbol) == ("disagreement", stored, "BTC/USDT")
    assert event.other_provider != stored
    assert event.other_close == pytest.approx(10 * event.close, rel=0.05)
    # What was only compared is not stored.
    assert pair.rows(CANDLES)["provider"].unique().to_list() == [stored]


def test_one_request_a_market_is_sent_for_its_main_interval(pair: Platform) -> None:
    collect(pair)
    collect(pair, interval="5m")
    pair.quality(DAY)
    before = pair.requests()
    pair.quality(DAY)
    assert pair.requests() == before + 1
    compared = {row["interval"]: row["comparisons"] for row in measured(pair)}
    assert compared == {"1h": 24, "5m": 0}


def test_others_that_fail_are_told_and_stop_nothing(pair: Platform) -> None:
    collect(pair)
    [stored] = pair.rows(CANDLES)["provider"].unique()
    for provider in HAVE_CANDLES - {stored}:
        pair.fault(provider=provider, kind="status_5xx")
    assert pair.quality(DAY).success
    [row] = measured(pair)
    assert (row["comparisons"], row["agreement"], row["score"]) == (0, None, 100.0)


def test_a_market_that_nobody_else_has_is_not_compared(platform: Platform) -> None:
    platform.keep("binance")
    collect(platform)
    assert platform.quality(DAY).success
    assert [row["comparisons"] for row in measured(platform)] == [0]


def test_missing_candles_are_counted_with_their_reasons(pair: Platform) -> None:
    hour = pl.col("open_time").dt.hour()
    high = pl.when(hour == 12).then(1.0).otherwise("high").alias("high")
    broken = hours().filter(~hour.is_in([3, 4]), hour < 20).with_columns(high)
    window = Window(START, START + 20 * HOUR)
    now = pair.ledger.now()
    page = CandlePage("BTC/USDT", "binance", broken, window, now, now)
    flush_candles(pair.lake, pair.ledger, Interval.H1, [page], "sandbox")
    assert quarantine.count(pair.ledger, CANDLES.name) == 1
    pair.quality(DAY, compare=False)
    [row] = measured(pair)
    reasons = ("expected", "present", "gaps", "not_there", "quarantined", "not_fetched")
    assert [row[name] for name in reasons] == [24, 17, 3, 2, 1, 4]


def hours() -> pl.DataFrame:
    """24 sound candles of the day."""
    times = [utc(START + n * HOUR) for n in range(24)]
    close = pl.Series([100.0 + n % 3 for n in range(24)])
    columns = {"open": close, "high": close + 1, "low": close - 1, "close": close}
    return pl.DataFrame(
        {"open_time": times, **columns, "volume": close, "quote_volume": close, "trades": None},
        schema=CANDLE_PAGE,
    )


def test_several_days_are_one_run(pair: Platform) -> None:
    collect(pair)
    assert pair.quality(BEFORE, DAY, compare=False).success
    days = pair.rows(CANDLE_QUALITY)["day"].dt.strftime("%Y-%m-%d").unique().sort().to_list()
    assert days == ([BEFORE, DAY] if BEFORE[:7] == DAY[:7] else [DAY])


def test_a_revision_costs_a_little(pair: Platform) -> None:
    collect(pair)
    rows = pair.rows(CANDLES).tail(1)
    opened = int(rows["open_time"].dt.epoch("ms")[0])
    [provider] = rows["provider"]
    revised = rows.with_columns(volume=rows["volume"] + 1).select(
        "open_time", "open", "high", "low", "close", "volume", "quote_volume", "trades"
    )
    now = pair.ledger.now()
    page = CandlePage("BTC/USDT", provider, revised, Window(opened, opened + HOUR), now, now)
    flush_candles(pair.lake, pair.ledger, Interval.H1, [page], "sandbox")
    pair.quality(DAY, compare=False)
    [row] = measured(pair)
    assert (row["revisions"], row["present"]) == (1, 24)
    assert row["score"] == pytest.approx(100 - 100 / 80 * 10 / 24, abs=0.01)


def test_candles_that_stand_there_twice_are_counted(pair: Platform) -> None:
    collect(pair)
    twice = pair.rows(CANDLES).tail(6)
    write_deltalake(str(pair.folder / "lake" / CANDLES.name), twice, mode="append")
    pair.quality(DAY, compare=False)
    [row] = measured(pair)
    assert (row["present"], row["duplicates"], row["score"]) == (24, 6, 80.0)
