"""Binance's own quirks."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.market import Interval, Symbol
from resources.providers.base import Call, CandleQuery, Limit
from resources.providers.binance import PROVIDER
from tests.resources.providers.paging import collect

assert PROVIDER.candles
assert PROVIDER.tickers
assert PROVIDER.markets
CANDLES, TICKERS, MARKETS = PROVIDER.candles, PROVIDER.tickers, PROVIDER.markets
HOUR = 3_600_000


def kline(opened: int) -> list[object]:
    return [opened, "1", "1", "1", "1", "0", opened + HOUR - 1, "0", 0, "0", "0", "0"]


@pytest.mark.parametrize(
    ("symbol", "native"),
    [
        (Symbol("BTC", "USDT"), "BTCUSDT"),
        (Symbol("ETH", "BTC"), "ETHBTC"),
        (Symbol("EUR", "USDT"), "EURUSDT"),
        (Symbol("LUNC", "USDT"), "LUNCUSDT"),
        (Symbol("LUNA2", "USDT"), "LUNAUSDT"),
        (Symbol("STEPN", "USDT"), "GMTUSDT"),
        (Symbol("BTC", "USD"), None),
        (Symbol("BTC", "KRW"), None),
    ],
)
def test_a_market_is_spelt_its_way(symbol: Symbol, native: str | None) -> None:
    assert PROVIDER.native(symbol) == native


def test_a_window_is_asked_without_its_end() -> None:
    query = CandleQuery("BTCUSDT", Interval.H4, 1000, 2000)
    assert CANDLES.call(query) == Call(
        "/api/v3/klines",
        {
            "symbol": "BTCUSDT",
            "interval": "4h",
            "startTime": "1000",
            "endTime": "1999",
            "limit": "1000",
        },
        weight=2,
    )


def test_it_has_all_our_intervals() -> None:
    assert list(CANDLES.intervals) == list(Interval)


@pytest.mark.parametrize(
    ("hours", "covered"),
    [
        ([], (100, 2100)),
        ([105], (100, 2100)),
        (range(100, 1099), (100, 2100)),
        (range(100, 1100), (100, 1100)),
        (range(600, 1600), (100, 1600)),
        (range(1100, 2100), (100, 2100)),
        ([99, 100], (100, 100)),
        ([100, 2100], (100, 100)),
    ],
    ids=[
        "an empty page proves that there is nothing",
        "a page that is not full proves all that was asked",
        "one candle short of full",
        "a full page proves up to its last candle",
        "a full page that starts after a gap proves the gap",
        "a full page up to the end of the window",
        "candles from before the window prove nothing",
        "candles from after the window prove nothing",
    ],
)
def test_a_page_proves(hours: list[int] | range, covered: tuple[int, int]) -> None:
    query = CandleQuery("BTCUSDT", Interval.H1, 100 * HOUR, 2100 * HOUR)
    body = json.dumps([kline(hour * HOUR) for hour in hours]).encode()
    proven = CANDLES.covered(query, CANDLES.parse(body, query))
    assert proven == (covered[0] * HOUR, covered[1] * HOUR)


def test_a_page_out_of_order_is_put_in_order() -> None:
    query = CandleQuery("BTCUSDT", Interval.H1, 0, 3 * HOUR)
    body = json.dumps([kline(2 * HOUR), kline(0), kline(HOUR)]).encode()
    assert CANDLES.parse(body, query)["open_time"].is_sorted()


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.integers(0, 3200), st.integers(1, 1500)), max_size=4),
    st.integers(0, 3200),
    st.integers(0, 3200),
)
def test_pages_find_every_candle_of_a_window_whatever_its_gaps(
    gaps: list[tuple[int, int]], one: int, other: int
) -> None:
    missing = {hour for first, length in gaps for hour in range(first, first + length)}
    existing = [hour * HOUR for hour in range(3200) if hour not in missing]

    def answer(call: Call) -> bytes:
        start, end = int(call.params["startTime"]), int(call.params["endTime"])
        rows = [kline(opened) for opened in existing if start <= opened <= end]
        return json.dumps(rows[: int(call.params["limit"])]).encode()

    start, end = min(one, other) * HOUR, max(one, other) * HOUR
    found, proven = collect(CANDLES, CandleQuery("BTCUSDT", Interval.H1, start, end), answer)
    assert found == [opened for opened in existing if start <= opened < end]
    assert sum(stop - begin for begin, stop in proven) == end - start


@pytest.mark.parametrize(("count", "weight"), [(1, 2), (20, 2), (21, 40), (100, 40), (101, 80)])
def test_tickers_weigh_by_the_number_of_markets(count: int, weight: int) -> None:
    assert TICKERS.call(["BTCUSDT"] * count).weight == weight


def test_tickers_of_several_markets_are_one_call() -> None:
    assert TICKERS.batch == 20
    call = TICKERS.call(["BTCUSDT", "ETHUSDT"])
    assert call == Call("/api/v3/ticker/24hr", {"symbols": '["BTCUSDT","ETHUSDT"]'}, 2)


def test_markets_that_do_not_trade_are_not_asked_for() -> None:
    params = {"symbolStatus": "TRADING", "showPermissionSets": "false"}
    assert MARKETS.call() == Call("/api/v3/exchangeInfo", params, weight=20)


@pytest.mark.parametrize(
    ("headers", "used"),
    [
        ({"x-mbx-used-weight-1m": "57", "x-mbx-used-weight": "57"}, {60: 57}),
        ({"x-mbx-used-weight-1m": "many"}, {}),
        ({}, {}),
    ],
)
def test_the_weight_used_is_read_from_the_headers(
    headers: dict[str, str], used: dict[int, int]
) -> None:
    assert PROVIDER.used is not None
    assert PROVIDER.used(headers) == used
    assert PROVIDER.limits == (Limit(6000, 60),)
