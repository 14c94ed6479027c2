"""Korbit: won, up to 200 candles a page."""

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
from resources.providers.families.pages import all_asked, asked, page_of, percent
from resources.providers.families.refusals import present, refuse
from resources.providers.families.spelling import small, spelling
from resources.providers.parsing import Moment, Number, market_frame, quote_frame, read

T = TypeVar("T")

_ID = "korbit"
_PAGE = 200
# Its days and weeks open at midnight in Seoul, 15:00 UTC, where our four hours do not open either.
_INTERVALS = {Interval.M1: "1", Interval.M5: "5", Interval.M15: "15", Interval.H1: "60"}


class _Error(msgspec.Struct):
    message: str = ""


class _Answer(msgspec.Struct, Generic[T]):
    success: bool
    data: T | None = None
    error: _Error | None = None


class _Candle(msgspec.Struct, gc=False):
    timestamp: Moment
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number


class _Ticker(msgspec.Struct, rename="camel"):
    symbol: str
    close: Number
    prev_close: Number = None
    last_traded_at: Moment | None = None


class _Market(msgspec.Struct):
    symbol: str
    status: str


_CANDLES = msgspec.json.Decoder(_Answer[list[_Candle]], strict=False)
_TICKERS = msgspec.json.Decoder(_Answer[list[_Ticker]], strict=False)
_MARKETS = msgspec.json.Decoder(_Answer[list[_Market]], strict=False)


def _data(answer: _Answer[T]) -> T:
    if not answer.success and answer.error:
        refuse(_ID, "success false", answer.error.message, at_fault=True)
    return present(_ID, answer.data)


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    params = {
        "symbol": query.native,
        "interval": _INTERVALS[query.interval],
        "start": str(start),
        "end": str(end - 1),
        "limit": str(_PAGE),
    }
    return Call("/v2/candles", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    {"success":true,"data":[{"timestamp":1708041600000,"open":"71211000","high":"74605000",
      "low":"68241000","close":"71392000","volume":"1.932320026577213946"}]}
    """
    rows = _data(read(_CANDLES, body, _ID))
    return page_of(rows, [row.timestamp for row in rows])


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    Of all markets; prevClose is the price of 24 hours ago:

        {"success":true,"data":[{"symbol":"btc_krw","open":"77060000","high":"79650000",
          "low":"76550000","close":"77136000","prevClose":"77060000","priceChange":"76000",
          "priceChangePercent":"0.1","volume":"48.73739983","quoteVolume":"3785149733.32633",
          "bestBidPrice":"77136000","bestAskPrice":"77193000","lastTradedAt":1725525721041}]}
    """
    return quote_frame(
        [
            (t.symbol, t.close, t.last_traded_at, percent(t.close, t.prev_close))
            for t in _data(read(_TICKERS, body, _ID))
        ]
    )


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    {"success":true,"data":[{"symbol":"btc_krw","status":"launched"},
      {"symbol":"xrp_krw","status":"stopped"}]}
    """
    markets = _data(read(_MARKETS, body, _ID))
    names = [market.symbol for market in markets if market.status == "launched"]
    pairs = ((name, name.rpartition("_")) for name in names)
    return market_frame([(name, base.upper(), quote.upper()) for name, (base, _, quote) in pairs])


PROVIDER = Provider(
    id=_ID,
    name="Korbit",
    category="exchange",
    base_url="https://api.korbit.co.kr",
    docs_url="https://docs.korbit.co.kr",
    limits=(Limit(50, 1),),
    native=small(spelling("{base}_{quote}", {"KRW"})),
    candles=Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, all_asked(_PAGE)),
    tickers=Tickers(1000, lambda _: Call("/v2/tickers"), _parse_tickers),
    markets=Markets(lambda: Call("/v2/currencyPairs"), _parse_markets),
    endpoints=(
        Endpoint("prices", Call("/v2/tickers", {"symbol": "btc_krw"})),
        Endpoint(
            "ohlcv", Call("/v2/candles", {"symbol": "btc_krw", "interval": "60", "limit": "50"})
        ),
    ),
    health=Call("/v2/time"),
    update="realtime",
    ws_url="wss://ws-api.korbit.co.kr/v2/public",
)
