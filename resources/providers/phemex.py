"""Phemex, spot: prices in USDT, as whole numbers; only the newest candles."""

from collections.abc import Sequence
from typing import Annotated

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
from resources.providers.families.pages import newest, percent
from resources.providers.families.refusals import refuse
from resources.providers.families.spelling import spelling
from resources.providers.parsing import (
    Moment,
    Number,
    candle_frame,
    market_frame,
    quote_frame,
    read,
)

_ID = "phemex"
# Calls of another path name a window; it advises against them.
_DEPTH = 1000
_WEIGHT = 10  # of candles
# Where its weeks open it does not say.
_INTERVALS = {
    Interval.M1: "60",
    Interval.M5: "300",
    Interval.M15: "900",
    Interval.H1: "3600",
    Interval.H4: "14400",
    Interval.D1: "86400",
}
# Of the prices, volumes and turnovers of all spot markets.
_SCALE = 1e8
_UNKNOWN = 6001  # an argument that it cannot take

_Nanoseconds = Annotated[int, msgspec.Meta(ge=0, le=9 * 10**18)]


class _Candle(msgspec.Struct, array_like=True, gc=False):
    time: Moment
    interval: int
    last_close: Number
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number
    turnover: Number


class _Rows(msgspec.Struct):
    rows: list[_Candle]


class _Candles(msgspec.Struct):
    code: int
    data: _Rows | None = None
    msg: str = ""


class _Ticker(msgspec.Struct, rename="camel"):
    symbol: str
    last_ep: Number
    timestamp: _Nanoseconds | None = None
    open_ep: Number = None


class _Tickers(msgspec.Struct):
    result: list[_Ticker]


class _Market(msgspec.Struct, rename="camel"):
    symbol: str
    type: str
    status: str = ""
    base_currency: str = ""
    quote_currency: str = ""


class _Products(msgspec.Struct):
    products: list[_Market]


class _Catalog(msgspec.Struct):
    data: _Products


_CANDLES = msgspec.json.Decoder(_Candles, strict=False)
_TICKERS = msgspec.json.Decoder(_Tickers, strict=False)
_CATALOG = msgspec.json.Decoder(_Catalog, strict=False)


def _scaled(value: Number) -> Number:
    return None if value is None else value / _SCALE


def _candles_call(query: CandleQuery) -> Call:
    return _newest_call(query.native, _INTERVALS[query.interval], _DEPTH)


def _newest_call(native: str, resolution: str, count: int) -> Call:
    params = {"symbol": native, "resolution": resolution, "limit": str(count)}
    return Call("/exchange/public/md/v2/kline", params, _WEIGHT)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    Seconds, interval, close before it, open, high, low, close, volume, turnover; all prices and
    volumes times 100,000,000:

        {"code":0,"msg":"OK","data":{"total":-1,"rows":[
          [1592467200,300,2337600000000,2332200000000,2338100000000,2331500000000,2336700000000,
            208671000,4875906337000]]}}
    """
    answer = read(_CANDLES, body, _ID)
    if answer.code != 0:
        refuse(_ID, answer.code, answer.msg, at_fault=answer.code == _UNKNOWN)
    if answer.data is None:
        raise MalformedResponse(f"{_ID} answered neither data nor an error", _ID, 200)
    rows = answer.data.rows
    return candle_frame(
        [row.time * 1000 for row in rows],
        open=[_scaled(row.open) for row in rows],
        high=[_scaled(row.high) for row in rows],
        low=[_scaled(row.low) for row in rows],
        close=[_scaled(row.close) for row in rows],
        volume=[_scaled(row.volume) for row in rows],
        quote_volume=[_scaled(row.turnover) for row in rows],
    )


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    Of all markets; prices times 100,000,000, the time in ns:

        {"error":null,"id":0,"result":[{"openEp":892100000000,"highEp":898287000000,
          "lowEp":886390000000,"lastEp":891486000000,"bidEp":891485000000,"askEp":891497000000,
          "symbol":"sBTCUSDT","turnoverEv":115702783479500,"volumeEv":13017900,
          "timestamp":1590571240030003249}]}
    """
    return quote_frame(
        [
            (
                t.symbol,
                _scaled(t.last_ep),
                None if t.timestamp is None else t.timestamp // 1_000_000,
                percent(t.last_ep, t.open_ep),
            )
            for t in read(_TICKERS, body, _ID).result
        ]
    )


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    {"code":0,"msg":"OK","data":{"products":[{"symbol":"sBTCUSDT","displaySymbol":"BTC / USDT",
      "quoteCurrency":"USDT","type":"Spot","baseCurrency":"BTC","status":"Listed", ...}], ...}}
    """
    products = read(_CATALOG, body, _ID).data.products
    return market_frame(
        [
            (product.symbol, product.base_currency, product.quote_currency)
            for product in products
            if product.type == "Spot" and product.status == "Listed"
        ]
    )


PROVIDER = Provider(
    id=_ID,
    name="Phemex",
    category="exchange",
    base_url="https://api.phemex.com",
    docs_url="https://phemex-docs.github.io",
    limits=(Limit(100, 60),),
    native=spelling("s{base}{quote}", {"USDT", "USDC"}),
    candles=Candles(
        _INTERVALS, _DEPTH, _candles_call, _parse_candles, newest(_DEPTH), depth=_DEPTH
    ),
    tickers=Tickers(1000, lambda _: Call("/md/spot/ticker/24hr/all"), _parse_tickers),
    markets=Markets(lambda: Call("/exchange/public/cfg/v2/products"), _parse_markets),
    endpoints=(
        Endpoint("prices", Call("/md/spot/ticker/24hr", {"symbol": "sBTCUSDT"})),
        Endpoint("ohlcv", _newest_call("sBTCUSDT", "3600", 50)),
    ),
    health=Call("/public/time"),
    update="realtime",
    ws_url="wss://ws.phemex.com",
)
