"""LBank: mostly USDT, up to 2,000 candles a page, from a time on."""

import re
from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec
import polars as pl

from resources.market import Interval
from resources.providers.base import (
    Call,
    CandleQuery,
    Candles,
    Endpoint,
    Limit,
    Markets,
    Provider,
    Tickers,
)
from resources.providers.families.pages import page_of
from resources.providers.families.refusals import present, refuse
from resources.providers.families.spelling import small, spelling
from resources.providers.parsing import (
    Moment,
    Number,
    market_frame,
    open_times,
    quote_frame,
    read,
)

T = TypeVar("T")

_ID = "lbank"
_PAGE = 2000
# Its days open at 16:00 UTC, midnight in Singapore.
_INTERVALS = {
    Interval.M1: "minute1",
    Interval.M5: "minute5",
    Interval.M15: "minute15",
    Interval.H1: "hour1",
    Interval.H4: "hour4",
}
_AT_FAULT = (10001, 10003, 10008)  # a parameter is missing, wrong, or no market
_LIMITED = re.compile(rb'"error_code"\s*:\s*10004\b')


class _Answer(msgspec.Struct, Generic[T]):
    error_code: int
    data: T | None = None
    msg: str = ""


class _Candle(msgspec.Struct, array_like=True, gc=False):
    time: Moment
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number


class _Latest(msgspec.Struct):
    latest: Number
    change: Number = None


class _Ticker(msgspec.Struct):
    symbol: str
    ticker: _Latest
    timestamp: Moment | None = None


_CANDLES = msgspec.json.Decoder(_Answer[list[_Candle]], strict=False)
_TICKERS = msgspec.json.Decoder(_Answer[list[_Ticker]], strict=False)
_PAIRS = msgspec.json.Decoder(_Answer[list[str]], strict=False)


def _data(answer: _Answer[T]) -> T:
    if answer.error_code != 0:
        at_fault = answer.error_code in _AT_FAULT
        refuse(_ID, answer.error_code, answer.msg, at_fault=at_fault)
    return present(_ID, answer.data)


def _limited(body: bytes) -> bool:
    return _LIMITED.search(body[:500]) is not None


def _candles_call(query: CandleQuery) -> Call:
    # It knows no end: no more are asked for than fit the query.
    count = -(-(query.end - query.start) // query.interval.ms) + 1
    params = {
        "symbol": query.native,
        "type": _INTERVALS[query.interval],
        "size": str(min(max(count, 1), _PAGE)),
        "time": str(query.start // 1000),
    }
    return Call("/v2/kline.do", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    Seconds, open, high, low, close, volume, from the candle on that holds the time asked for:

        {"result":"true","data":[[1482311500,5423.23,5472.80,5516.09,5462,234.3250]],
          "error_code":0,"ts":1647021999308}
    """
    rows = _data(read(_CANDLES, body, _ID))
    return page_of(rows, [row.time * 1000 for row in rows])


def _covered(query: CandleQuery, page: pl.DataFrame) -> tuple[int, int]:
    """From the start to the last candle; to the end where later ones than that came.

    A page that stops early proves no more: whether it is the present is not told. Candles far
    outside of the query show that its time was not heard.
    """
    times = open_times(page)
    width = query.interval.ms
    if times is None or times[0] <= query.start - width or times[1] > query.end + _PAGE * width:
        return query.start, query.start
    return query.start, max(query.start, min(query.end, times[1] + width))


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    Of all markets; change is in percent:

        {"result":"true","data":[{"symbol":"eth_btc","ticker":{"high":"0.08222721","vol":"1180.52",
          "low":"0.07500004","change":"-4.56","turnover":"91.86","latest":"0.07587155"},
          "timestamp":1520082288538}],"error_code":0,"ts":1647021999308}
    """
    return quote_frame(
        [
            (t.symbol, t.ticker.latest, t.timestamp, t.ticker.change)
            for t in _data(read(_TICKERS, body, _ID))
        ]
    )


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    {"result":"true","data":["eth_btc","btc_usdt"],"error_code":0,"ts":1647021999308}
    """
    names = _data(read(_PAIRS, body, _ID))
    pairs = ((name, name.rpartition("_")) for name in names)
    return market_frame([(name, base.upper(), quote.upper()) for name, (base, _, quote) in pairs])


PROVIDER = Provider(
    id=_ID,
    name="LBank",
    category="exchange",
    base_url="https://api.lbkex.com",
    docs_url="https://www.lbank.com/docs",
    limits=(Limit(200, 10),),
    native=small(spelling("{base}_{quote}", {"USDT", "USDC", "BTC", "ETH"})),
    candles=Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, _covered),
    tickers=Tickers(1000, lambda _: Call("/v2/ticker/24hr.do", {"symbol": "all"}), _parse_tickers),
    markets=Markets(lambda: Call("/v2/currencyPairs.do"), _parse_markets),
    limited=_limited,
    endpoints=(
        Endpoint("prices", Call("/v2/ticker/24hr.do", {"symbol": "btc_usdt"})),
        Endpoint(
            "ohlcv",
            Call("/v2/kline.do", {"symbol": "btc_usdt", "type": "hour1", "size": "48"}),
        ),
    ),
    health=Call("/v2/timestamp.do"),
    update="realtime",
    ws_url="wss://www.lbkex.net/ws/V2/",
)
