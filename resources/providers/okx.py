"""OKX, spot: history of every interval, newest first."""

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
from resources.providers.families.blanks import Blank, filled
from resources.providers.families.pages import all_asked, asked, page_of, percent
from resources.providers.families.refusals import refuse
from resources.providers.families.spelling import spelling
from resources.providers.parsing import Moment, Number, market_frame, quote_frame, read

T = TypeVar("T")

_ID = "okx"
_PAGE = 300
# Without "utc" days and weeks open at midnight in Hong Kong.
_INTERVALS = {
    Interval.M1: "1m",
    Interval.M5: "5m",
    Interval.M15: "15m",
    Interval.H1: "1H",
    Interval.H4: "4H",
    Interval.D1: "1Dutc",
    Interval.W1: "1Wutc",
}
_QUOTES = {"USDT", "USDC", "USD", "EUR", "BTC", "ETH", "DAI", "TRY", "BRL", "AUD"}


class _Answer(msgspec.Struct, Generic[T]):
    code: str
    data: list[T]
    msg: str = ""


class _Candle(msgspec.Struct, array_like=True, gc=False):
    time: Moment
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number
    currency_volume: Number
    quote_volume: Number


class _Ticker(msgspec.Struct):
    inst_id: str = msgspec.field(name="instId")
    last: Blank
    open: Blank = msgspec.field(name="open24h")
    ts: Moment


class _Instrument(msgspec.Struct, rename="camel"):
    inst_id: str
    inst_type: str
    base_ccy: str
    quote_ccy: str
    state: str


_CANDLES = msgspec.json.Decoder(_Answer[_Candle], strict=False)
_TICKERS = msgspec.json.Decoder(_Answer[_Ticker], strict=False)
_INSTRUMENTS = msgspec.json.Decoder(_Answer[_Instrument], strict=False)


def _data(answer: _Answer[T]) -> list[T]:
    """What it found; errors come with status 200 too: 51... of requests, 50... of its own."""
    if answer.code != "0":
        at_fault, passing = (answer.code.startswith(digits) for digits in ("51", "50"))
        refuse(_ID, answer.code, answer.msg, at_fault=at_fault, passing=passing)
    return answer.data


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    params = {
        "instId": query.native,
        "bar": _INTERVALS[query.interval],
        "before": str(start - 1),  # newer than this
        "after": str(end),  # older than this
        "limit": str(_PAGE),
    }
    return Call("/api/v5/market/history-candles", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    ms, open, high, low, close, volume, twice the quote volume, and whether it is closed; newest
    first:

        {"code":"0","msg":"","data":[
          ["1597026383085","3.721","3.743","3.677","3.708","8422410","22698348.04828491",
           "12698348.04828491","0"]]}
    """
    rows = _data(read(_CANDLES, body, _ID))
    return page_of(
        rows, [row.time for row in rows], quote_volume=[row.quote_volume for row in rows]
    )


def _tickers_call(natives: Sequence[str]) -> Call:
    if len(natives) == 1:
        return Call("/api/v5/market/ticker", {"instId": natives[0]})
    return Call("/api/v5/market/tickers", {"instType": "SPOT"})


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    One market, or all of them where several are asked for; one without a trade has blanks:

        {"code":"0","msg":"","data":[{"instType":"SPOT","instId":"LTC-USDT","last":"9999.99",
          "open24h":"9000","ts":"1597026383085", ...}]}
    """
    tickers = _data(read(_TICKERS, body, _ID))
    prices = [(t, filled(t.last), filled(t.open)) for t in tickers]
    return quote_frame([(t.inst_id, last, t.ts, percent(last, before)) for t, last, before in prices])


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    {"code":"0","data":[{"instId":"BTC-USDT","instType":"SPOT","baseCcy":"BTC",
      "quoteCcy":"USDT","state":"live", ...}],"msg":""}
    """
    found = _data(read(_INSTRUMENTS, body, _ID))
    return market_frame(
        [
            (one.inst_id, one.base_ccy, one.quote_ccy)
            for one in found
            if one.inst_type == "SPOT" and one.state == "live"
        ]
    )


PROVIDER = Provider(
    id=_ID,
    name="OKX",
    category="exchange",
    base_url="https://www.okx.com",
    docs_url="https://www.okx.com/docs-v5",
    limits=(Limit(20, 2),),
    native=spelling("{base}-{quote}", _QUOTES),
    candles=Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, all_asked(_PAGE)),
    tickers=Tickers(1000, _tickers_call, _parse_tickers),
    markets=Markets(
        lambda: Call("/api/v5/public/instruments", {"instType": "SPOT"}), _parse_markets
    ),
    endpoints=(
        Endpoint("prices", Call("/api/v5/market/ticker", {"instId": "BTC-USDT"})),
        Endpoint(
            "ohlcv",
            Call("/api/v5/market/candles", {"instId": "BTC-USDT", "bar": "1H", "limit": "24"}),
        ),
    ),
    health=Call("/api/v5/public/time"),
    update="realtime",
    ws_url="wss://ws.okx.com:8443/ws/v5/public",
)
