"""Gemini: dollars, and only the newest candles."""

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
from resources.providers.families.spelling import small, spelling
from resources.providers.parsing import Moment, Number, market_frame, quote_frame, read

_ID = "gemini"
# A day of minutes; the longer ones are about as many.
_DEPTH = 1440
# It also has 6hr, no four hours, and days that open at midnight in New York.
_INTERVALS = {
    Interval.M1: "1m",
    Interval.M5: "5m",
    Interval.M15: "15m",
    Interval.H1: "1hr",
}
# Longest first, as its list of markets does not tell base from quote.
_QUOTES = ("usdt", "usdc", "usd", "eur", "gbp", "sgd", "dai", "btc", "eth", "bch", "ltc", "fil")


class _Candle(msgspec.Struct, array_like=True, gc=False):
    time: Moment
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number


class _Price(msgspec.Struct):
    pair: str
    price: Number


_CANDLES = msgspec.json.Decoder(list[_Candle], strict=False)
_PRICES = msgspec.json.Decoder(list[_Price], strict=False)
_SYMBOLS = msgspec.json.Decoder(list[str])


def _candles_call(query: CandleQuery) -> Call:
    return Call(f"/v2/candles/{query.native}/{_INTERVALS[query.interval]}")


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    ms, open, high, low, close, volume, newest first:

        [[1559755800000,7781.6,7820.23,7776.56,7819.39,34.7624802159]]
    """
    rows = read(_CANDLES, body, _ID)
    return page_of(rows, [row.time for row in rows])


def _parse_tickers(body: bytes, _: object) -> pl.DataFrame:
    """
    All markets. It tells no time, and not whether percentChange24h is a fraction, so that it is
    not taken:

        [{"pair":"BTCUSD","price":"9500.00","percentChange24h":"5.23"}]
    """
    prices = read(_PRICES, body, _ID)
    return quote_frame([(one.pair.lower(), one.price, None, None) for one in prices])


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    Perpetuals are left out, and markets against its own dollar (GUSD), which most coins have
    beside the one against dollars:

        ["btcusd","btcgusd","btcgusdperp","ethbtc","paxgusd","paxggusd", ...]
    """
    symbols = set(names := read(_SYMBOLS, body, _ID))
    found = []
    for symbol in names:
        quote = next((quote for quote in _QUOTES if symbol.endswith(quote)), None)
        base, own, _ = symbol.rpartition("gusd")
        if quote and not (own and f"{base}usd" in symbols):
            found.append((symbol, symbol.removesuffix(quote).upper(), quote.upper()))
    return market_frame(found)


PROVIDER = Provider(
    id=_ID,
    name="Gemini",
    category="exchange",
    base_url="https://api.gemini.com",
    docs_url="https://docs.gemini.com",
    limits=(Limit(120, 60),),
    native=small(spelling("{base}{quote}", {quote.upper() for quote in _QUOTES})),
    candles=Candles(
        _INTERVALS, _DEPTH, _candles_call, _parse_candles, newest(_DEPTH), depth=_DEPTH
    ),
    tickers=Tickers(1000, lambda _: Call("/v1/pricefeed"), _parse_tickers),
    markets=Markets(lambda: Call("/v1/symbols"), _parse_markets),
    endpoints=(
        Endpoint("prices", Call("/v2/ticker/btcusd")),
        Endpoint("ohlcv", Call("/v2/candles/btcusd/1hr")),
    ),
    update="realtime",
    ws_url="wss://api.gemini.com/v2/marketdata",
)
