"""Bitvavo: euros, up to 1,440 candles an answer."""

from collections.abc import Mapping, Sequence

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
from resources.providers.families.pages import asked, page_of, percent, up_to_the_end
from resources.providers.families.spelling import spelling
from resources.providers.parsing import Moment, Number, market_frame, quote_frame, read

_ID = "bitvavo"
_LIMIT = 1440
# Whether the candle that opens at `end` is part of an answer it does not say.
_PAGE = _LIMIT - 1
_WEIGHT = 1000  # a minute
# Where its weeks open it does not say.
_INTERVALS = {
    Interval.M1: "1m",
    Interval.M5: "5m",
    Interval.M15: "15m",
    Interval.H1: "1h",
    Interval.H4: "4h",
    Interval.D1: "1d",
}


class _Candle(msgspec.Struct, array_like=True, gc=False):
    time: Moment
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number


class _Ticker(msgspec.Struct):
    market: str
    timestamp: Moment | None = None
    open: Number = None
    last: Number = None


class _Market(msgspec.Struct):
    market: str
    status: str
    base: str
    quote: str


_CANDLES = msgspec.json.Decoder(list[_Candle], strict=False)
_TICKERS = msgspec.json.Decoder(list[_Ticker], strict=False)
_MARKETS = msgspec.json.Decoder(list[_Market], strict=False)


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    params = {
        "interval": _INTERVALS[query.interval],
        "limit": str(_LIMIT),
        # Both have to lie on the grid.
        "start": str(start),
        "end": str(end),
    }
    return Call(f"/v2/{query.native}/candles", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    ms, open, high, low, close, volume, newest first; without a trade there is no candle:

        [[1538784000000,"4999","5012","4999","5012","0.45"]]
    """
    rows = read(_CANDLES, body, _ID)
    return page_of(rows, [row.time for row in rows])


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    Of all markets; null where nothing was traded for 24 hours:

        [{"market":"BTC-EUR","open":"10000","high":"13000","low":"9000","last":"12243",
          "volume":"1958","volumeQuote":"1958000","bid":"12243","ask":"12244",
          "timestamp":1565777160307, ...}]
    """
    return quote_frame(
        [
            (t.market, t.last, t.timestamp, percent(t.last, t.open))
            for t in read(_TICKERS, body, _ID)
        ]
    )


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    [{"market":"BTC-EUR","status":"trading","base":"BTC","quote":"EUR", ...}]
    """
    return market_frame(
        [
            (market.market, market.base, market.quote)
            for market in read(_MARKETS, body, _ID)
            if market.status == "trading"
        ]
    )


def _used(headers: Mapping[str, str]) -> Mapping[int, int]:
    left = headers.get("bitvavo-ratelimit-remaining", "")
    return {60: max(_WEIGHT - int(left), 0)} if left.isdecimal() else {}


PROVIDER = Provider(
    id=_ID,
    name="Bitvavo",
    category="exchange",
    base_url="https://api.bitvavo.com",
    docs_url="https://docs.bitvavo.com",
    limits=(Limit(_WEIGHT, 60),),
    native=spelling("{base}-{quote}", {"EUR", "USDC"}),
    candles=Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, up_to_the_end(_PAGE)),
    tickers=Tickers(1000, lambda _: Call("/v2/ticker/24h", weight=25), _parse_tickers),
    markets=Markets(lambda: Call("/v2/markets"), _parse_markets),
    used=_used,
    endpoints=(
        Endpoint("prices", Call("/v2/ticker/24h", {"market": "BTC-EUR"})),
        Endpoint("ohlcv", Call("/v2/BTC-EUR/candles", {"interval": "1h", "limit": "48"})),
    ),
    health=Call("/v2/time"),
    update="realtime",
    ws_url="wss://ws.bitvavo.com/v2/",
)
