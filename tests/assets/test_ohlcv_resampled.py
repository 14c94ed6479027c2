"""Candles of higher intervals, made of what real runs have collected from the sandbox."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import polars as pl
import pytest

from pipelines.jobs import collect_ohlcv
from resources.flush import CandlePage, flush_candles
from resources.ledger import quality_events
from resources.market import Interval
from resources.plan import Window
from resources.schemas import CANDLE_PAGE, CANDLES, CANDLES_RESAMPLED, utc
from tests.runs import Platform

MONTH = "2026-03-01"
START, END = 1_772_323_200_000, 1_775_001_600_000  # of March, which begins on a Sunday
HOUR, DAY = 3_600_000, 86_400_000
CLOSED = ("open", "high", "low", "close")


def made(platform: Platform, interval: str) -> pl.DataFrame:
    return platform.rows(CANDLES_RESAMPLED).filter(pl.col("interval") == interval)


def written(result: dg.ExecuteInProcessResult) -> object:
    [event] = result.get_asset_materialization_events()
    return event.materialization.metadata["dagster/row_count"].value


def flush(
    platform: Platform, at: int, closes: list[float], mode: str = "sandbox", hours: int = 0
) -> None:
    """Hours of BTC/USDT from `at` on, as a page that proves so many `hours`, or its own."""
    close = pl.Series(closes, dtype=pl.Float64)
    columns = {"open": close, "high": close + 1, "low": close - 1, "close": close}
    times = [utc(at + n * HOUR) for n in range(len(closes))]
    frame = pl.DataFrame(
        {"open_time": times, **columns, "volume": close, "quote_volume": close, "trades": None},
        schema=CANDLE_PAGE,
    )
    window, now = Window(at, at + (hours or len(closes)) * HOUR), platform.ledger.now()
    page = CandlePage("BTC/USDT", "binance", frame, window, now, now)
    flush_candles(platform.lake, platform.ledger, Interval.H1, [page], mode)


def test_what_is_collected_is_made_into_higher_intervals(platform: Platform) -> None:
    assert platform.ohlcv(MONTH).success
    assert platform.resampled(MONTH, checks=True).success
    hours = platform.rows(CANDLES).filter(pl.col("symbol") == "BTC/USDT")
    days = made(platform, "1d").filter(pl.col("symbol") == "BTC/USDT")
    assert days["open_time"].to_list() == [utc(START) + timedelta(n) for n in range(31)]
    first = hours.head(24)
    expected = first["open"][0], first["high"].max(), first["low"].min(), first["close"][-1]
    assert days.select(CLOSED).row(0) == pytest.approx(expected)
    assert days["volume"][0] == pytest.approx(first["volume"].sum())
    assert days["trades"][0] == first["trades"].sum()
    # March has four weeks that begin and end in it.
    counts = platform.rows(CANDLES_RESAMPLED).group_by("interval").len().sort("interval").rows()
    assert counts == [("1d", 31 * 3), ("1w", 4 * 3), ("4h", 186 * 3)]
    origin = made(platform, "1w").select("provider", "mode", "parts", "providers").row(0)
    assert origin == ("resampled:1h", "sandbox", 168, ["binance"])


def test_a_second_run_commits_nothing(platform: Platform) -> None:
    platform.ohlcv(MONTH)
    assert written(platform.resampled(MONTH)) == (31 + 4 + 186) * 3
    version = platform.lake.version(CANDLES_RESAMPLED)
    for config in ({}, {"again": True}):
        assert written(platform.resampled(MONTH, **config)) == 0
        assert platform.lake.version(CANDLES_RESAMPLED) == version


def test_a_run_that_finds_nothing_is_a_success(platform: Platform) -> None:
    assert written(platform.resampled(MONTH)) == 0


def test_the_job_that_collects_makes_higher_candles_too(platform: Platform) -> None:
    result = platform.job(collect_ohlcv, MONTH, "2026-04-01")
    assert result.success
    assert {one.asset_key.to_user_string() for one in result.get_asset_materialization_events()
            if one.asset_key} == {"ohlcv", "ohlcv_resampled"}  # fmt: skip
    checks = {e.check_name: e.passed for e in result.get_asset_check_evaluations()}
    assert checks == dict.fromkeys(("agrees", "duplicates", "fresh", "gaps", "rows"), True)
    assert made(platform, "1d").height == 61 * 3


def test_a_candle_is_made_when_its_span_is_whole(platform: Platform) -> None:
    flush(platform, START, [100.0, 101.0, 102.0])
    platform.resampled(MONTH)
    assert made(platform, "4h").is_empty()
    flush(platform, START + 3 * HOUR, [103.0])
    platform.resampled(MONTH)
    assert made(platform, "4h").select("open", "close", "parts").rows() == [(100.0, 103.0, 4)]


def test_what_changes_below_changes_what_was_made_of_it(platform: Platform) -> None:
    flush(platform, START, [100.0, 101.0, 102.0, 103.0])
    platform.resampled(MONTH)
    flush(platform, START + HOUR, [900.0])
    assert written(platform.resampled(MONTH)) == 1
    assert made(platform, "4h").select("high", "close").rows() == [(901.0, 103.0)]


def test_a_hole_that_is_filled_later_is_in_the_candle_then(platform: Platform) -> None:
    flush(platform, START, [100.0, 101.0, 102.0], hours=4)
    platform.resampled(MONTH)
    assert made(platform, "4h").select("close", "parts", "mode").rows() == [(102.0, 3, "sandbox")]
    flush(platform, START + 3 * HOUR, [103.0], mode="imported")
    assert written(platform.resampled(MONTH)) == 1
    assert made(platform, "4h").select("close", "parts", "mode").rows() == [(103.0, 4, "sandbox")]


def test_what_was_imported_says_so(platform: Platform) -> None:
    flush(platform, START, [100.0, 101.0, 102.0, 103.0], mode="imported")
    platform.resampled(MONTH)
    assert made(platform, "4h")["mode"].to_list() == ["imported"]


def test_a_week_over_the_end_of_a_month_is_made_with_the_next(platform: Platform) -> None:
    assert platform.ohlcv(MONTH, "2026-04-01", symbols=["BTC"]).success
    platform.resampled("2026-04-01")
    monday = datetime(2026, 3, 30, tzinfo=UTC)
    assert monday in made(platform, "1w")["open_time"].to_list()


def test_candles_that_providers_tell_otherwise_are_events(platform: Platform) -> None:
    assert platform.ohlcv(MONTH, symbols=["BTC"]).success
    platform.fault(provider="binance", kind="spike", times=1, path="klines")
    assert platform.ohlcv(MONTH, symbols=["BTC"], interval="1d").success
    result = platform.resampled(MONTH)
    [event] = result.get_asset_materialization_events()
    metadata = event.materialization.metadata
    assert (metadata["compared"].value, metadata["apart"].value) == (31, 1)
    [told] = quality_events.between(platform.ledger, "1d", START, END)
    assert (told.kind, told.provider, told.other_provider) == (
        "resampled",
        "binance",
        "resampled:1h",
    )
    assert told.close == pytest.approx(10 * told.other_close, rel=0.05)
    own = platform.rows(CANDLES).filter(pl.col("interval") == "1d")
    stored = dict(zip(own["open_time"].dt.epoch("ms"), own["close"], strict=True))
    assert stored[told.open_time] == told.close


def test_own_candles_that_come_later_are_compared_then(platform: Platform) -> None:
    platform.ohlcv(MONTH, symbols=["BTC"])
    assert platform.resampled(MONTH).success
    platform.ohlcv(MONTH, symbols=["BTC"], interval="4h")
    for compared in (186, 0):
        [event] = platform.resampled(MONTH).get_asset_materialization_events()
        assert event.materialization.metadata["compared"].value == compared
    assert quality_events.between(platform.ledger, "4h", START, END) == []
