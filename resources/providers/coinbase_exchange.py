"""Coinbase Exchange: dollars, and a history as long as the market's."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
import polars as pl

from resources.market import Interval, Symbol
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
from resources.providers.families.pages import all_asked, asked
from resources.providers.parsing import (
    Moment,
    Number,
    candle_frame,
    market_frame,
    quote_frame,
    read,
)

_ID = "coinbase_exchange"
_PAGE = 300
# It also has 21600, and neither four hours nor weeks.
_INTERVALS = {
    Interval.M1: "60",
    Interval.M5: "300",
    Interval.M15: "900",
    Interval.H1: "3600",
    Interval.D1: "86400",
}
_TICKERS = {"STEPN": "GMT"}


class _Candle(msgspec.Struct, array_like=True, gc=False):
    time: Moment
    low: Number
    high: Number
    open: Number
    close: Number
    volume: Number


class _Ticker(msgspec.Struct):
    price: Number
    time: Annotated[datetime, msgspec.Meta(tz=True)]


class _Product(msgspec.Struct):
    id: str
    base_currency: str
    quote_currency: str
    status: str = "online"
    trading_disabled: bool = False


_CANDLE_LIST = msgspec.json.Decoder(list[_Candle], strict=False)
_TICKER = msgspec.json.Decoder(_Ticker, strict=False)
_PRODUCTS = msgspec.json.Decoder(list[_Product], strict=False)


def _native(symbol: Symbol) -> str | None:
    return f"{_TICKERS.get(symbol.base, symbol.base)}-{symbol.quote}"


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    last = end - query.interval.ms  # both ends are inclusive
    params = {
        "granularity": _INTERVALS[query.interval],
        # Of one candle too start and end differ: the one before it comes along.
        "start": str(min(start, last - query.interval.ms) // 1000),
        "end": str(last // 1000),
    }
    return Call(f"/products/{query.native}/candles", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    Seconds, low, high, open, close, volume, newest first. Intervals without a trade are left
    out, and candles from before the start may come along.

        [[1710327600,73241.5,73402.47,73243.33,73370.65,1.56794406]]
    """
    rows = read(_CANDLE_LIST, body, _ID)
    return candle_frame(
        [row.time * 1000 for row in rows],
        open=[row.open for row in rows],
        high=[row.high for row in rows],
        low=[row.low for row in rows],
        close=[row.close for row in rows],
        volume=[row.volume for row in rows],
    )


def _parse_tickers(body: bytes, natives: Sequence[str]) -> pl.DataFrame:
    """
    The last trade; the answer does not name its market.

        {"trade_id":21554152,"price":"4417.01000000","time":"2017-10-03T04:00:31.887000Z", ...}
    """
    ticker = read(_TICKER, body, _ID)
    return quote_frame([(natives[0], ticker.price, int(ticker.time.timestamp() * 1000), None)])


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    [{"id":"BTC-GBP","base_currency":"BTC","quote_currency":"GBP","status":"online",
      "trading_disabled":false, ...}]
    """
    products = read(_PRODUCTS, body, _ID)
    return market_frame(
        [
            (product.id, product.base_currency, product.quote_currency)
            for product in products
            if product.status == "online" and not product.trading_disabled
        ]
    )


PROVIDER = Provider(
    id=_ID,
    name="Coinbase Exchange",
    category="exchange",
    base_url="https://api.exchange.coinbase.com",
    docs_url="https://docs.cdp.coinbase.com/exchange",
    limits=(Limit(10, 1),),
    native=_native,
    candles=Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, all_asked(_PAGE)),
    tickers=Tickers(1, lambda natives: Call(f"/products/{natives[0]}/ticker"), _parse_tickers),
    markets=Markets(lambda: Call("/products"), _parse_markets),
    endpoints=(
        Endpoint("prices", Call("/products/BTC-USD/ticker")),
        Endpoint("ohlcv", Call("/products/BTC-USD/candles", {"granularity": "3600"})),
    ),
    health=Call("/time"),
    update="realtime",
    ws_url="wss://ws-feed.exchange.coinbase.com",
)
