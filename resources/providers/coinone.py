"""Coinone: won, up to 500 candles back from a time."""

import re
from collections.abc import Sequence
from typing import TypeVar

import msgspec
import polars as pl

from resources.errors import MalformedResponse
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
from resources.providers.families.refusals import refuse
from resources.providers.families.spelling import spelling
from resources.providers.parsing import Moment, Number, market_frame, quote_frame, read

T = TypeVar("T")

_ID = "coinone"
_PAGE = 500
# Its days open at midnight in Seoul, 15:00 UTC, where our four hours do not open either.
_INTERVALS = {
    Interval.M1: "1m",
    Interval.M5: "5m",
    Interval.M15: "15m",
    Interval.H1: "1h",
}
_AT_FAULT = ("107", "108")  # a parameter is wrong, or no market
_LIMITED = re.compile(rb'"error_code"\s*:\s*"4"')


class _Answer(msgspec.Struct):
    result: str
    error_code: str = ""
    error_msg: str = ""


class _Candle(msgspec.Struct, gc=False):
    timestamp: Moment
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number = msgspec.field(name="target_volume")
    quote_volume: Number = None


class _Chart(_Answer):
    chart: list[_Candle] | None = None


class _Ticker(msgspec.Struct):
    quote_currency: str
    target_currency: str
    timestamp: Moment
    last: Number
    first: Number = None


class _Tickers(_Answer):
    tickers: list[_Ticker] | None = None


class _Market(msgspec.Struct):
    quote_currency: str
    target_currency: str
    trade_status: int
    maintenance_status: int = 0


class _Markets(_Answer):
    markets: list[_Market] | None = None


_CHART = msgspec.json.Decoder(_Chart, strict=False)
_TICKERS = msgspec.json.Decoder(_Tickers, strict=False)
_MARKETS = msgspec.json.Decoder(_Markets, strict=False)


def _found(answer: _Answer, rows: list[T] | None) -> list[T]:
    """The rows; it answers errors with status 200 too."""
    if answer.result != "success" and answer.error_code:
        at_fault = answer.error_code in _AT_FAULT
        refuse(_ID, answer.error_code, answer.error_msg, at_fault=at_fault)
    if rows is None:
        raise MalformedResponse(f"{_ID} answered neither rows nor an error", _ID, 200)
    return rows


def _limited(body: bytes) -> bool:
    return _LIMITED.search(body[:500]) is not None


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    count = max((end - start) // query.interval.ms, 1)
    params = {
        "interval": _INTERVALS[query.interval],
        "timestamp": str(end - 1),
        "size": str(count),
    }
    return Call(f"/public/v2/chart/{query.native}", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    Newest first, the last one at the timestamp asked for or before:

        {"result":"success","error_code":"0","is_last":false,"chart":[
          {"timestamp":1705449600000,"open":"57190000","high":"57300000","low":"57100000",
            "close":"57250000","target_volume":"1.70812","quote_volume":"97736117.5"}]}
    """
    answer = read(_CHART, body, _ID)
    rows = _found(answer, answer.chart)
    return page_of(
        rows,
        [row.timestamp for row in rows],
        quote_volume=[row.quote_volume for row in rows],
    )


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    Of all markets in won; first is the price of 24 hours ago:

        {"result":"success","error_code":"0","server_time":1705301143000,"tickers":[
          {"quote_currency":"krw","target_currency":"btc","timestamp":1705301137000,
            "high":"60000000","low":"56000000","first":"58000000","last":"57250000",
            "quote_volume":"3785149733.3","target_volume":"65.9", ...}]}
    """
    answer = read(_TICKERS, body, _ID)
    return quote_frame(
        [
            (
                f"{t.quote_currency}/{t.target_currency}".upper(),
                t.last,
                t.timestamp,
                percent(t.last, t.first),
            )
            for t in _found(answer, answer.tickers)
        ]
    )


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    {"result":"success","error_code":"0","server_time":1660104900000,"markets":[
      {"quote_currency":"KRW","target_currency":"BTC","trade_status":1,"maintenance_status":0,
        ...}]}
    """
    answer = read(_MARKETS, body, _ID)
    return market_frame(
        [
            (f"{m.quote_currency}/{m.target_currency}", m.target_currency, m.quote_currency)
            for m in _found(answer, answer.markets)
            if m.trade_status == 1 and m.maintenance_status == 0
        ]
    )


PROVIDER = Provider(
    id=_ID,
    name="Coinone",
    category="exchange",
    base_url="https://api.coinone.co.kr",
    docs_url="https://docs.coinone.co.kr",
    # Clients reckon with 1,200 a minute; who goes above is shut out for 10 minutes.
    limits=(Limit(5, 1), Limit(300, 60)),
    # As in its paths.
    native=spelling("{quote}/{base}", {"KRW"}),
    candles=Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, all_asked(_PAGE)),
    tickers=Tickers(1000, lambda _: Call("/public/v2/ticker_new/KRW"), _parse_tickers),
    markets=Markets(lambda: Call("/public/v2/markets/KRW"), _parse_markets),
    limited=_limited,
    endpoints=(
        Endpoint("prices", Call("/public/v2/ticker_new/KRW/BTC")),
        Endpoint("ohlcv", Call("/public/v2/chart/KRW/BTC", {"interval": "1h", "size": "50"})),
    ),
    update="realtime",
    ws_url="wss://stream.coinone.co.kr",
)
