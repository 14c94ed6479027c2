"""CoinEx, spot: the newest thousand candles in one call."""

from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec
import polars as pl

from resources.errors import MalformedResponse
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
from resources.providers.families.pages import newest, page_of, percent
from resources.providers.families.refusals import refuse
from resources.providers.families.spelling import spelling
from resources.providers.parsing import Moment, Number, market_frame, quote_frame, read

T = TypeVar("T")

_ID = "coinex"
_DEPTH = 1000
# It has days and weeks too, and does not tell where they open.
_INTERVALS = {
    Interval.M1: "1min",
    Interval.M5: "5min",
    Interval.M15: "15min",
    Interval.H1: "1hour",
    Interval.H4: "4hour",
}
_QUOTES = {"USDT", "USDC", "BTC"}


class _Answer(msgspec.Struct, Generic[T]):
    code: int
    message: str
    data: list[T] | dict[str, object] | None = None


class _Candle(msgspec.Struct, gc=False):
    created_at: Moment
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number
    value: Number


class _Ticker(msgspec.Struct):
    market: str
    last: Number
    open: Number


class _Market(msgspec.Struct):
    market: str
    base_ccy: str
    quote_ccy: str
    status: str = "online"


_CANDLES = msgspec.json.Decoder(_Answer[_Candle], strict=False)
_TICKERS = msgspec.json.Decoder(_Answer[_Ticker], strict=False)
_MARKETS = msgspec.json.Decoder(_Answer[_Market], strict=False)
_BAD_PARAMETERS = (3639, 4004)
_PASSING = (3008, 4001, 4002, 4003, 4213)
_LIMITED = b'"code":4213'


def _data(answer: _Answer[T]) -> list[T]:
    """What it found; errors come with status 200 too, and an empty object in place of a list."""
    if answer.code:
        at_fault, passing = answer.code in _BAD_PARAMETERS, answer.code in _PASSING
        refuse(_ID, answer.code, answer.message, at_fault=at_fault, passing=passing)
    if not isinstance(answer.data, list):
        raise MalformedResponse(f"{_ID} answered neither data nor an error", _ID, 200)
    return answer.data


def _candles_call(query: CandleQuery) -> Call:
    period = _INTERVALS[query.interval]
    params = {"market": query.native, "period": period, "limit": str(_DEPTH)}
    return Call("/v2/spot/kline", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    ms; `value` is the volume in the quote asset:

        {"code":0,"data":[{"market":"LATUSDT","created_at":1701761760000,"open":"0.008286",
          "close":"0.008157","high":"0.008390","low":"0.008106","volume":"807714.49139758",
          "value":"6689.21644207"}],"message":"OK"}
    """
    rows = _data(read(_CANDLES, body, _ID))
    return page_of(rows, [row.created_at for row in rows], quote_volume=[row.value for row in rows])


def _tickers_call(natives: Sequence[str]) -> Call:
    # It names ten at most; without a name it tells all.
    return Call("/v2/spot/ticker", {"market": ",".join(natives)} if len(natives) <= 10 else {})


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    It tells no time; `open` is the price 24 hours ago:

        {"code":0,"data":[{"market":"LATUSDT","last":"0.008157","open":"0.008286",
          "close":"0.008157","period":86400, ...}],"message":"OK"}
    """
    tickers = _data(read(_TICKERS, body, _ID))
    return quote_frame([(t.market, t.last, None, percent(t.last, t.open)) for t in tickers])


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    {"code":0,"data":[{"market":"BTCUSDT","base_ccy":"BTC","quote_ccy":"USDT","status":"online",
      ...}],"message":"OK"}
    """
    found = _data(read(_MARKETS, body, _ID))
    return market_frame(
        [(one.market, one.base_ccy, one.quote_ccy) for one in found if one.status == "online"]
    )


PROVIDER = Provider(
    id=_ID,
    name="CoinEx",
    category="exchange",
    base_url="https://api.coinex.com",
    docs_url="https://docs.coinex.com/api/v2",
    limits=(Limit(400, 1),),
    native=spelling("{base}{quote}", _QUOTES),
    candles=Candles(
        _INTERVALS, _DEPTH, _candles_call, _parse_candles, newest(_DEPTH), depth=_DEPTH
    ),
    tickers=Tickers(1000, _tickers_call, _parse_tickers),
    markets=Markets(lambda: Call("/v2/spot/market"), _parse_markets),
    limited=lambda body: _LIMITED in body[:80],
    endpoints=(
        Endpoint("prices", Call("/v2/spot/ticker", {"market": "BTCUSDT"})),
        Endpoint(
            "ohlcv",
            Call("/v2/spot/kline", {"market": "BTCUSDT", "period": "1hour", "limit": "24"}),
        ),
    ),
    health=Call("/v2/ping"),
    update="realtime",
    ws_url="wss://socket.coinex.com/v2/spot",
)
