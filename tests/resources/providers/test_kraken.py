"""Kraken's own quirks."""

import json
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.errors import MalformedResponse, ProviderError, RefusedRequest, TemporaryError
from resources.market import Interval, Symbol
from resources.providers.base import Call, CandleQuery
from resources.providers.kraken import PROVIDER
from tests.resources.providers.paging import collect

assert PROVIDER.candles
assert PROVIDER.tickers
assert PROVIDER.markets
CANDLES, TICKERS, MARKETS = PROVIDER.candles, PROVIDER.tickers, PROVIDER.markets
HOUR = 3_600_000


def ohlc(hours: list[int]) -> bytes:
    rows = [[hour * 3600, "1", "1", "1", "1", "1", "0", 0] for hour in hours]
    return json.dumps({"error": [], "result": {"XXBTZUSD": rows, "last": 0}}).encode()


@pytest.mark.parametrize(
    ("symbol", "native"),
    [
        (Symbol("BTC", "USD"), "XBTUSD"),
        (Symbol("ETH", "BTC"), "ETHXBT"),
        (Symbol("DOGE", "USDT"), "XDGUSDT"),
        (Symbol("LUNC", "USD"), "LUNAUSD"),
        (Symbol("LUNA2", "USD"), "LUNA2USD"),
        (Symbol("USDT", "USD"), "USDTUSD"),
        (Symbol("BTC", "KRW"), None),
    ],
)
def test_a_market_is_spelt_its_way(symbol: Symbol, native: str | None) -> None:
    assert PROVIDER.native(symbol) == native


@pytest.mark.parametrize(
    ("key", "native"),
    [
        ("XXBTZUSD", "XBTUSD"),
        ("XETHXXBT", "ETHXBT"),
        ("XXDGXXBT", "XDGXBT"),
        ("USDTZUSD", "USDTUSD"),
        ("ZEURZUSD", "EURUSD"),
        ("XBTUSDT", "XBTUSDT"),
        ("XDGUSD", "XDGUSD"),
        ("XTZUSD", "XTZUSD"),
        ("BCHEUR", "BCHEUR"),
        ("BTC/USD", "XBTUSD"),
        ("DOGE/USDT", "XDGUSDT"),
        ("ETH/BTC", "ETHXBT"),
        ("USDT/USD", "USDTUSD"),
        ("BTC/USD:BTNL", "XBTUSD:BTNL"),
    ],
)
def test_a_ticker_is_named_as_its_market_was_asked_for(key: str, native: str) -> None:
    body = json.dumps({"error": [], "result": {key: {"c": ["1.5", "0.1"]}}}).encode()
    assert TICKERS.parse(body, [native]).rows() == [(native, 1.5, None, None)]


def test_since_is_a_second_before_the_first_candle() -> None:
    query = CandleQuery("XBTUSD", Interval.H4, 5 * HOUR, 9 * HOUR)
    params = {"pair": "XBTUSD", "interval": "240", "since": "17999"}
    assert CANDLES.call(query) == Call("/0/public/OHLC", params)


def test_its_weeks_are_not_ours() -> None:
    thursday, monday = 0, Interval.W1.floor(604_800_000)
    assert Interval.W1 not in CANDLES.intervals
    assert (monday - thursday) % Interval.W1.ms != 0


@pytest.mark.parametrize(
    ("hours", "start", "covered"),
    [
        (range(280, 1001), 900, (900, 1000)),
        (range(280, 1001), 280, (280, 1000)),
        (range(280, 1001), 100, (280, 1000)),
        (range(281, 1001), 100, (281, 1000)),
        (range(300, 1001, 2), 100, (281, 1000)),
        (range(990, 1001), 900, (900, 1000)),
        (range(1000, 1001), 1000, (1000, 1000)),
        (range(5000, 5720), 100, (1100, 1100)),
        ((), 900, (900, 900)),
    ],
    ids=[
        "all that was asked, up to the forming candle",
        "its whole depth",
        "no older than the first of a full answer",
        "no older than the first where the forming one counts",
        "by time where intervals without a trade are left out",
        "a young market did not exist before its first candle",
        "the forming candle proves nothing",
        "a window that it keeps nothing of",
        "an empty answer proves nothing",
    ],
)
def test_an_answer_proves(hours: range, start: int, covered: tuple[int, int]) -> None:
    query = CandleQuery("XBTUSD", Interval.H1, start * HOUR, 1100 * HOUR)
    page = CANDLES.parse(ohlc(list(hours)), query)
    assert CANDLES.covered(query, page) == (covered[0] * HOUR, covered[1] * HOUR)


