"""WhiteBIT: USDT, dollars, euros and more, up to 1,440 candles a page."""

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
from resources.providers.families.refusals import refuse
from resources.providers.families.spelling import spelling
from resources.providers.parsing import Moment, Number, market_frame, quote_frame, read

_ID = "whitebit"
_PAGE = 1440
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
    close: Number
    high: Number
    low: Number
    volume: Number
    quote_volume: Number


class _Candles(msgspec.Struct):
    success: bool
    result: list[_Candle] | None = None
    message: str | None = None


class _Ticker(msgspec.Struct):
    last_price: Number
    change: Number = None


class _Market(msgspec.Struct, rename="camel"):
    name: str
    stock: str
    money: str
    type: str = "spot"
    trades_enabled: bool = True


_CANDLES = msgspec.json.Decoder(_Candles, strict=False)
_TICKERS = msgspec.json.Decoder(dict[str, _Ticker], strict=False)
_MARKETS = msgspec.json.Decoder(list[_Market], strict=False)


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    params = {
        "market": query.native,
        "interval": _INTERVALS[query.interval],
        "start": str(start // 1000),
        "end": str(end // 1000 - 1),
        "limit": str(_PAGE),
    }
    return Call("/api/v1/public/kline", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    Seconds, open, close, high, low, volume, quote volume:

        {"success":true,"message":null,"result":[
          [1631440800,"45865.62","45958.14","45981.3","45750.23","15.327634","703140.24230131"]]}
    """
    answer = read(_CANDLES, body, _ID)
    if not answer.success or answer.result is None:
        refuse(_ID, "success false", answer.message or "", at_fault=True)
    rows = answer.result
    return page_of(
        rows,
        [row.time * 1000 for row in rows],
        quote_volume=[row.quote_volume for row in rows],
    )


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    Of all markets; change is in percent, and there is no time:

        {"BTC_USDT":{"base_id":1,"quote_id":825,"last_price":"32910.13",
          "quote_volume":"53103154.48","base_volume":"1611.3","isFrozen":false,"change":"2.12"}}
    """
    found = read(_TICKERS, body, _ID)
    return quote_frame([(name, t.last_price, None, t.change) for name, t in found.items()])


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    [{"name":"BTC_USDT","stock":"BTC","money":"USDT","tradesEnabled":true,"type":"spot", ...},
     {"name":"BTC_PERP","stock":"BTC","money":"USDT","tradesEnabled":true,"type":"futures", ...}]
    """
    return market_frame(
        [
            (market.name, market.stock, market.money)
            for market in read(_MARKETS, body, _ID)
            if market.type == "spot" and market.trades_enabled
        ]
    )


PROVIDER = Provider(
    id=_ID,
    name="WhiteBIT",
    category="exchange",
    base_url="https://whitebit.com",
    docs_url="https://docs.whitebit.com",
    # Its v4 endpoints allow twice as much, v1 with the candles this.
    limits=(Limit(1000, 10),),
    native=spelling(
        "{base}_{quote}", {"USDT", "USDC", "USD", "EUR", "TRY", "BRL", "GBP", "BTC", "ETH"}
    ),
    candles=Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, all_asked(_PAGE)),
    tickers=Tickers(1000, lambda _: Call("/api/v4/public/ticker"), _parse_tickers),
    markets=Markets(lambda: Call("/api/v4/public/markets"), _parse_markets),
    endpoints=(
        Endpoint(
            "ohlcv",
            Call("/api/v1/public/kline", {"market": "BTC_USDT", "interval": "1h", "limit": "24"}),
        ),
        Endpoint("prices", Call("/api/v4/public/ticker")),
    ),
    health=Call("/api/v4/public/ping"),
    update="realtime",
    ws_url="wss://api.whitebit.com/ws",
)
