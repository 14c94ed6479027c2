"""MEXC, spot: the wire of Binance with fewer fields and fractions for percents."""

from collections.abc import Sequence

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
from resources.providers.families.blanks import Blank, filled
from resources.providers.families.pages import all_asked, asked, hundredfold, page_of
from resources.providers.families.spelling import spelling
from resources.providers.parsing import Moment, Number, market_frame, quote_frame, read

_ID = "mexc"
_PAGE = 500
# It has days and weeks too, and does not tell where they open.
_INTERVALS = {
    Interval.M1: "1m",
    Interval.M5: "5m",
    Interval.M15: "15m",
    Interval.H1: "60m",
    Interval.H4: "4h",
}
_QUOTES = {"USDT", "USDC", "BTC", "ETH", "EUR", "USDE"}


class _Kline(msgspec.Struct, array_like=True, gc=False):
    open_time: Moment
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number
    close_time: Moment
    quote_volume: Number


class _Ticker(msgspec.Struct, rename="camel"):
    symbol: str
    last_price: Blank
    change: Blank = msgspec.field(name="priceChangePercent")
    close_time: Moment


class _Symbol(msgspec.Struct, rename="camel"):
    symbol: str
    status: str
    base_asset: str
    quote_asset: str


class _ExchangeInfo(msgspec.Struct):
    symbols: list[_Symbol]


_KLINES = msgspec.json.Decoder(list[_Kline], strict=False)
_TICKERS = msgspec.json.Decoder(list[_Ticker] | _Ticker, strict=False)
_EXCHANGE_INFO = msgspec.json.Decoder(_ExchangeInfo, strict=False)


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    params = {
        "symbol": query.native,
        "interval": _INTERVALS[query.interval],
        "startTime": str(start),
        "endTime": str(end - 1),  # both ends are inclusive, on the open time
        "limit": str(_PAGE),
    }
    return Call("/api/v3/klines", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    ms, open, high, low, close, volume, close time, quote volume, oldest first:

        [[1640804880000,"47482.36","47482.36","47416.57","47436.1","3.550717",1640804940000,
          "168387.3"]]
    """
    rows = read(_KLINES, body, _ID)
    return page_of(
        rows, [row.open_time for row in rows], quote_volume=[row.quote_volume for row in rows]
    )


def _tickers_call(natives: Sequence[str]) -> Call:
    only = {"symbol": natives[0]} if len(natives) == 1 else {}
    return Call("/api/v3/ticker/24hr", only, weight=25)


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    One object, or a list of all markets where several are asked for; priceChangePercent is a
    fraction:

        [{"symbol":"BTCUSDT","priceChange":"184.34","priceChangePercent":"0.00400048",
          "prevClosePrice":"46079.37","lastPrice":"46263.71","closeTime":1641349582808, ...}]
    """
    found = read(_TICKERS, body, _ID)
    tickers = found if isinstance(found, list) else [found]
    return quote_frame(
        [
            (t.symbol, filled(t.last_price), t.close_time, hundredfold(filled(t.change)))
            for t in tickers
        ]
    )


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    Of the statuses 1 is online, 2 paused, 3 offline. isSpotTradingAllowed is of orders by its API:

        {"timezone":"CST","serverTime":1737623435453,"symbols":[{"symbol":"BTCUSDT","status":"1",
          "baseAsset":"BTC","quoteAsset":"USDT","isSpotTradingAllowed":false, ...}]}
    """
    return market_frame(
        [
            (one.symbol, one.base_asset, one.quote_asset)
            for one in read(_EXCHANGE_INFO, body, _ID).symbols
            if one.status == "1"
        ]
    )


PROVIDER = Provider(
    id=_ID,
    name="MEXC",
    category="exchange",
    base_url="https://api.mexc.com",
    docs_url="https://mexcdevelop.github.io/apidocs",
    limits=(Limit(500, 10),),
    native=spelling("{base}{quote}", _QUOTES),
    candles=Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, all_asked(_PAGE)),
    tickers=Tickers(1000, _tickers_call, _parse_tickers),
    markets=Markets(lambda: Call("/api/v3/exchangeInfo", weight=25), _parse_markets),
    endpoints=(
        Endpoint("prices", Call("/api/v3/ticker/24hr", {"symbol": "BTCUSDT"}, weight=25)),
        Endpoint(
            "ohlcv",
            Call("/api/v3/klines", {"symbol": "BTCUSDT", "interval": "60m", "limit": "24"}),
        ),
    ),
    health=Call("/api/v3/ping"),
    update="realtime",
    ws_url="wss://wbs-api.mexc.com/ws",
)
