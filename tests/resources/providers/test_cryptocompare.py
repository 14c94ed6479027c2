"""What is particular of CryptoCompare."""

import json

import pytest

from resources.errors import ProviderError, RefusedRequest, TemporaryError
from resources.market import Interval, Symbol
from resources.providers.base import Call, CandleQuery
from resources.providers.cryptocompare import PROVIDER
from tests.resources.providers.paging import collect
from tests.resources.providers.recorded.cryptocompare import candle

assert PROVIDER.candles
assert PROVIDER.tickers
CANDLES, TICKERS = PROVIDER.candles, PROVIDER.tickers
HOUR = 3_600_000


@pytest.mark.parametrize(
    ("hours", "last", "limit"),
    [(1, 100, "1"), (2, 101, "1"), (10, 109, "9"), (9000, 2099, "1999")],
    ids=["one", "two", "ten", "more than a page"],
)
def test_candles_are_asked_backward_and_one_less_than_come(
    hours: int, last: int, limit: str
) -> None:
    query = CandleQuery("BTC-USD", Interval.H1, 100 * HOUR, (100 + hours) * HOUR)
    call = CANDLES.call(query)
    assert call.path == "/data/v2/histohour"
    assert (call.params["toTs"], call.params["limit"]) == (str(last * 3600), limit)


def test_pages_find_every_candle_and_those_of_zero_are_none() -> None:
    def answer(call: Call) -> bytes:
        last, count = int(call.params["toTs"]) // 3600, int(call.params["limit"]) + 1
        rows = [
            candle(hour * 3600, 11, 11, 11, 1)
            if hour >= 1000
            else {**candle(hour * 3600, 0, 0, 0, 0), "close": 0}
            for hour in range(last - count + 1, last + 1)
        ]
        return json.dumps({"Response": "Success", "Type": 100, "Data": {"Data": rows}}).encode()

    query = CandleQuery("BTC-USD", Interval.H1, 10 * HOUR, 5010 * HOUR)
    found, proven = collect(CANDLES, query, answer)
    assert found == [hour * HOUR for hour in range(1000, 5010)]
    assert sum(stop - begin for begin, stop in proven) == 5000 * HOUR


@pytest.mark.parametrize(
    ("kind", "error", "limited"), [(2, RefusedRequest, False), (99, TemporaryError, True)]
)
def test_an_error_in_a_200_is_told_in_its_words(
    kind: int, error: type[ProviderError], *, limited: bool
) -> None:
    body = f'{{"Response":"Error","Message":"what it says","Type":{kind},"Data":{{}}}}'.encode()
    with pytest.raises(error, match="what it says"):
        TICKERS.parse(body, ["BTC-USD"])
    assert PROVIDER.limited
    assert PROVIDER.limited(body) is limited


def test_several_markets_are_asked_each_with_each() -> None:
    call = TICKERS.call(["BTC-USD", "ETH-USD", "ETH-BTC"])
    assert call == Call("/data/pricemultifull", {"fsyms": "BTC,ETH", "tsyms": "USD,BTC"})


def test_tickers_that_mean_several_coins_are_left_out() -> None:
    assert PROVIDER.native(Symbol("STEPN", "USD")) is None
    assert PROVIDER.native(Symbol("BTC", "USDT")) == "BTC-USDT"
