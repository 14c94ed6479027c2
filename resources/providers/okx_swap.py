"""OKX's perpetual swaps: on coins, settled in dollar coins or in the coin itself."""

from collections.abc import Sequence
from typing import Generic, Literal, TypeVar

import msgspec
import polars as pl

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
from resources.providers.families.pages import all_asked, asked, page_of
from resources.providers.families.refusals import refuse
from resources.providers.families.spelling import spelling
from resources.providers.parsing import Moment, Number, funding_frame, open_interest_frame, read

T = TypeVar("T")

_ID = "okx_swap"
_PAGE = 300
# Days and weeks without "utc" open at 16:00 UTC.
_INTERVALS = {
    Interval.M1: "1m",
    Interval.M5: "5m",
    Interval.M15: "15m",
    Interval.H1: "1H",
    Interval.H4: "4H",
    Interval.D1: "1Dutc",
    Interval.W1: "1Wutc",
}
# Codes from 51000 on say that the request is at fault.
_AT_FAULT = "51"


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
    contracts: Number
    volume: Number
    quote_volume: Number


class _Funding(msgspec.Struct, rename="camel"):
    inst_id: str
    funding_rate: Number | Literal[""]
    funding_time: Moment | Literal[""]
    next_funding_time: Moment | Literal[""] = ""


class _OpenInterest(msgspec.Struct, rename="camel"):
    inst_id: str
    oi_ccy: Number
    ts: Moment
    oi_usd: Number = None


_CANDLES = msgspec.json.Decoder(_Answer[_Candle], strict=False)
_FUNDINGS = msgspec.json.Decoder(_Answer[_Funding], strict=False)
_OPEN_INTERESTS = msgspec.json.Decoder(_Answer[_OpenInterest], strict=False)


def _data(answer: _Answer[T]) -> list[T]:
    """What it found. It answers errors with status 200 too."""
    if answer.code != "0":
        refuse(_ID, answer.code, answer.msg, at_fault=answer.code.startswith(_AT_FAULT))
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
    Newest first: open time, open, high, low, close, volume in contracts, in the base and in the
    quote asset, and whether it is closed:

        {"code":"0","msg":"","data":[["1747094040000","102806.1","102820.4","102806.1","102820.4",
          "1040.37","10.4037","1069603.34883","1"]]}
    """
    rows = _data(read(_CANDLES, body, _ID))
    return page_of(
        rows, [row.time for row in rows], quote_volume=[row.quote_volume for row in rows]
    )


def _funding_call(_: Sequence[str]) -> Call:
    return Call("/api/v5/public/funding-rate", {"instId": "ANY"})


def _parse_funding(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    The rate that is paid at fundingTime:

        {"code":"0","data":[{"instId":"BTC-USDT-SWAP","instType":"SWAP",
          "fundingRate":"0.0000792386885340","fundingTime":"1703088000000",
          "nextFundingTime":"1703116800000", ...}],"msg":""}
    """
    rows = _data(read(_FUNDINGS, body, _ID))
    return funding_frame(
        [
            (
                one.inst_id,
                None if one.funding_rate == "" else one.funding_rate,
                _hours(one),
                None if one.funding_time == "" else one.funding_time,
            )
            for one in rows
        ]
    )


def _hours(one: _Funding) -> float | None:
    if one.funding_time == "" or one.next_funding_time == "":
        return None
    return (one.next_funding_time - one.funding_time) / 3_600_000


def _open_interest_call(_: Sequence[str]) -> Call:
    return Call("/api/v5/public/open-interest", {"instType": "SWAP"})


def _parse_open_interest(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    In contracts, in the coin and in dollars, which are the quote asset of coin-margined swaps alone:

        {"code":"0","msg":"","data":[{"instType":"SWAP","instId":"BTC-USD-SWAP","oi":"5000",
          "oiCcy":"555.55","oiUsd":"500000","ts":"1597026383085"}]}
    """
    rows = _data(read(_OPEN_INTERESTS, body, _ID))
    return open_interest_frame(
        [
            (one.inst_id, one.oi_ccy, one.oi_usd if "-USD-" in one.inst_id else None, one.ts)
            for one in rows
        ]
    )


PROVIDER = Provider(
    id=_ID,
    name="OKX Swap",
    category="derivatives",
    base_url="https://www.okx.com",
    docs_url="https://www.okx.com/docs-v5/en/",
    # Each endpoint takes 20 in 2 s from an address; half is left to the spot markets there.
    limits=(Limit(10, 2),),
    perpetuals=Perpetuals(
        spelling("{base}-{quote}-SWAP", ("USDT", "USDC", "USD")),
        Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, all_asked(_PAGE)),
        Funding(1000, _funding_call, _parse_funding),
        OpenInterest(1000, _open_interest_call, _parse_open_interest),
    ),
    endpoints=(
        Endpoint("derivatives", Call("/api/v5/public/funding-rate", {"instId": "BTC-USDT-SWAP"})),
        Endpoint(
            "derivatives",
            Call("/api/v5/public/open-interest", {"instType": "SWAP", "instId": "BTC-USDT-SWAP"}),
        ),
        Endpoint("derivatives", Call("/api/v5/market/ticker", {"instId": "BTC-USDT-SWAP"})),
    ),
    health=Call("/api/v5/public/time"),
    update="realtime",
    ws_url="wss://ws.okx.com:8443/ws/v5/public",
)
