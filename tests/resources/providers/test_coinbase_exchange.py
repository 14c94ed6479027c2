"""Coinbase Exchange's own quirks."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.errors import MalformedResponse
from resources.market import Interval, Symbol
from resources.providers.base import Call, CandleQuery
from resources.providers.coinbase_exchange import PROVIDER
from tests.resources.providers.paging import collect

assert PROVIDER.candles
assert PROVIDER.tickers
assert PROVIDER.markets
CANDLES, TICKERS, MARKETS = PROVIDER.candles, PROVIDER.tickers, PROVIDER.markets
HOUR = 3_600_000


def rows(hours: list[int]) -> bytes:
    return json.dumps([[hour * 3600, 1, 4, 2, 3, 0.5] for hour in reversed(hours)]).encode()


@pytest.mark.parametrize(
    ("symbol", "native"),
    [
        (Symbol("BTC", "USD"), "BTC-USD"),
        (Symbol("ETH", "BTC"), "ETH-BTC"),
        (Symbol("STEPN", "USD"), "GMT-USD"),
    ],
)
def test_a_market_is_spelt_its_way(symbol: Symbol, native: str) -> None:
    assert PROVIDER.native(symbol) == native


def test_it_has_neither_four_hours_nor_weeks() -> None:
    assert set(Interval) - set(CANDLES.intervals) == {Interval.H4, Interval.W1}


@pytest.mark.parametrize(
    ("start", "end", "asked"),
    [
        (100 * HOUR, 110 * HOUR, (100, 109)),
        (100 * HOUR, 400 * HOUR, (100, 399)),
        (100 * HOUR, 401 * HOUR, (100, 399)),
        (100 * HOUR, 9000 * HOUR, (100, 399)),
        (100 * HOUR, 101 * HOUR, (99, 100)),
        (100 * HOUR - 1, 101 * HOUR + 1, (100, 101)),
    ],
    ids=[
        "both ends are inclusive",
        "300 candles",
        "never more than 300",
        "a long window",
        "one candle: start and end differ all the same",
        "ends that are not aligned",
    ],
)
def test_a_call_asks_for(start: int, end: int, asked: tuple[int, int]) -> None:
    call = CANDLES.call(CandleQuery("BTC-USD", Interval.H1, start, end))
    assert call.path == "/products/BTC-USD/candles"
    first, last = asked
    assert call.params == {
        "granularity": "3600",
        "start": str(first * 3600),
        "end": str(last * 3600),
    }


def test_columns_are_put_right_and_the_oldest_first() -> None:
    query = CandleQuery("BTC-USD", Interval.H1, 0, 2 * HOUR)
    frame = CANDLES.parse(rows([0, 1]), query)
    assert frame["open_time"].to_list() == [
        datetime(1970, 1, 1, 0, tzinfo=UTC),
        datetime(1970, 1, 1, 1, tzinfo=UTC),
    ]
    assert frame.row(0)[1:] == (2.0, 4.0, 1.0, 3.0, 0.5, None, None)


@pytest.mark.parametrize(
    ("hours", "covered"),
    [
        ([], (100, 400)),
        ([100, 399], (100, 400)),
        ([98, 99, 100], (100, 400)),
        ([100, 400], (100, 100)),
    ],
    ids=[
        "an empty answer proves that there is nothing in what was asked for",
        "candles without a trade between them are missing",
        "candles from before the start may come along",
        "candles from after the end prove nothing: the window was not heard",
    ],
)
def test_an_answer_proves(hours: list[int], covered: tuple[int, int]) -> None:
    query = CandleQuery("BTC-USD", Interval.H1, 100 * HOUR, 900 * HOUR)
    page = CANDLES.parse(rows(hours), query)
    assert CANDLES.covered(query, page) == (covered[0] * HOUR, covered[1] * HOUR)


@given(st.sets(st.integers(0, 1000)), st.integers(0, 1000), st.integers(0, 1000))
def test_pages_find_every_candle_of_a_window_whatever_its_gaps(
    hours: set[int], one: int, other: int
) -> None:
    def answer(call: Call) -> bytes:
        start, end = int(call.params["start"]) // 3600, int(call.params["end"]) // 3600
        assert end - start < 300
        return rows([hour for hour in sorted(hours) if start - 2 <= hour <= end])

    start, end = min(one, other), max(one, other)
    query = CandleQuery("BTC-USD", Interval.H1, start * HOUR, end * HOUR)
    found, proven = collect(CANDLES, query, answer)
    assert found == [hour * HOUR for hour in sorted(hours) if start <= hour < end]
    assert sum(stop - begin for begin, stop in proven) == (end - start) * HOUR


def test_a_ticker_is_one_call_a_market_and_named_by_what_was_asked() -> None:
    assert TICKERS.batch == 1
    assert TICKERS.call(["ETH-USD"]) == Call("/products/ETH-USD/ticker")
    body = b'{"trade_id":1,"price":"1800.5","time":"2024-03-13T11:00:17.710679Z"}'
    time = datetime(2024, 3, 13, 11, 0, 17, 710_000, UTC)
    assert TICKERS.parse(body, ["ETH-USD"]).rows() == [("ETH-USD", 1800.5, time, None)]


@pytest.mark.parametrize(
    "time",
    ["2024-03-13T11:00:17", "2024-03-13", "yesterday", ""],
    ids=["without a zone", "a day", "words", "nothing"],
)
def test_a_ticker_without_a_clear_time_is_malformed(time: str) -> None:
    with pytest.raises(MalformedResponse):
        TICKERS.parse(json.dumps({"price": "1", "time": time}).encode(), ["ETH-USD"])


@pytest.mark.parametrize(
    ("state", "listed"),
    [
        ({"status": "online", "trading_disabled": False}, True),
        ({}, True),
        ({"status": "online", "trading_disabled": True}, False),
        ({"status": "delisted", "trading_disabled": False}, False),
    ],
)
def test_a_market_is_listed_while_it_trades(state: dict[str, object], listed: bool) -> None:
    product = {"id": "BTC-USD", "base_currency": "BTC", "quote_currency": "USD", **state}
    expected = [("BTC-USD", "BTC", "USD")] if listed else []
    assert MARKETS.parse(json.dumps([product]).encode()).rows() == expected
