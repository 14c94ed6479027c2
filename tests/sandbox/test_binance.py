"""Binance's own ways: pages, weights, headers and errors."""

from collections.abc import Mapping
from typing import Any

import pytest

from sandbox.venue import RequestError
from tests.sandbox.conftest import DAY, HOUR, NOW, venue

BINANCE = venue("binance")
MIDNIGHT = NOW // DAY * DAY


def klines(**query: str) -> list[Any]:
    asked = {"symbol": "BTCUSDT", "interval": "1h", **query}
    payload = BINANCE.answer("/api/v3/klines", asked, NOW).payload
    assert isinstance(payload, list)
    return payload


def refused(path: str, query: Mapping[str, str]) -> tuple[int, int]:
    with pytest.raises(RequestError) as refusal:
        BINANCE.answer(path, query, NOW)
    answer = refusal.value.answer
    return answer.status, answer.payload["code"]


def test_the_newest_candles_come_oldest_first_and_the_last_is_forming() -> None:
    rows = klines(limit="3")
    assert [row[0] for row in rows] == [NOW // HOUR * HOUR - hours * HOUR for hours in (2, 1, 0)]
    assert rows[-1][6] == rows[-1][0] + HOUR - 1 > NOW


def test_a_page_starts_at_the_start_time_and_ends_at_the_limit() -> None:
    rows = klines(startTime=str(MIDNIGHT - 10 * DAY + 1), limit="48")
    assert rows[0][0] == MIDNIGHT - 10 * DAY + HOUR
    assert rows[-1][0] == rows[0][0] + 47 * HOUR


def test_the_end_time_is_inclusive() -> None:
    rows = klines(startTime=str(MIDNIGHT - DAY), endTime=str(MIDNIGHT))
    assert len(rows) == 25
    assert klines(startTime=str(MIDNIGHT), endTime=str(MIDNIGHT - 1)) == []


def test_without_a_start_a_page_ends_at_the_end_time() -> None:
    rows = klines(endTime=str(MIDNIGHT), limit="2")
    assert [row[0] for row in rows] == [MIDNIGHT - HOUR, MIDNIGHT]


@pytest.mark.parametrize(("limit", "count"), [({}, 500), ({"limit": "1500"}, 1_000)])
def test_a_page_holds_500_candles_unless_told_and_never_more_than_1000(
    limit: dict[str, str], count: int
) -> None:
    assert len(klines(startTime="0", **limit)) == count


def test_history_begins_with_the_listing() -> None:
    (first,) = klines(interval="1d", startTime="0", limit="1")
    assert first[0] == 1_502_928_000_000  # 2017-08-17
    assert klines(startTime="0", endTime="1502942399999") == []


def test_weeks_open_on_a_monday() -> None:
    (week,) = klines(interval="1w", limit="1")
    assert week[0] % (7 * DAY) == 4 * DAY


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"symbol": "BTCUSDT"}, -1102),
        ({"interval": "1h"}, -1102),
        ({"symbol": "btcusdt", "interval": "1h"}, -1100),
        ({"symbol": "NOSUCHUSDT", "interval": "1h"}, -1121),
        ({"symbol": "BTCUSDT", "interval": "7m"}, -1120),
        ({"symbol": "BTCUSDT", "interval": "1h", "startTime": "yesterday"}, -1100),
        ({"symbol": "BTCUSDT", "interval": "1h", "limit": "0"}, -1130),
    ],
)
def test_a_bad_request_is_a_400_with_a_code(query: dict[str, str], code: int) -> None:
    assert refused("/api/v3/klines", query) == (400, code)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"symbol": "NOSUCHUSDT"}, -1121),
        ({"symbols": '["BTCUSDT","NOSUCHUSDT"]'}, -1121),
        ({"symbols": "BTCUSDT"}, -1105),
        ({"symbol": "BTCUSDT", "symbols": "[]"}, -1128),
    ],
)
def test_one_unknown_symbol_spoils_a_ticker_request(query: dict[str, str], code: int) -> None:
    assert refused("/api/v3/ticker/24hr", query) == (400, code)


def test_an_unknown_path_is_not_found() -> None:
    assert refused("/api/v3/nothing", {})[0] == 404


@pytest.mark.parametrize(
    ("path", "query", "weight"),
    [
        ("/api/v3/ping", {}, 1),
        ("/api/v3/klines", {}, 2),
        ("/api/v3/exchangeInfo", {}, 20),
        ("/api/v3/ticker/price", {"symbol": "BTCUSDT"}, 2),
        ("/api/v3/ticker/price", {}, 4),
        ("/api/v3/ticker/24hr", {"symbol": "BTCUSDT"}, 2),
        ("/api/v3/ticker/24hr", {"symbols": '["BTCUSDT"]'}, 2),
        ("/api/v3/ticker/24hr", {"symbols": str(["X"] * 21).replace("'", '"')}, 40),
        ("/api/v3/ticker/24hr", {"symbols": str(["X"] * 101).replace("'", '"')}, 80),
        ("/api/v3/ticker/24hr", {}, 80),
        ("/api/v3/ticker/24hr", {"symbols": "no list"}, 2),
    ],
)
def test_each_call_has_its_weight(path: str, query: dict[str, str], weight: int) -> None:
    assert BINANCE.weight(path, query) == weight


def test_headers_tell_the_weight_used() -> None:
    assert BINANCE.used({60: 42})["x-mbx-used-weight-1m"] == "42"


@pytest.mark.parametrize("status", [429, 418])
def test_a_refusal_says_when_to_come_back(status: int) -> None:
    answer = BINANCE.refusal(status, 17, NOW)
    assert (answer.status, answer.headers["retry-after"]) == (status, "17")
    assert answer.payload["code"] == -1003


def test_one_symbol_is_an_object_and_several_are_a_list() -> None:
    one = BINANCE.answer("/api/v3/ticker/24hr", {"symbol": "BTCUSDT"}, NOW).payload
    several = BINANCE.answer("/api/v3/ticker/24hr", {"symbols": '["BTCUSDT"]'}, NOW).payload
    assert several == [one]


def test_the_ticker_agrees_with_the_candles() -> None:
    ticker = BINANCE.answer("/api/v3/ticker/24hr", {"symbol": "BTCUSDT"}, NOW).payload
    minutes = klines(interval="1m", startTime=str(NOW - DAY - 60_000), limit="1000")
    minutes += klines(interval="1m", startTime=str(minutes[-1][0] + 1), limit="1000")
    assert len(minutes) == 1_441
    assert ticker["lastPrice"] == minutes[-1][4]
    assert ticker["openPrice"] == minutes[0][1]
    assert float(ticker["highPrice"]) == max(float(row[2]) for row in minutes)
    assert float(ticker["lowPrice"]) == min(float(row[3]) for row in minutes)
    assert float(ticker["volume"]) == pytest.approx(sum(float(row[5]) for row in minutes))
    assert ticker["count"] == sum(row[8] for row in minutes)
    assert ticker["closeTime"] == NOW


def test_terra_2_and_stepn_go_by_other_names_there() -> None:
    symbols = BINANCE.answer("/api/v3/exchangeInfo", {}, NOW).payload["symbols"]
    bases = {symbol["symbol"]: symbol["baseAsset"] for symbol in symbols}
    assert (bases["LUNAUSDT"], bases["GMTUSDT"]) == ("LUNA", "GMT")
    assert "LUNA2USDT" not in bases
