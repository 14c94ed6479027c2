"""Providers that fail in the middle of a run, want a pause, or have no answer for one market."""

from typing import Any

import dagster as dg
import httpx
import pytest

from resources.ledger import collections, coverage, gaps, logs, quarantine
from resources.plan import Window
from resources.schemas import CANDLES
from tests.faults.conftest import PAIR
from tests.runs import Platform

MONTHS = ("2026-01-01", "2026-02-01")
START, END = 1_767_225_600_000, 1_772_323_200_000
QUARTERS = 59 * 24 * 4
HOURS = 59 * 24


def counts(platform: Platform) -> dict[str, dict[str, Any]]:
    told = httpx.get(f"{platform.sandbox}/_control/requests").json()["providers"]
    return {one["provider"]: one for one in told}


def metadata(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    [event, *_] = result.get_asset_materialization_events()
    return {name: one.value for name, one in event.materialization.metadata.items()}


def test_pages_come_from_another_provider_where_one_fails_in_the_middle(
    platform: Platform,
) -> None:
    platform.fault(provider="binance", kind="status_5xx", path="klines", after=2)
    assert platform.ohlcv(*MONTHS, symbols=["BTC"], interval="15m").success
    rows = platform.rows(CANDLES)
    assert rows.height == QUARTERS
    assert rows["provider"].rle().struct.field("value").to_list() == list(PAIR)
    assert coverage.covered(platform.ledger, "BTC/USDT", "15m") == [Window(START, END)]


def test_nobody_is_called_while_all_want_a_pause(platform: Platform) -> None:
    for provider in PAIR:
        platform.fault(provider=provider, kind="status_429", path="kline", times=1, retry_after=2)
    assert platform.ohlcv(*MONTHS, symbols=["BTC"]).success
    assert platform.rows(CANDLES).height == HOURS
    told = counts(platform)
    assert {told[provider]["statuses"]["429"] for provider in PAIR} == {1}
    assert {told[provider]["during_ban"] for provider in PAIR} == {0}


def test_a_market_that_always_fails_is_named_and_the_others_are_complete(
    platform: Platform,
) -> None:
    for provider in PAIR:
        platform.fault(provider=provider, kind="wrong_schema", path="ETHUSDT")
    result = platform.ohlcv(*MONTHS, symbols=["BTC", "ETH", "SOL"])
    assert result.success
    told = metadata(result)
    assert [told[status] for status in ("complete", "failed", "retries")] == [2, 1, 1]
    [failed] = told["not_complete"]
    assert (failed["symbol"], failed["records"]) == ("ETH/USDT", 0)
    assert failed["missing"] == [["2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z"]]
    [newest] = collections.newest(platform.ledger)
    assert newest.state == "success"
    states = {one.symbol: one for one in collections.states(platform.ledger, newest.id)}
    assert {name: one.status for name, one in states.items()} == {
        "BTC/USDT": "complete",
        "ETH/USDT": "failed",
        "SOL/USDT": "complete",
    }
    eth = states["ETH/USDT"]
    assert (eth.retries, eth.missing) == (1, (Window(START, END),))
    assert eth.error == failed["error"]
    assert "no member of the pool ohlcv can answer" in str(eth.error)
    [entry], _ = logs.read(platform.ledger, logs.Wanted(log_type="collection"), 10)
    assert entry.line.details["failures"] == {"ETH/USDT 1h": eth.error}


@pytest.mark.parametrize("kind", ["out_of_order", "duplicate_page", "truncated"])
def test_pages_that_always_come_confused_are_stored_once_and_in_order(
    platform: Platform, kind: str
) -> None:
    platform.fault(provider="binance", kind=kind, path="klines")
    assert platform.ohlcv(*MONTHS, symbols=["BTC"]).success
    rows = platform.rows(CANDLES)
    assert (rows.height, rows.unique(CANDLES.key).height) == (HOURS, HOURS)
    assert quarantine.count(platform.ledger, CANDLES.name) == 0


def test_another_provider_is_asked_where_nothing_of_an_answer_can_be_used(
    platform: Platform,
) -> None:
    platform.fault(provider="binance", kind="microseconds", path="klines")
    assert platform.ohlcv(*MONTHS, symbols=["BTC"]).success
    rows = platform.rows(CANDLES)
    assert (rows.height, set(rows["provider"])) == (HOURS, {"bybit"})
    assert platform.quarantined() == {"impossible time"}


@pytest.mark.parametrize("kind", ["short_page", "holes"])
def test_what_one_provider_leaves_out_is_filled_by_another_in_the_same_run(
    platform: Platform, kind: str
) -> None:
    platform.fault(provider="binance", kind=kind, path="klines")
    result = platform.ohlcv(*MONTHS, symbols=["BTC", "ETH"])
    assert [metadata(result)[status] for status in ("complete", "partial")] == [2, 0]
    rows = platform.rows(CANDLES)
    assert rows.height == 2 * HOURS
    assert set(rows["provider"]) == set(PAIR)
    assert gaps.read(platform.ledger, "BTC/USDT", "1h") == []
    asked = platform.requests()
    assert platform.ohlcv(*MONTHS, symbols=["BTC", "ETH"]).success
    assert platform.requests() == asked


def test_a_candle_that_two_providers_lack_is_a_gap_of_both_and_is_not_asked_for_again(
    platform: Platform,
) -> None:
    for provider in PAIR:
        platform.fault(provider=provider, kind="holes", path="kline")
    assert platform.ohlcv(*MONTHS, symbols=["BTC"]).success
    missing = gaps.read(platform.ledger, "BTC/USDT", "1h")
    assert missing
    assert {gap.providers for gap in missing} == {PAIR}
    steps = sum(gap.window.length for gap in missing) // 3_600_000
    assert platform.rows(CANDLES).height + steps == HOURS
    asked = platform.requests()
    assert platform.ohlcv(*MONTHS, symbols=["BTC"]).success
    assert platform.requests() == asked


def test_a_hole_longer_than_a_page_is_asked_of_another_in_the_same_run(
    platform: Platform,
) -> None:
    platform.fault(provider="binance", kind="short_page", path="klines")
    assert platform.ohlcv(*MONTHS, symbols=["BTC"], interval="5m").success
    assert platform.rows(CANDLES).height == 3 * QUARTERS
    asked = platform.requests()
    assert platform.ohlcv(*MONTHS, symbols=["BTC"], interval="5m").success
    assert platform.requests() == asked


def test_a_rerun_of_a_hundred_markets_asks_for_nothing(platform: Platform) -> None:
    platform.top_n = 100
    assert platform.ohlcv("2026-01-01", interval="1d").success
    asked, rows = platform.requests(), platform.rows(CANDLES)
    assert rows["symbol"].n_unique() > 80
    again = platform.ohlcv("2026-01-01", interval="1d")
    assert again.success
    assert metadata(again)["pages"] == 0
    assert platform.requests() == asked
    assert platform.rows(CANDLES).equals(rows)
