"""dYdX v4: perpetuals on a chain of their own, as its indexer tells them."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import polars as pl

from resources.market import Interval
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
from resources.providers.families.pages import all_asked, asked, ms_of
from resources.providers.families.perpetuals import perpetual_sources
from resources.providers.families.spelling import spelling
from resources.providers.parsing import (
    Count,
    Number,
    candle_frame,
    funding_frame,
    open_interest_frame,
    read,
)

_ID = "dydx"
_PAGE = 1000
# It has no weeks.
_INTERVALS = {
    Interval.M1: "1MIN",
    Interval.M5: "5MINS",
    Interval.M15: "15MINS",
    Interval.H1: "1HOUR",
    Interval.H4: "4HOURS",
    Interval.D1: "1DAY",
}


class _Candle(msgspec.Struct, rename="camel", gc=False):
    started_at: datetime
    open: Number
    high: Number
    low: Number
    close: Number
    base_token_volume: Number
    usd_volume: Number
    trades: Count


class _Candles(msgspec.Struct):
    candles: list[_Candle]


class _Market(msgspec.Struct, rename="camel"):
    ticker: str
    status: str
    next_funding_rate: Number
    open_interest: Number
    oracle_price: Number = None


class _Markets(msgspec.Struct):
    markets: dict[str, _Market]


class _Paid(msgspec.Struct, rename="camel"):
    ticker: str
    rate: Number
    effective_at: datetime


class _PaidAnswer(msgspec.Struct, rename="camel"):
    historical_funding: list[_Paid]


_CANDLES = msgspec.json.Decoder(_Candles, strict=False)
_MARKETS = msgspec.json.Decoder(_Markets, strict=False)
_PAID = msgspec.json.Decoder(_PaidAnswer, strict=False)


def _iso(ms: int) -> str:
    moment = datetime.fromtimestamp(ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    params = {
        "resolution": _INTERVALS[query.interval],
        "fromISO": _iso(start),
        "toISO": _iso(end - 1),
        "limit": str(_PAGE),
    }
    return Call(f"/v4/candles/perpetualMarkets/{query.native}", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    Newest first:

        {"candles":[{"startedAt":"2025-07-25T09:47:00.000Z","ticker":"BTC-USD",
          "resolution":"1MIN","low":"116099","high":"116099","open":"116099","close":"116099",
          "baseTokenVolume":"0","usdVolume":"0","trades":0,"startingOpenInterest":"54.0594"}]}
    """
    rows = read(_CANDLES, body, _ID).candles
    return candle_frame(
        [ms_of(row.started_at) for row in rows],
        open=[row.open for row in rows],
        high=[row.high for row in rows],
        low=[row.low for row in rows],
        close=[row.close for row in rows],
        volume=[row.base_token_volume for row in rows],
        quote_volume=[row.usd_volume for row in rows],
        trades=[row.trades for row in rows],
    )


def _markets_call(natives: Sequence[str]) -> Call:
    # One market can be asked for, several cannot.
    asked_for = {"ticker": natives[0]} if len(natives) == 1 else {}
    return Call("/v4/perpetualMarkets", asked_for)


def _active(body: bytes) -> list[_Market]:
    return [one for one in read(_MARKETS, body, _ID).markets.values() if one.status == "ACTIVE"]


def _parse_funding(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    The rate of the running hour, as it stands:

        {"markets":{"BTC-USD":{"clobPairId":"0","ticker":"BTC-USD","status":"ACTIVE",
          "oraclePrice":"118976.5376","priceChange24H":"659.9736","nextFundingRate":"0.0000125",
          "openInterest":"52.0691", ...}}}
    """
    return funding_frame([(one.ticker, one.next_funding_rate, 1.0, None) for one in _active(body)])


def _paid_call(natives: Sequence[str], start: int, end: int) -> Call:
    hours = (end - start) // Interval.H1.ms
    params = {"effectiveBeforeOrAt": _iso(end - 1), "limit": str(hours)}
    return Call(f"/v4/historicalFunding/{natives[0]}", params)


def _parse_paid(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    By hour, newest first:

        {"historicalFunding":[{"ticker":"BTC-USD","rate":"0.000002375","price":"89993.8",
          "effectiveAtHeight":"66622979","effectiveAt":"2025-12-08T16:00:00.219Z"}]}
    """
    rows = read(_PAID, body, _ID).historical_funding
    return funding_frame([(one.ticker, one.rate, 1.0, ms_of(one.effective_at)) for one in rows])


def _parse_open_interest(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """In the base asset; the answer is that of fundings."""
    rows = []
    for one in _active(body):
        amount, price = one.open_interest, one.oracle_price
        value = None if amount is None or price is None else amount * price
        rows.append((one.ticker, amount, value, None))
    return open_interest_frame(rows)


_PERPETUALS = Perpetuals(
    spelling("{base}-{quote}", ("USD",)),
    Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, all_asked(_PAGE)),
    Funding(1000, _markets_call, _parse_funding),
    OpenInterest(1000, _markets_call, _parse_open_interest),
    FundingHistory(1, _paid_call, _parse_paid),
)

PROVIDER = Provider(
    id=_ID,
    name="dYdX",
    category="derivatives",
    base_url="https://indexer.dydx.trade",
    docs_url="https://docs.dydx.xyz",
    limits=(Limit(100, 10),),
    perpetuals=_PERPETUALS,
    sources=perpetual_sources(_PERPETUALS),
    endpoints=(
        Endpoint("derivatives", Call("/v4/perpetualMarkets", {"ticker": "BTC-USD"})),
        Endpoint("derivatives", Call("/v4/historicalFunding/BTC-USD", {"limit": "24"})),
    ),
    health=Call("/v4/time"),
    update="realtime",
    ws_url="wss://indexer.dydx.trade/v4/ws",
)
