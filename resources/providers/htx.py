"""HTX (Huobi), spot: the newest two thousand candles in one call."""

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
from resources.providers.families.pages import newest, page_of
from resources.providers.families.refusals import refuse
from resources.providers.families.spelling import small, spelling
from resources.providers.parsing import Count, Moment, Number, market_frame, quote_frame, read

T = TypeVar("T")

_ID = "htx"
_DEPTH = 2000
# Its days and weeks open at midnight in Singapore.
_INTERVALS = {
    Interval.M1: "1min",
    Interval.M5: "5min",
    Interval.M15: "15min",
    Interval.H1: "60min",
    Interval.H4: "4hour",
}
_QUOTES = {"USDT", "USDC", "BTC", "ETH"}


class _Answer(msgspec.Struct, Generic[T], rename="kebab"):
    status: str
    data: list[T] | None = None
    ts: Moment | None = None
    err_code: str = ""
    err_msg: str = ""


class _Candle(msgspec.Struct, gc=False):
    id: Moment
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number = msgspec.field(name="amount")
    quote_volume: Number = msgspec.field(name="vol")
    count: Count


class _Ticker(msgspec.Struct):
    symbol: str
    close: Number


class _Symbol(msgspec.Struct, rename="kebab"):
    symbol: str
    base_currency: str
    quote_currency: str
    state: str


_CANDLES = msgspec.json.Decoder(_Answer[_Candle], strict=False)
_TICKERS = msgspec.json.Decoder(_Answer[_Ticker], strict=False)
_SYMBOLS = msgspec.json.Decoder(_Answer[_Symbol], strict=False)


def _data(answer: _Answer[T]) -> list[T]:
    """What it found; errors come with status 200 too."""
    if answer.status != "ok" or answer.data is None:
        at_fault = answer.err_code.startswith(("invalid", "bad-request", "base-"))
        passing = answer.err_code.startswith(("gateway", "system"))
        refuse(_ID, answer.err_code, answer.err_msg, at_fault=at_fault, passing=passing)
    return answer.data


def _candles_call(query: CandleQuery) -> Call:
    period = _INTERVALS[query.interval]
    params = {"symbol": query.native, "period": period, "size": str(_DEPTH)}
    return Call("/market/history/kline", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    Newest first; `id` is seconds, `amount` the volume, `vol` the one in the quote asset:

        {"ch":"market.btcusdt.kline.5min","status":"ok","ts":1629769247172,"data":[
          {"id":1629769200,"open":49056.37,"close":49025.51,"low":49022.86,"high":49056.38,
           "amount":3.946281917950917,"vol":193489.67275732,"count":196}]}
    """
    rows = _data(read(_CANDLES, body, _ID))
    return page_of(
        rows,
        [row.id * 1000 for row in rows],
        quote_volume=[row.quote_volume for row in rows],
        trades=[row.count for row in rows],
    )


def _parse_tickers(body: bytes, _: object) -> pl.DataFrame:
    """
    All markets. `open` is the price at midnight in Singapore, so that there is no change of 24
    hours:

        {"status":"ok","ts":1629789355531,"data":[{"symbol":"smtusdt","open":0.004659,
          "high":0.004696,"low":0.0046,"close":0.00468,"amount":36551302.17544405,
          "vol":170526.0643855023,"count":1709,"bid":0.004651,"ask":0.004679, ...}]}
    """
    answer = read(_TICKERS, body, _ID)
    return quote_frame([(t.symbol, t.close, answer.ts, None) for t in _data(answer)])


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    {"status":"ok","data":[{"base-currency":"btt","quote-currency":"eth","symbol":"btteth",
      "state":"online", ...}]}
    """
    found = _data(read(_SYMBOLS, body, _ID))
    return market_frame(
        [
            (one.symbol, one.base_currency.upper(), one.quote_currency.upper())
            for one in found
            if one.state == "online"
        ]
    )


PROVIDER = Provider(
    id=_ID,
    name="HTX",
    category="exchange",
    base_url="https://api.huobi.pro",
    docs_url="https://www.htx.com/en-us/opend/newApiPages/",
    limits=(Limit(800, 1),),
    native=small(spelling("{base}{quote}", _QUOTES)),
    candles=Candles(
        _INTERVALS, _DEPTH, _candles_call, _parse_candles, newest(_DEPTH), depth=_DEPTH
    ),
    tickers=Tickers(1000, lambda _: Call("/market/tickers"), _parse_tickers),
    markets=Markets(lambda: Call("/v1/common/symbols"), _parse_markets),
    endpoints=(
        Endpoint("prices", Call("/market/detail/merged", {"symbol": "btcusdt"})),
        Endpoint(
            "ohlcv",
            Call("/market/history/kline", {"symbol": "btcusdt", "period": "60min", "size": "24"}),
        ),
    ),
    health=Call("/v1/common/timestamp"),
    update="realtime",
    ws_url="wss://api.huobi.pro/ws",
)
