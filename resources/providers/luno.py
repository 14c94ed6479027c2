"""Luno: rand, euros and others; prices alone, its candles want a key."""

from collections.abc import Sequence

import msgspec
import polars as pl

from resources.providers.base import Call, Endpoint, Limit, Markets, Provider, Tickers
from resources.providers.families.spelling import TICKERS, spelling
from resources.providers.parsing import Moment, Number, market_frame, quote_frame, read

_ID = "luno"


class _Ticker(msgspec.Struct):
    pair: str
    last_trade: Number
    timestamp: Moment
    status: str = "ACTIVE"


class _Tickers(msgspec.Struct):
    tickers: list[_Ticker]


class _Market(msgspec.Struct):
    market_id: str
    trading_status: str
    base_currency: str
    counter_currency: str


class _Markets(msgspec.Struct):
    markets: list[_Market]


_TICKERS = msgspec.json.Decoder(_Tickers, strict=False)
_MARKETS = msgspec.json.Decoder(_Markets, strict=False)


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    Of all markets; those that do not trade are left out. There is no change:

        {"tickers":[{"pair":"XBTZAR","timestamp":1710327600000,"bid":"1354500.00",
          "ask":"1354600.00","last_trade":"1354501.00","rolling_24_hour_volume":"31.5",
          "status":"ACTIVE"}]}
    """
    return quote_frame(
        [
            (ticker.pair, ticker.last_trade, ticker.timestamp, None)
            for ticker in read(_TICKERS, body, _ID).tickers
            if ticker.status == "ACTIVE"
        ]
    )


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    {"markets":[{"market_id":"XBTGBP","trading_status":"ACTIVE","base_currency":"XBT",
      "counter_currency":"GBP", ...}]}
    """
    return market_frame(
        [
            (market.market_id, market.base_currency, market.counter_currency)
            for market in read(_MARKETS, body, _ID).markets
            if market.trading_status == "ACTIVE"
        ]
    )


PROVIDER = Provider(
    id=_ID,
    name="Luno",
    category="exchange",
    base_url="https://api.luno.com",
    docs_url="https://www.luno.com/en/developers/api",
    limits=(Limit(1, 1),),
    native=spelling(
        "{base}{quote}", {"EUR", "GBP", "AUD", "USDC", "BTC"}, {**TICKERS, "BTC": "XBT"}
    ),
    tickers=Tickers(1000, lambda _: Call("/api/1/tickers"), _parse_tickers),
    markets=Markets(lambda: Call("/api/exchange/1/markets"), _parse_markets),
    endpoints=(
        Endpoint("prices", Call("/api/1/ticker", {"pair": "XBTEUR"})),
        Endpoint("prices", Call("/api/1/tickers")),
    ),
    update="realtime",
    ws_url="wss://ws.luno.com",
)