@given(st.sets(st.integers(0, 1999)), st.booleans(), st.integers(0, 2000), st.integers(0, 2000))
def test_pages_find_every_candle_of_what_they_prove(
    gaps: set[int], filled: bool, one: int, other: int
) -> None:
    now = 2000
    existing = [hour for hour in range(now + 1) if filled or hour not in gaps]

    def answer(call: Call) -> bytes:
        since = int(call.params["since"]) // 3600
        return ohlc([hour for hour in existing if hour > max(since, now - 721) or hour == now])

    start, end = min(one, other) * HOUR, max(one, other) * HOUR
    query = CandleQuery("XBTUSD", Interval.H1, start, end)
    found, proven = collect(CANDLES, query, answer)
    assert found == [
        hour * HOUR
        for hour in existing
        if any(begin <= hour * HOUR < stop for begin, stop in proven)
    ]
    reach = max(start, (now - 719) * HOUR)
    assert sum(stop - begin for begin, stop in proven) >= end - reach


@pytest.mark.parametrize(
    ("errors", "kind"),
    [
        (["EAPI:Rate limit exceeded"], TemporaryError),
        (["EGeneral:Too many requests"], TemporaryError),
        (["EService:Unavailable"], TemporaryError),
        (["EService:Busy"], TemporaryError),
        (["EService:Throttled: 1762777020"], TemporaryError),
        (["EGeneral:Internal error"], TemporaryError),
        (["EQuery:Unknown asset pair"], RefusedRequest),
        (["EGeneral:Invalid arguments"], RefusedRequest),
        (["EService:Busy", "EQuery:Unknown asset pair"], RefusedRequest),
    ],
)
@pytest.mark.parametrize("rest", [{}, {"result": {}}, {"result": None}])
def test_an_error_with_status_200_is_an_error(
    errors: list[str], kind: type[ProviderError], rest: dict[str, Any]
) -> None:
    body = json.dumps({"error": errors, **rest}).encode()
    parsers: list[Callable[[], pl.DataFrame]] = [
        lambda: CANDLES.parse(body, CandleQuery("XBTUSD", Interval.H1, 0, HOUR)),
        lambda: TICKERS.parse(body, ["XBTUSD"]),
        lambda: MARKETS.parse(body),
    ]
    for parse in parsers:
        with pytest.raises(kind, match=errors[0]) as caught:
            parse()
        assert (caught.value.provider, caught.value.http_status) == ("kraken", 200)


def test_a_warning_is_no_error() -> None:
    body = b'{"error":["WGeneral:Danger"],"result":{"XXBTZUSD":{"c":["1","1"]}}}'
    assert TICKERS.parse(body, ["XBTUSD"]).height == 1


@pytest.mark.parametrize(
    "result", ['{"last":1}', "{}", '{"XXBTZUSD":[],"XETHZUSD":[],"last":1}'],
    ids=["none", "nothing at all", "two"],
)  # fmt: skip
def test_candles_of_another_number_of_markets_than_one_are_malformed(result: str) -> None:
    body = f'{{"error":[],"result":{result}}}'.encode()
    with pytest.raises(MalformedResponse, match="markets"):
        CANDLES.parse(body, CandleQuery("XBTUSD", Interval.H1, 0, HOUR))


def test_the_change_of_a_day_is_not_told() -> None:
    body = b'{"error":[],"result":{"XXBTZUSD":{"c":["11","0.1"],"o":"10"}}}'
    assert TICKERS.parse(body, ["XBTUSD"])["change_24h"].to_list() == [None]


def test_tickers_of_several_markets_are_one_call() -> None:
    assert TICKERS.call(["XBTUSD", "ETHUSD"]) == Call("/0/public/Ticker", {"pair": "XBTUSD,ETHUSD"})
