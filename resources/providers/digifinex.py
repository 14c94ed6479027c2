"""DigiFinex: mostly USDT, up to 500 candles a page."""

import re
from collections.abc import Sequence
from typing import TypeVar

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
from resources.providers.families.pages import all_asked, asked, page_of
from resources.providers.families.refusals import refuse
from resources.providers.families.spelling import small, spelling
from resources.providers.parsing import Moment, Number, market_frame, quote_frame, read

T = TypeVar("T")

_ID = "digifinex"
_PAGE = 500
# Where its days and weeks open it does not say.
_INTERVALS = {
    Interval.M1: "1",
    Interval.M5: "5",
    Interval.M15: "15",
    Interval.H1: "60",
    Interval.H4: "240",
}
# A parameter is wrong, the market does not trade or is none, or the end is before the start.
_AT_FAULT = (10004, 20001, 20002, 20019, 20022)
_LIMITED = re.compile(rb'"code"\s*:\s*10005\b')


class _Candle(msgspec.Struct, array_like=True, gc=False):
    time: Moment
    volume: Number
    close: Number
    high: Number
    low: Number
    open: Number


class _Candles(msgspec.Struct):
    code: int
    data: list[_Candle] | None = None


class _Ticker(msgspec.Struct):
    symbol: str
    last: Number
    change: Number = None


class _Tickers(msgspec.Struct):
    code: int
    date: Moment | None = None
    ticker: list[_Ticker] | None = None


class _Market(msgspec.Struct):
    symbol: str
    base_asset: str
    quote_asset: str
    status: str


class _Markets(msgspec.Struct):
    code: int
    symbol_list: list[_Market] | None = None


_CANDLES = msgspec.json.Decoder(_Candles, strict=False)
_TICKERS = msgspec.json.Decoder(_Tickers, strict=False)
_MARKETS = msgspec.json.Decoder(_Markets, strict=False)


def _found(code: int, rows: list[T] | None) -> list[T]:
    """The rows; it answers errors with status 200 and a code alone."""
    if code != 0:
        refuse(_ID, code, "an error without words", at_fault=code in _AT_FAULT)
    if rows is None:
        raise MalformedResponse(f"{_ID} answered neither rows nor an error", _ID, 200)
    return rows


def _limited(body: bytes) -> bool:
    return _LIMITED.search(body[:500]) is not None


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    params = {
        "symbol": query.native,
        "period": _INTERVALS[query.interval],
        "start_time": str(start // 1000),
        "end_time": str(end // 1000 - 1),
    }
    return Call("/v3/kline", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    Seconds, volume, close, high, low, open:

        {"code":0,"data":[[1556712900,2205.899,0.029967,0.02997,0.029871,0.029927]]}
    """
    answer = read(_CANDLES, body, _ID)
    rows = _found(answer.code, answer.data)
    return page_of(rows, [row.time * 1000 for row in rows])


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    Of all markets; change is in percent, date of the whole answer and in seconds:

        {"ticker":[{"vol":40717.4461,"change":-1.91,"base_vol":392447999.65374,"sell":9592.23,
          "last":9592.22,"symbol":"btc_usdt","low":9476.24,"buy":9592.03,"high":9793.87}],
          "date":1589874294,"code":0}
    """
    answer = read(_TICKERS, body, _ID)
    time = None if answer.date is None else answer.date * 1000
    found = _found(answer.code, answer.ticker)
    return quote_frame([(t.symbol, t.last, time, t.change) for t in found])


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    {"symbol_list":[{"order_types":["LIMIT","MARKET"],"quote_asset":"USDT","status":"TRADING",
      "symbol":"BTC_USDT","base_asset":"BTC", ...}],"code":0}
    """
    answer = read(_MARKETS, body, _ID)
    return market_frame(
        [
            (market.symbol.lower(), market.base_asset, market.quote_asset)
            for market in _found(answer.code, answer.symbol_list)
            if market.status == "TRADING"
        ]
    )


PROVIDER = Provider(
    id=_ID,
    name="DigiFinex",
    category="exchange",
    base_url="https://openapi.digifinex.com",
    docs_url="https://docs.digifinex.com",
    # It documents a weight of 1,200 without the time in which; this is a careful one.
    limits=(Limit(60, 60),),
    native=small(spelling("{base}_{quote}", {"USDT", "USDC", "BTC", "ETH"})),
    candles=Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, all_asked(_PAGE)),
    tickers=Tickers(1000, lambda _: Call("/v3/ticker"), _parse_tickers),
    markets=Markets(lambda: Call("/v3/spot/symbols"), _parse_markets),
    limited=_limited,
    endpoints=(
        Endpoint("prices", Call("/v3/ticker", {"symbol": "btc_usdt"})),
        Endpoint("ohlcv", Call("/v3/kline", {"symbol": "btc_usdt", "period": "60"})),
    ),
    health=Call("/v3/ping"),
    update="periodic",
)
