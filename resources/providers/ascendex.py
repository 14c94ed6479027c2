"""AscendEX, spot: mostly USDT, up to 500 candles a page."""

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
from resources.providers.families.spelling import spelling
from resources.providers.parsing import (
    Moment,
    Number,
    market_frame,
    quote_frame,
    read,
)

T = TypeVar("T")

_ID = "ascendex"
_PAGE = 500
# Where its days and weeks open it does not say.
_INTERVALS = {
    Interval.M1: "1",
    Interval.M5: "5",
    Interval.M15: "15",
    Interval.H1: "60",
    Interval.H4: "240",
}
_AT_FAULT = range(100_000, 200_000)


class _Answer(msgspec.Struct, Generic[T]):
    code: int
    data: T | None = None
    message: str = ""


_LETTERS = {"time": "ts", "open": "o", "high": "h", "low": "l", "close": "c", "volume": "v"}


class _Candle(msgspec.Struct, gc=False, rename=_LETTERS):
    time: Moment
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number


class _Bar(msgspec.Struct, gc=False):
    data: _Candle


class _Ticker(msgspec.Struct):
    symbol: str
    open: Number
    close: Number


class _Market(msgspec.Struct, rename="camel"):
    symbol: str
    base_asset: str
    quote_asset: str
    status: str


_CANDLES = msgspec.json.Decoder(_Answer[list[_Bar]], strict=False)
_TICKERS = msgspec.json.Decoder(_Answer[list[_Ticker]], strict=False)
_MARKETS = msgspec.json.Decoder(_Answer[list[_Market]], strict=False)


def _data(answer: _Answer[T]) -> T:
    if answer.code != 0:
        refuse(_ID, answer.code, answer.message, at_fault=answer.code in _AT_FAULT)
    return present(_ID, answer.data)


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    params = {
        "symbol": query.native,
        "interval": _INTERVALS[query.interval],
        "from": str(start),
        "to": str(end - 1),
        "n": str(_PAGE),
    }
    return Call("/api/pro/v1/barhist", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    The volume is in the base asset:

        {"code":0,"data":[{"m":"bar","s":"ASD/USDT","data":{"i":"1","ts":1575409260000,
          "o":"0.05019","c":"0.05019","h":"0.05019","l":"0.05019","v":"1612"}}]}
    """
    rows = [bar.data for bar in _data(read(_CANDLES, body, _ID))]
    return page_of(rows, [row.time for row in rows])


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    Of all markets, over 24 hours; there is no time:

        {"code":0,"data":[{"symbol":"ASD/USDT","open":"0.06777","close":"0.06809",
          "high":"0.06899","low":"0.06708","volume":"19823722","ask":["0.0681","43641"],
          "bid":["0.0676","443"],"type":"spot"}]}
    """
    found = _data(read(_TICKERS, body, _ID))
    return quote_frame([(t.symbol, t.close, None, percent(t.close, t.open)) for t in found])


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    {"code":0,"data":[{"symbol":"LBA/BTC","baseAsset":"LBA","quoteAsset":"BTC",
      "status":"NoTrading", ...},{"symbol":"BCH/USDT","status":"Normal", ...}]}
    """
    return market_frame(
        [
            (market.symbol, market.base_asset, market.quote_asset)
            for market in _data(read(_MARKETS, body, _ID))
            if market.status == "Normal"
        ]
    )


PROVIDER = Provider(
    id=_ID,
    name="AscendEX",
    category="exchange",
    base_url="https://ascendex.com",
    docs_url="https://ascendex.github.io/ascendex-pro-api",
    # It documents no limit of public data.
    limits=(Limit(100, 60),),
    native=spelling("{base}/{quote}", {"USDT", "USDC", "BTC", "ETH"}),
    candles=Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, all_asked(_PAGE)),
    tickers=Tickers(1000, lambda _: Call("/api/pro/v1/spot/ticker"), _parse_tickers),
    markets=Markets(lambda: Call("/api/pro/v1/products"), _parse_markets),
    endpoints=(
        Endpoint("prices", Call("/api/pro/v1/spot/ticker", {"symbol": "BTC/USDT"})),
        Endpoint(
            "ohlcv",
            Call("/api/pro/v1/barhist", {"symbol": "BTC/USDT", "interval": "60", "n": "48"}),
        ),
    ),
    update="periodic",
)
