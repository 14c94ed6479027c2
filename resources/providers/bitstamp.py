"""Bitstamp: dollars and euros, and the longest history of all."""

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
from resources.providers.families.pages import all_asked, asked, page_of
from resources.providers.families.spelling import small, spelling
from resources.providers.parsing import Moment, Number, market_frame, quote_frame, read

_ID = "bitstamp"
_PAGE = 1000
# Seconds; it has no weeks.
_INTERVALS = {
    Interval.M1: "60",
    Interval.M5: "300",
    Interval.M15: "900",
    Interval.H1: "3600",
    Interval.H4: "14400",
    Interval.D1: "86400",
}
_QUOTES = {"USD", "EUR", "GBP", "USDT", "USDC", "BTC", "ETH"}


class _Candle(msgspec.Struct, gc=False):
    timestamp: Moment
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number


class _Series(msgspec.Struct):
    ohlc: list[_Candle]


class _Ohlc(msgspec.Struct):
    data: _Series


class _Ticker(msgspec.Struct):
    pair: str
    last: Number
    timestamp: Moment
    percent_change_24: Number = None


class _Market(msgspec.Struct):
    market_symbol: str
    base_currency: str
    counter_currency: str
    trading: str
    market_type: str = "SPOT"


_OHLC = msgspec.json.Decoder(_Ohlc, strict=False)
_TICKERS = msgspec.json.Decoder(list[_Ticker], strict=False)
_MARKETS = msgspec.json.Decoder(list[_Market], strict=False)


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    params = {
        "step": _INTERVALS[query.interval],
        "start": str(start // 1000),
        # Where both ends are given the newest candles up to the end come, `limit` of them.
        "end": str(end // 1000 - 1),
        "limit": str((end - start) // query.interval.ms),
    }
    return Call(f"/api/v2/ohlc/{query.native}/", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    Seconds, oldest first:

        {"data":{"pair":"BTC/USD","ohlc":[{"timestamp":"1505558160","open":"3544.00",
          "high":"3544.00","low":"3544.00","close":"3544.00","volume":"0.00000000"}]}}
    """
    rows = read(_OHLC, body, _ID).data.ohlc
    return page_of(rows, [row.timestamp * 1000 for row in rows])


def _parse_tickers(body: bytes, _: object) -> pl.DataFrame:
    """
    All markets, also perpetuals (BTC/USD-PERP); the change is in percent:

        [{"timestamp":"1643640186","open":"2211.00","last":"2211.00","open_24":"2211.00",
          "percent_change_24":"13.57","market_type":"SPOT","pair":"BTC/USD", ...}]
    """
    tickers = read(_TICKERS, body, _ID)
    return quote_frame(
        [
            (t.pair.replace("/", "").lower(), t.last, t.timestamp * 1000, t.percent_change_24)
            for t in tickers
        ]
    )


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    [{"name":"BTC/USD","market_symbol":"btcusd","base_currency":"BTC","counter_currency":"USD",
      "trading":"Enabled","market_type":"SPOT", ...}]
    """
    pairs = [
        (market.market_symbol, market.base_currency, market.counter_currency)
        for market in read(_MARKETS, body, _ID)
        if market.trading == "Enabled" and market.market_type == "SPOT"
    ]
    return market_frame(pairs)


PROVIDER = Provider(
    id=_ID,
    name="Bitstamp",
    category="exchange",
    base_url="https://www.bitstamp.net",
    docs_url="https://www.bitstamp.net/api/",
    limits=(Limit(400, 1), Limit(10_000, 600)),
    native=small(spelling("{base}{quote}", _QUOTES)),
    candles=Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, all_asked(_PAGE)),
    tickers=Tickers(1000, lambda _: Call("/api/v2/ticker/"), _parse_tickers),
    markets=Markets(lambda: Call("/api/v2/markets/"), _parse_markets),
    endpoints=(
        Endpoint("prices", Call("/api/v2/ticker/btcusd/")),
        Endpoint("ohlcv", Call("/api/v2/ohlc/btcusd/", {"step": "3600", "limit": "24"})),
    ),
    update="realtime",
    ws_url="wss://ws.bitstamp.net",
)
