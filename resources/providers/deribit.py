"""Deribit: perpetuals on bitcoin and ether in dollars, on others in USDC. Funding never stops."""

from collections.abc import Sequence

import msgspec
import polars as pl

from resources.errors import MalformedResponse
from resources.market import Interval, Symbol
from resources.providers.base import (
    Call,
    CandleQuery,
    Candles,
    Endpoint,
    Funding,
    FundingHistory,
    Limit,
    OpenInterest,
    Perpetuals,
    Provider,
)
from resources.providers.families.pages import all_asked, asked
from resources.providers.families.perpetuals import perpetual_sources
from resources.providers.parsing import (
    Moment,
    Number,
    candle_frame,
    funding_frame,
    open_interest_frame,
    read,
)

_ID = "deribit"
# It does not say how many one answer holds; public clients ask for up to 5,000.
_PAGE = 1000
# Four hours it has not, and when its days open it does not say.
_INTERVALS = {
    Interval.M1: "1",
    Interval.M5: "5",
    Interval.M15: "15",
    Interval.H1: "60",
}
_INVERSE = ("BTC", "ETH")
_HOURS = 8.0  # that funding_8h is the rate of


class _Chart(msgspec.Struct):
    ticks: list[Moment]
    open: list[Number]
    high: list[Number]
    low: list[Number]
    close: list[Number]
    volume: list[Number]
    cost: list[Number]


class _ChartAnswer(msgspec.Struct):
    result: _Chart


class _Ticker(msgspec.Struct):
    instrument_name: str
    timestamp: Moment
    mark_price: Number
    open_interest: Number
    funding_8h: Number = None


class _TickerAnswer(msgspec.Struct):
    result: _Ticker


class _Interest(msgspec.Struct):
    timestamp: Moment
    interest_1h: Number


class _Interests(msgspec.Struct):
    result: list[_Interest]


_CHART = msgspec.json.Decoder(_ChartAnswer, strict=False)
_TICKER = msgspec.json.Decoder(_TickerAnswer, strict=False)
_INTERESTS = msgspec.json.Decoder(_Interests, strict=False)


def _native(symbol: Symbol) -> str | None:
    if symbol.quote == "USD" and symbol.base in _INVERSE:
        return f"{symbol.base}-PERPETUAL"
    return f"{symbol.base}_USDC-PERPETUAL" if symbol.quote == "USDC" else None


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    params = {
        "instrument_name": query.native,
        "resolution": _INTERVALS[query.interval],
        "start_timestamp": str(start - 1),  # it may leave out the candle that opens at it
        "end_timestamp": str(end - 1),
    }
    return Call("/api/v2/public/get_tradingview_chart_data", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    Columns; volume is in the base asset, cost in the quote asset:

        {"jsonrpc":"2.0","result":{"volume":[2.94375216,2.85806724],"cost":[257490.0,250000.0],
          "ticks":[1766483460000,1766483520000],"status":"ok","open":[87451.0,87456.5],
          "high":[87456.5,87456.5],"low":[87451.0,87456.5],"close":[87456.5,87456.5]},
          "usIn":1766487086141005,"usOut":1766487086146245,"usDiff":5240,"testnet":false}
    """
    chart = read(_CHART, body, _ID).result
    columns = (chart.open, chart.high, chart.low, chart.close, chart.volume, chart.cost)
    if any(len(column) != len(chart.ticks) for column in columns):
        raise MalformedResponse(f"{_ID} answered columns of several lengths", _ID)
    return candle_frame(
        chart.ticks,
        open=chart.open,
        high=chart.high,
        low=chart.low,
        close=chart.close,
        volume=chart.volume,
        quote_volume=chart.cost,
    )


def _ticker_call(natives: Sequence[str]) -> Call:
    return Call("/api/v2/public/ticker", {"instrument_name": natives[0]})


def _parse_funding(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    Funding is paid all the time; funding_8h is what the last eight hours came to:

        {"jsonrpc":"2.0","result":{"timestamp":1765541474086,"instrument_name":"BTC-PERPETUAL",
          "open_interest":1132329370.0,"mark_price":92281.78,"current_funding":0.0,
          "funding_8h":0.00001742, ...}}
    """
    one = read(_TICKER, body, _ID).result
    return funding_frame([(one.instrument_name, one.funding_8h, _HOURS, one.timestamp)])


def _paid_call(natives: Sequence[str], start: int, end: int) -> Call:
    window = {"start_timestamp": str(start), "end_timestamp": str(end - 1)}
    path = "/api/v2/public/get_funding_rate_history"
    return Call(path, {"instrument_name": natives[0], **window})


def _parse_paid(body: bytes, natives: Sequence[str]) -> pl.DataFrame:
    """
    By hour; interest_1h is what the hour before came to:

        {"jsonrpc":"2.0","result":[{"timestamp":1569891600000,"index_price":8222.87,
          "prev_index_price":8305.72,"interest_8h":-0.00009234,"interest_1h":-4.73e-8}]}
    """
    rows = read(_INTERESTS, body, _ID).result
    return funding_frame([(natives[0], one.interest_1h, 1.0, one.timestamp) for one in rows])


def _parse_open_interest(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    In dollars where the contract is inverse, in the base asset where it is linear; the answer is
    that of fundings.
    """
    one = read(_TICKER, body, _ID).result
    amount, value, mark = one.open_interest, one.open_interest, one.mark_price
    if "_" in one.instrument_name:
        value = None if amount is None or mark is None else amount * mark
    else:
        amount = value / mark if value is not None and mark else None
    return open_interest_frame([(one.instrument_name, amount, value, one.timestamp)])


_PERPETUALS = Perpetuals(
    _native,
    Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, all_asked(_PAGE)),
    Funding(1, _ticker_call, _parse_funding),
    OpenInterest(1, _ticker_call, _parse_open_interest),
    FundingHistory(1, _paid_call, _parse_paid),
)

PROVIDER = Provider(
    id=_ID,
    name="Deribit",
    category="derivatives",
    base_url="https://www.deribit.com",
    docs_url="https://docs.deribit.com",
    limits=(Limit(20, 1),),
    perpetuals=_PERPETUALS,
    sources=perpetual_sources(_PERPETUALS),
    endpoints=(
        Endpoint("derivatives", _ticker_call(["BTC-PERPETUAL"])),
        Endpoint("derivatives", _ticker_call(["ETH-PERPETUAL"])),
        Endpoint("derivatives", Call("/api/v2/public/get_index_price", {"index_name": "btc_usd"})),
    ),
    health=Call("/api/v2/public/test"),
    update="realtime",
    ws_url="wss://www.deribit.com/ws/api/v2",
)
