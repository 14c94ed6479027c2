"""Poloniex, spot: mostly USDT, up to 500 candles a page."""

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
from resources.providers.families.pages import all_asked, asked, page_of
from resources.providers.families.spelling import spelling
from resources.providers.parsing import (
    Count,
    Moment,
    Number,
    market_frame,
    quote_frame,
    read,
)

_ID = "poloniex"
_PAGE = 500
# Of the calls that it allows 10 a second of.
_HEAVY = 20
# Where its weeks open it does not say.
_INTERVALS = {
    Interval.M1: "MINUTE_1",
    Interval.M5: "MINUTE_5",
    Interval.M15: "MINUTE_15",
    Interval.H1: "HOUR_1",
    Interval.H4: "HOUR_4",
    Interval.D1: "DAY_1",
}


class _Candle(msgspec.Struct, array_like=True, gc=False):
    low: Number
    high: Number
    open: Number
    close: Number
    quote_volume: Number
    volume: Number
    taken_quote_volume: Number
    taken_volume: Number
    trades: Count
    time: Moment
    average: Number
    interval: str
    start: Moment


class _Ticker(msgspec.Struct, rename="camel"):
    symbol: str
    close: Number
    ts: Moment
    daily_change: Number = None


class _Market(msgspec.Struct, rename="camel"):
    symbol: str
    base_currency_name: str
    quote_currency_name: str
    state: str


_CANDLES = msgspec.json.Decoder(list[_Candle], strict=False)
_TICKERS = msgspec.json.Decoder(list[_Ticker], strict=False)
_MARKETS = msgspec.json.Decoder(list[_Market], strict=False)


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    params = {
        "interval": _INTERVALS[query.interval],
        "limit": str(_PAGE),
        "startTime": str(start),
        "endTime": str(end - 1),
    }
    return Call(f"/markets/{query.native}/candles", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    Low, high, open, close, quote volume, volume, both as takers bought them, trades, time of the
    last update, average price, interval, start and end:

        [["58651","58651","58651","58651","0","0","0","0",0,1719975420000,"0","MINUTE_1",
          1719975360000,1719975419999]]
    """
    rows = read(_CANDLES, body, _ID)
    return page_of(
        rows,
        [row.start for row in rows],
        quote_volume=[row.quote_volume for row in rows],
        trades=[row.trades for row in rows],
    )


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    Of all markets; dailyChange is a part of 1:

        [{"symbol":"BTC_USDT","open":"46368.32","low":"37958.38","high":"46435.29",
          "close":"46112.36","quantity":"1.527","amount":"57593.6","tradeCount":10,
          "startTime":1640995200000,"closeTime":1641081599999,"dailyChange":"-0.0055",
          "ts":1641081599999, ...}]
    """
    return quote_frame(
        [
            (t.symbol, t.close, t.ts, None if t.daily_change is None else t.daily_change * 100)
            for t in read(_TICKERS, body, _ID)
        ]
    )


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    [{"symbol":"BTC_USDT","baseCurrencyName":"BTC","quoteCurrencyName":"USDT",
      "displayName":"BTC/USDT","state":"NORMAL", ...}]
    """
    return market_frame(
        [
            (market.symbol, market.base_currency_name, market.quote_currency_name)
            for market in read(_MARKETS, body, _ID)
            if market.state == "NORMAL"
        ]
    )


PROVIDER = Provider(
    id=_ID,
    name="Poloniex",
    category="exchange",
    base_url="https://api.poloniex.com",
    docs_url="https://api-docs.poloniex.com",
    limits=(Limit(200, 1),),
    native=spelling("{base}_{quote}", {"USDT", "USDC", "BTC"}),
    candles=Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, all_asked(_PAGE)),
    tickers=Tickers(1000, lambda _: Call("/markets/ticker24h", weight=_HEAVY), _parse_tickers),
    markets=Markets(lambda: Call("/markets", weight=_HEAVY), _parse_markets),
    endpoints=(
        Endpoint("prices", Call("/markets/BTC_USDT/ticker24h", weight=_HEAVY)),
        Endpoint("ohlcv", Call("/markets/BTC_USDT/candles", {"interval": "HOUR_1"})),
    ),
    health=Call("/timestamp"),
    update="realtime",
    ws_url="wss://ws.poloniex.com/ws/public",
)
