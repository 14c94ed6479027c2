"""EXMO: dollars, euros and USDT, up to 3,000 candles a page."""

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
from resources.providers.parsing import (
    Moment,
    Number,
    market_frame,
    quote_frame,
    read,
)

_ID = "exmo"
_PAGE = 3000
# Where its weeks open it does not say.
_INTERVALS = {
    Interval.M1: "1",
    Interval.M5: "5",
    Interval.M15: "15",
    Interval.H1: "60",
    Interval.H4: "240",
    Interval.D1: "D",
}


_LETTERS = {"time": "t", "open": "o", "high": "h", "low": "l", "close": "c", "volume": "v"}


class _Candle(msgspec.Struct, gc=False, rename=_LETTERS):
    time: Moment
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number


class _Candles(msgspec.Struct):
    candles: list[_Candle] | None = None
    errmsg: str = ""


class _Ticker(msgspec.Struct):
    last_trade: Number
    updated: Moment


class _Market(msgspec.Struct):
    min_quantity: Number


_CANDLES = msgspec.json.Decoder(_Candles, strict=False)
_TICKERS = msgspec.json.Decoder(dict[str, _Ticker], strict=False)
_MARKETS = msgspec.json.Decoder(dict[str, _Market], strict=False)


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    params = {
        "symbol": query.native,
        "resolution": _INTERVALS[query.interval],
        "from": str(start // 1000),
        "to": str(end // 1000 - 1),
    }
    return Call("/v1.1/candles_history", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    {"candles":[{"t":1585557000000,"o":6590.6164,"c":6602.3624,"h":6618.78965693,"l":6579.054,
      "v":6.932754980000013}]}
    """
    answer = read(_CANDLES, body, _ID)
    rows = answer.candles
    if rows is None:
        refuse(_ID, "no candles", answer.errmsg, at_fault=bool(answer.errmsg))
    return page_of(rows, [row.time for row in rows])


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    Of all markets; updated is in seconds, there is no change:

        {"BTC_USD":{"buy_price":"5930","sell_price":"5950.99","last_trade":"5950.99880982",
          "high":"6030","low":"5704","avg":"5869.381807","vol":"511.21201677",
          "vol_curr":"2994217.45393653","updated":1509341830}}
    """
    found = read(_TICKERS, body, _ID)
    return quote_frame([(name, t.last_trade, t.updated * 1000, None) for name, t in found.items()])


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    {"BTC_USD":{"min_quantity":"0.001","max_quantity":"100","min_price":"1", ...}}
    """
    pairs = ((name, name.rpartition("_")) for name in read(_MARKETS, body, _ID))
    return market_frame([(name, base, quote) for name, (base, _, quote) in pairs])


PROVIDER = Provider(
    id=_ID,
    name="EXMO",
    category="exchange",
    base_url="https://api.exmo.com",
    docs_url="https://documenter.getpostman.com/view/10287440",
    limits=(Limit(10, 1),),
    native=spelling("{base}_{quote}", {"USD", "USDT", "USDC", "EUR", "GBP", "BTC", "ETH"}),
    candles=Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, all_asked(_PAGE)),
    tickers=Tickers(1000, lambda _: Call("/v1.1/ticker"), _parse_tickers),
    markets=Markets(lambda: Call("/v1.1/pair_settings"), _parse_markets),
    endpoints=(Endpoint("prices", Call("/v1.1/ticker")),),
    health=Call("/v1.1/currency"),
    update="realtime",
    ws_url="wss://ws-api.exmo.com/v1/public",
)
