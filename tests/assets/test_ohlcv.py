"""Candles collected by real runs from the sandbox."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import polars as pl
import pytest

from assets.ohlcv import ohlcv
from resources.ledger import coverage, gaps, latest, quarantine
from resources.plan import Window
from resources.schemas import CANDLES
from tests.runs import Platform

MONTHS = ("2026-01-01", "2026-02-01")


def millis(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_a_range_of_months_is_one_run_that_stores_every_hour(platform: Platform) -> None:
    result = platform.ohlcv(*MONTHS, checks=True)
    assert result.success
    counts = platform.rows(CANDLES).group_by("symbol").len().sort("symbol").rows()
    assert counts == [("BNB/USDT", 59 * 24), ("BTC/USDT", 59 * 24), ("ETH/USDT", 59 * 24)]
    assert {e.partition for e in result.get_asset_materialization_events()} == set(MONTHS)
    checks = {e.check_name: e.passed for e in result.get_asset_check_evaluations()}
    assert checks == dict.fromkeys(("duplicates", "fresh", "gaps", "rows"), True)
    whole = [Window(millis("2026-01-01"), millis("2026-03-01"))]
    assert coverage.covered(platform.ledger, "BTC/USDT", "1h") == whole


def test_a_second_run_asks_for_nothing_and_changes_nothing(platform: Platform) -> None:
    platform.ohlcv(*MONTHS)
    before, version, asked = (
        platform.rows(CANDLES),
        platform.lake.version(CANDLES),
        platform.requests(),
    )
    result = platform.ohlcv(*MONTHS)
    assert result.success
    assert platform.requests() == asked
    assert platform.rows(CANDLES).equals(before)
    assert platform.lake.version(CANDLES) == version


def test_a_forming_candle_is_kept_apart_and_never_stored_as_closed(platform: Platform) -> None:
    month = datetime.now(UTC).strftime("%Y-%m-01")
    assert platform.ohlcv(month, symbols=["btc"], interval="1h").success
    stored = platform.rows(CANDLES)
    closes = stored["open_time"].dt.offset_by("1h")
    assert (closes <= stored["fetched_at"]).all()
    forming = latest.read_forming(platform.ledger, "BTC/USDT", "1h")
    assert forming is not None
    assert forming["open_time"] > stored["open_time"].dt.epoch("ms").max()


@pytest.mark.parametrize("interval", ["1m", "5m", "15m", "1h", "4h", "1d", "1w"])
def test_every_interval_is_collected_aligned_and_whole(platform: Platform, interval: str) -> None:
    assert platform.ohlcv("2026-03-01", symbols=["ETHUSDT"], interval=interval).success
    rows = platform.rows(CANDLES)
    steps = rows["open_time"].diff().drop_nulls().unique()
    assert len(steps) == 1
    assert rows["interval"].unique().to_list() == [interval]


@pytest.mark.parametrize(
    "kind",
    [
        "status_5xx",
        "reset",
        "truncated",
        "wrong_schema",
        "html_200",
        "duplicate_page",
        "out_of_order",
    ],
)
def test_a_fault_of_the_provider_leaves_the_table_as_it_would_be_without(
    platform: Platform, kind: str
) -> None:
    platform.fault(provider="binance", kind=kind, times=2, path="klines")
    assert platform.ohlcv(*MONTHS, symbols=["BTC"]).success
    rows = platform.rows(CANDLES)
    assert rows.height == 59 * 24
    assert rows.unique(CANDLES.key).height == rows.height
    assert quarantine.count(platform.ledger, CANDLES.name) == 0


@pytest.mark.parametrize(
    ("kind", "reason"), [("nan", "not finite"), ("microseconds", "impossible time")]
)
def test_values_that_cannot_be_are_quarantined_with_their_reason(
    platform: Platform, kind: str, reason: str
) -> None:
    platform.fault(provider="binance", kind=kind, times=1, path="klines")
    platform.ohlcv(*MONTHS, symbols=["BTC"])
    rows = platform.rows(CANDLES)
    assert rows.select(pl.col("close").is_finite().all()).item()
    assert rows.filter(pl.col("open_time") >= datetime(2026, 3, 1, tzinfo=UTC)).is_empty()
    assert reason in platform.quarantined()


def test_a_market_that_no_provider_has_is_skipped_and_named(platform: Platform) -> None:
    result = platform.ohlcv("2026-01-01", symbols=["BTC", "TRY/USDT"])
    assert result.success
    [event, *_] = result.get_asset_materialization_events()
    metadata = event.materialization.metadata
    assert [metadata[status].value for status in ("complete", "skipped")] == [1, 1]
    told = metadata["not_complete"]
    assert isinstance(told, dg.JsonMetadataValue)
    assert isinstance(told.value, list)
    [skipped] = told.value
    assert (skipped["symbol"], skipped["status"]) == ("TRY/USDT", "skipped")
    assert "no provider has" in skipped["error"]


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"interval": "2h"}, "interval '2h' is none of 1m"),
        ({"symbols": ["NOSUCHCOIN"]}, "no asset or market is spelt"),
        ({"symbols": ["LUNA"]}, "means several"),
    ],
)
def test_a_bad_request_fails_at_once_with_a_sentence(
    platform: Platform, config: dict[str, object], words: str
) -> None:
    result = platform.run(ohlcv, ["2026-01-01"], config)
    assert not result.success
    [failure] = [e for e in result.all_events if e.is_step_failure]
    assert words in str(failure.step_failure_data.user_failure_data)


def test_weeks_that_cross_months_are_stored_once_and_leave_no_gaps(platform: Platform) -> None:
    assert platform.ohlcv("2025-01-01", "2025-12-01", symbols=["BTC"], interval="1w").success
    opens = platform.rows(CANDLES)["open_time"]
    assert opens.diff().drop_nulls().unique().to_list() == [timedelta(weeks=1)]
    assert opens.len() == 52
    assert gaps.read(platform.ledger, "BTC/USDT", "1w") == []
