"""Kraken's perpetual futures: linear ones in dollars; its older inverse ones are told apart."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
import polars as pl

from resources.errors import MalformedResponse
from resources.market import Interval
from resources.providers.base import (
    Call,
    CandleQuery,
    Candles,
    Endpoint,
    Funding,
    Limit,
    OpenInterest,
    Perpetuals,
    Provider,
)
from resources.providers.families.pages import all_asked, asked, ms_of, page_of
from resources.providers.families.perpetuals import perpetual_sources
from resources.providers.families.spelling import TICKERS, spelling
from resources.providers.parsing import Moment, Number, funding_frame, open_interest_frame, read

_ID = "kraken_futures"
_PAGE = 2000
# When its weeks open it does not say.
_INTERVALS: Mapping[Interval, str] = {
    interval: str(interval) for interval in Interval if interval is not Interval.W1
}
# Contracts of one coin in dollars, and of one dollar in the coin.
_LINEAR, _INVERSE = "PF_", "PI_"


class _Candle(msgspec.Struct, gc=False):
    time: Moment
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number


class _Candles(msgspec.Struct):
    candles: list[_Candle]


class _Ticker(msgspec.Struct, rename="camel"):
    symbol: str
    mark_price: Number = None
    open_interest: Number = None
    funding_rate: Number = None


class _Tickers(msgspec.Struct, rename="camel"):
    result: str
    tickers: list[_Ticker] = []
    server_time: datetime | None = None
    error: str = ""


_CANDLES = msgspec.json.Decoder(_Candles, strict=False)
_TICKERS = msgspec.json.Decoder(_Tickers, strict=False)


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    params = {"from": str(start // 1000), "to": str((end - 1) // 1000)}
    return Call(f"/api/charts/v1/trade/{query.native}/{_INTERVALS[query.interval]}", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    Volume is in the base asset, as contracts are of one coin:

        {"candles":[{"time":1620816960000,"high":"56475.0","low":"55935.0","open":"56294.0",
          "close":"56250.0","volume":"10.824"}],"more_candles":true}
    """
    rows = read(_CANDLES, body, _ID).candles
    return page_of(rows, [row.time for row in rows])


def _tickers_call(_: Sequence[str]) -> Call:
    return Call("/derivatives/api/v3/tickers")


def _perpetuals(body: bytes) -> tuple[list[tuple[str, _Ticker]], int | None]:
    """The perpetuals by name in capitals, and when they were told. It has said errors in a 200."""
    answer = read(_TICKERS, body, _ID)
    if answer.result != "success":
        raise MalformedResponse(f"{_ID} refused: {answer.error or answer.result}"[:300], _ID, 200)
    named = ((one.symbol.upper(), one) for one in answer.tickers)
    told = None if answer.server_time is None else ms_of(answer.server_time)
    return [(name, one) for name, one in named if name.startswith((_LINEAR, _INVERSE))], told


def _parse_funding(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    The rate is money per contract and hour: dollars of a coin where it is linear, coins of a
    dollar where it is inverse.

        {"result":"success","tickers":[{"symbol":"PF_XBTUSD","tag":"perpetual","pair":"XBT:USD",
          "markPrice":30209.9,"openInterest":1496.55,"fundingRate":0.4188, ...}],
          "serverTime":"2022-06-17T11:00:31.335Z"}
    """
    perpetuals, _told = _perpetuals(body)
    return funding_frame([(name, _share(name, one), 1.0, None) for name, one in perpetuals])


def _share(name: str, one: _Ticker) -> float | None:
    """The rate as a fraction of the position."""
    if one.funding_rate is None or not one.mark_price:
        return None
    linear = name.startswith(_LINEAR)
    return one.funding_rate / one.mark_price if linear else one.funding_rate * one.mark_price


def _parse_open_interest(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """In contracts: coins where it is linear, dollars where it is inverse; as fundings."""
    perpetuals, told = _perpetuals(body)
    rows = []
    for name, one in perpetuals:
        amount = value = one.open_interest
        if amount is not None and value is not None:
            mark = one.mark_price or None
            linear = name.startswith(_LINEAR)
            value = value if not linear else mark and amount * mark
            amount = amount if linear else mark and amount / mark
        rows.append((name, amount, value, told))
    return open_interest_frame(rows)


_PERPETUALS = Perpetuals(
    spelling(_LINEAR + "{base}{quote}", ("USD",), {**TICKERS, "BTC": "XBT"}),
    Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, all_asked(_PAGE)),
    Funding(1000, _tickers_call, _parse_funding),
    OpenInterest(1000, _tickers_call, _parse_open_interest),
)

PROVIDER = Provider(
    id=_ID,
    name="Kraken Futures",
    category="derivatives",
    base_url="https://futures.kraken.com",
    docs_url="https://docs.kraken.com/api/docs/futures-api",
    # None is documented for public data; that of a private account, 500 in 10 s, is far above.
    limits=(Limit(50, 10),),
    perpetuals=_PERPETUALS,
    sources=perpetual_sources(_PERPETUALS),
    endpoints=(
        Endpoint("derivatives", Call("/derivatives/api/v3/tickers/PF_XBTUSD")),
        Endpoint("derivatives", Call("/derivatives/api/v3/tickers/PF_ETHUSD")),
    ),
    health=Call("/derivatives/api/v3/instruments/status"),
    update="realtime",
    ws_url="wss://futures.kraken.com/ws/v1",
)
