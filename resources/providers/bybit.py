"""Bybit, spot: pages of a thousand candles, newest first."""

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
from resources.providers.families.pages import all_asked, asked, hundredfold, page_of
from resources.providers.families.refusals import refuse
from resources.providers.families.spelling import spelling
from resources.providers.parsing import Moment, Number, market_frame, quote_frame, read

T = TypeVar("T")

_ID = "bybit"
_PAGE = 1000
_INTERVALS = {
    Interval.M1: "1",
    Interval.M5: "5",
    Interval.M15: "15",
    Interval.H1: "60",
    Interval.H4: "240",
    Interval.D1: "D",
    Interval.W1: "W",
}
_QUOTES = {"USDT", "USDC", "BTC", "ETH", "EUR", "DAI", "BRL", "TRY", "USDE"}
_BAD_PARAMETER = 10001
_PASSING = (10000, 10006, 10016, 10018)
# The last comes with a 403, which in some countries means something else.
_LIMITED = (b'"retCode":10006', b'"retCode":10018', b"access too frequent")


class _Page(msgspec.Struct, Generic[T]):
    found: list[T] = msgspec.field(name="list", default_factory=list)


class _Answer(msgspec.Struct, Generic[T], rename="camel"):
    ret_code: int
    ret_msg: str
    result: _Page[T]
    time: Moment


class _Kline(msgspec.Struct, array_like=True, gc=False):
    start: Moment
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number
    turnover: Number


class _Ticker(msgspec.Struct, rename="camel"):
    symbol: str
    last_price: Blank
    change: Blank = msgspec.field(name="price24hPcnt", default=None)


class _Instrument(msgspec.Struct, rename="camel"):
    symbol: str
    base_coin: str
    quote_coin: str
    status: str


_KLINES = msgspec.json.Decoder(_Answer[_Kline], strict=False)
_TICKERS = msgspec.json.Decoder(_Answer[_Ticker], strict=False)
_INSTRUMENTS = msgspec.json.Decoder(_Answer[_Instrument], strict=False)


def _list(answer: _Answer[T]) -> list[T]:
    """What it found; errors come with status 200 too."""
    if answer.ret_code:
        code = answer.ret_code
        at_fault, passing = code == _BAD_PARAMETER, code in _PASSING
        refuse(_ID, code, answer.ret_msg, at_fault=at_fault, passing=passing)
    return answer.result.found


def _limited(body: bytes) -> bool:
    return any(sign in body[:200] for sign in _LIMITED)


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    params = {
        "category": "spot",
        "symbol": query.native,
        "interval": _INTERVALS[query.interval],
        "start": str(start),
        "end": str(end - 1),  # both ends are inclusive, on the open time
        "limit": str(_PAGE),
    }
    return Call("/v5/market/kline", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    ms, open, high, low, close, volume, turnover in the quote asset; newest first:

        {"retCode":0,"retMsg":"OK","result":{"category":"spot","symbol":"BTCUSDT","list":[
          ["1670608800000","17071","17073","17027","17055.5","15.74462667","268611"]]},
          "retExtInfo":{},"time":1672025956592}
    """
    rows = _list(read(_KLINES, body, _ID))
    return page_of(rows, [row.start for row in rows], quote_volume=[row.turnover for row in rows])


def _tickers_call(natives: Sequence[str]) -> Call:
    only = {"symbol": natives[0]} if len(natives) == 1 else {}
    return Call("/v5/market/tickers", {"category": "spot", **only})


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    One market, or all of them where several are asked for; price24hPcnt is a fraction:

        {"retCode":0,"retMsg":"OK","result":{"category":"spot","list":[{"symbol":"BTCUSDT",
          "lastPrice":"20533.13","price24hPcnt":"0.0068", ...}]},"retExtInfo":{},
          "time":1673859087947}
    """
    answer = read(_TICKERS, body, _ID)
    return quote_frame(
        [
            (t.symbol, filled(t.last_price), answer.time, hundredfold(filled(t.change)))
            for t in _list(answer)
        ]
    )


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    {"retCode":0,"retMsg":"OK","result":{"category":"spot","list":[{"symbol":"BTCUSDT",
      "baseCoin":"BTC","quoteCoin":"USDT","status":"Trading", ...}]},"time":1672025956592}
    """
    found = _list(read(_INSTRUMENTS, body, _ID))
    return market_frame(
        [(one.symbol, one.base_coin, one.quote_coin) for one in found if one.status == "Trading"]
    )


PROVIDER = Provider(
    id=_ID,
    name="Bybit",
    category="exchange",
    base_url="https://api.bybit.com",
    docs_url="https://bybit-exchange.github.io/docs",
    limits=(Limit(600, 5),),
    native=spelling("{base}{quote}", _QUOTES),
    candles=Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, all_asked(_PAGE)),
    tickers=Tickers(1000, _tickers_call, _parse_tickers),
    markets=Markets(
        lambda: Call("/v5/market/instruments-info", {"category": "spot"}), _parse_markets
    ),
    limited=_limited,
    endpoints=(
        Endpoint("prices", Call("/v5/market/tickers", {"category": "spot", "symbol": "BTCUSDT"})),
        Endpoint(
            "ohlcv",
            Call(
                "/v5/market/kline",
                {"category": "spot", "symbol": "BTCUSDT", "interval": "60", "limit": "24"},
            ),
        ),
    ),
    health=Call("/v5/market/time"),
    update="realtime",
    ws_url="wss://stream.bybit.com/v5/public/spot",
)
