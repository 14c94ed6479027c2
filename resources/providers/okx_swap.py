"""OKX's perpetual swaps: on coins, settled in dollar coins or in the coin itself."""

from collections.abc import Sequence
from typing import Literal

import msgspec
import polars as pl

from resources.providers.base import (
    Call,
    Endpoint,
    Funding,
    FundingHistory,
    Limit,
    OpenInterest,
    Perpetuals,
    Provider,
)
from resources.providers.families.okx import CONTRACTS, Answer, candles, data
from resources.providers.families.perpetuals import perpetual_sources
from resources.providers.families.spelling import spelling
from resources.providers.parsing import Moment, Number, funding_frame, open_interest_frame, read

_ID = "okx_swap"


class _Funding(msgspec.Struct, rename="camel"):
    inst_id: str
    funding_rate: Number | Literal[""]
    funding_time: Moment | Literal[""]
    next_funding_time: Moment | Literal[""] = ""


class _Paid(msgspec.Struct, rename="camel"):
    inst_id: str
    realized_rate: Number | Literal[""]
    funding_time: Moment


class _OpenInterest(msgspec.Struct, rename="camel"):
    inst_id: str
    oi_ccy: Number
    ts: Moment
    oi_usd: Number = None


_FUNDINGS = msgspec.json.Decoder(Answer[_Funding], strict=False)
_PAID = msgspec.json.Decoder(Answer[_Paid], strict=False)
_OPEN_INTERESTS = msgspec.json.Decoder(Answer[_OpenInterest], strict=False)


def _funding_call(_: Sequence[str]) -> Call:
    return Call("/api/v5/public/funding-rate", {"instId": "ANY"}, weight=2)


def _parse_funding(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    The rate that is paid at fundingTime:

        {"code":"0","data":[{"instId":"BTC-USDT-SWAP","instType":"SWAP",
          "fundingRate":"0.0000792386885340","fundingTime":"1703088000000",
          "nextFundingTime":"1703116800000", ...}],"msg":""}
    """
    rows = data(read(_FUNDINGS, body, _ID), _ID)
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


def _paid_call(natives: Sequence[str], start: int, end: int) -> Call:
    # Both ends are exclusive; "after" is the later one.
    params = {"instId": natives[0], "before": str(start - 1), "after": str(end), "limit": "100"}
    return Call("/api/v5/public/funding-rate-history", params, weight=2)


def _parse_paid(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    Newest first; fundingRate is what was foretold, realizedRate what was paid:

        {"code":"0","msg":"","data":[{"fundingRate":"0.0000746604960499",
          "fundingTime":"1703059200000","instId":"BTC-USD-SWAP","instType":"SWAP",
          "method":"next_period","realizedRate":"0.0000746572360545"}]}
    """
    return funding_frame(
        [
            (
                one.inst_id,
                None if one.realized_rate == "" else one.realized_rate,
                None,
                one.funding_time,
            )
            for one in data(read(_PAID, body, _ID), _ID)
        ]
    )


def _open_interest_call(_: Sequence[str]) -> Call:
    return Call("/api/v5/public/open-interest", {"instType": "SWAP"})


def _parse_open_interest(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    In contracts, in the coin and in dollars, which are the quote asset of coin-margined swaps alone:

        {"code":"0","msg":"","data":[{"instType":"SWAP","instId":"BTC-USD-SWAP","oi":"5000",
          "oiCcy":"555.55","oiUsd":"500000","ts":"1597026383085"}]}
    """
    rows = data(read(_OPEN_INTERESTS, body, _ID), _ID)
    return open_interest_frame(
        [
            (one.inst_id, one.oi_ccy, one.oi_usd if "-USD-" in one.inst_id else None, one.ts)
            for one in rows
        ]
    )


_PERPETUALS = Perpetuals(
    spelling("{base}-{quote}-SWAP", ("USDT", "USDC", "USD")),
    candles(_ID, CONTRACTS, 300),
    Funding(1000, _funding_call, _parse_funding),
    OpenInterest(1000, _open_interest_call, _parse_open_interest),
    FundingHistory(1, _paid_call, _parse_paid),
)

PROVIDER = Provider(
    id=_ID,
    name="OKX Swap",
    category="derivatives",
    base_url="https://www.okx.com",
    docs_url="https://www.okx.com/docs-v5/en/",
    # Each endpoint by itself takes 20 in 2 s from an address, fundings 10.
    limits=(Limit(20, 2),),
    perpetuals=_PERPETUALS,
    sources=perpetual_sources(_PERPETUALS),
    endpoints=(
        Endpoint(
            "derivatives",
            Call("/api/v5/public/funding-rate", {"instId": "BTC-USDT-SWAP"}, weight=2),
        ),
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
