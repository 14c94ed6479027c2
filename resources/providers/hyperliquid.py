"""Hyperliquid: perpetuals on a chain of its own; every question is a POST to one address."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import polars as pl

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
from resources.providers.families.pages import asked, page_of
from resources.providers.families.perpetuals import perpetual_sources
from resources.providers.parsing import (
    Count,
    Moment,
    Number,
    funding_frame,
    open_interest_frame,
    open_times,
    read,
)

_ID = "hyperliquid"
# It keeps the newest 5,000 candles of an interval.
_DEPTH = 5000
# When its weeks open it does not say.
_INTERVALS: Mapping[Interval, str] = {
    interval: str(interval) for interval in Interval if interval is not Interval.W1
}
# An answer to a range of time may be cut after so many.
_CUT = 500
_WEIGHT = 20
_CANDLES_A_WEIGHT = 60
# Contracts of a thousand coins, of which it would have no price of one.
_THOUSANDS = ("SHIB", "PEPE", "FLOKI", "BONK", "LUNC")
_TICKERS = {"LUNA2": "LUNA", "STEPN": "GMT", "BEAMX": "BEAM"}


_LETTERS = {
    "time": "t",
    "open": "o",
    "high": "h",
    "low": "l",
    "close": "c",
    "volume": "v",
    "trades": "n",
}


class _Candle(msgspec.Struct, gc=False, rename=_LETTERS):
    time: Moment
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number
    trades: Count


class _Coin(msgspec.Struct, rename="camel"):
    name: str
    is_delisted: bool = False


class _Meta(msgspec.Struct):
    universe: list[_Coin]


class _Context(msgspec.Struct, rename="camel"):
    funding: Number
    open_interest: Number
    mark_px: Number


class _Paid(msgspec.Struct, rename="camel"):
    coin: str
    funding_rate: Number
    time: Moment


_CANDLES = msgspec.json.Decoder(list[_Candle], strict=False)
_CONTEXTS = msgspec.json.Decoder(tuple[_Meta, list[_Context]], strict=False)
_PAID = msgspec.json.Decoder(list[_Paid], strict=False)


def _info(question: dict[str, Any], weight: int = _WEIGHT) -> Call:
    return Call("/info", weight=weight, body=msgspec.json.encode(question))


def _native(symbol: Symbol) -> str | None:
    """A coin: all are quoted in dollars, and settle in USDC."""
    if symbol.quote != "USD" or symbol.base in _THOUSANDS:
        return None
    return _TICKERS.get(symbol.base, symbol.base)


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _DEPTH)
    window = {
        "coin": query.native,
        "interval": _INTERVALS[query.interval],
        "startTime": start,
        "endTime": end - 1,
    }
    count = max(end - start, 0) // query.interval.ms
    question = {"type": "candleSnapshot", "req": window}
    return _info(question, _WEIGHT + count // _CANDLES_A_WEIGHT)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    The last ms inside of a candle, close, high, interval, low, trades, open, coin, open time,
    volume in the base asset:

        [{"T":1704287699999,"c":"2226.4","h":"2247.9","i":"15m","l":"2224.6","n":46,
          "o":"2247.9","s":"ETH","t":1704286800000,"v":"591.6427"}]
    """
    rows = read(_CANDLES, body, _ID)
    return page_of(rows, [row.time for row in rows], trades=[row.trades for row in rows])


def _covered(query: CandleQuery, page: pl.DataFrame) -> tuple[int, int]:
    """From the first candle on: what is before it may be too old, as all of an empty answer.

    An answer long enough to have been cut proves no more than it holds.
    """
    _, end = asked(query, _DEPTH)
    times = open_times(page)
    if times is None or times[0] < query.start - query.interval.ms or times[1] >= end:
        return query.start, query.start
    if page.height >= _CUT:
        end = min(end, times[1] + query.interval.ms)
    return max(times[0], query.start), min(query.end, end)


def _contexts_call(_: Sequence[str]) -> Call:
    return _info({"type": "metaAndAssetCtxs"})


def _contexts(body: bytes) -> list[tuple[str, _Context]]:
    meta, contexts = read(_CONTEXTS, body, _ID)
    pairs = zip(meta.universe, contexts, strict=False)
    return [(coin.name, context) for coin, context in pairs if not coin.is_delisted]


def _parse_funding(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    The names of all coins, and in the same order what holds for them; funding is per hour:

        [{"universe":[{"maxLeverage":50,"name":"SOL","onlyIsolated":false,"szDecimals":2}]},
         [{"dayNtlVlm":"9450588.2273","funding":"0.0000198","impactPxs":["108.04","108.06"],
           "markPx":"108.04","midPx":"108.05","openInterest":"10764.48","oraclePx":"107.99",
           "premium":"0.00055561","prevDayPx":"111.81"}]]
    """
    return funding_frame([(name, one.funding, 1.0, None) for name, one in _contexts(body)])


def _paid_call(natives: Sequence[str], start: int, end: int) -> Call:
    window = {"coin": natives[0], "startTime": start, "endTime": end - 1}
    return _info({"type": "fundingHistory", **window})


def _parse_paid(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    By hour, oldest first:

        [{"coin":"ETH","fundingRate":"-0.00022196","premium":"-0.00052196","time":1683849600076}]
    """
    rows = read(_PAID, body, _ID)
    return funding_frame([(one.coin, one.funding_rate, 1.0, one.time) for one in rows])


def _parse_open_interest(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """In the base asset; the answer is that of fundings."""
    return open_interest_frame(
        [
            (name, one.open_interest, _product(one.open_interest, one.mark_px), None)
            for name, one in _contexts(body)
        ]
    )


def _product(amount: Number, price: Number) -> Number:
    return None if amount is None or price is None else amount * price


_PERPETUALS = Perpetuals(
    _native,
    Candles(_INTERVALS, _DEPTH, _candles_call, _parse_candles, _covered, depth=_DEPTH),
    Funding(1000, _contexts_call, _parse_funding),
    OpenInterest(1000, _contexts_call, _parse_open_interest),
    FundingHistory(1, _paid_call, _parse_paid),
)

PROVIDER = Provider(
    id=_ID,
    name="Hyperliquid",
    category="derivatives",
    base_url="https://api.hyperliquid.xyz",
    docs_url="https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api",
    limits=(Limit(1200, 60),),
    perpetuals=_PERPETUALS,
    sources=perpetual_sources(_PERPETUALS),
    endpoints=(
        Endpoint("derivatives", _info({"type": "metaAndAssetCtxs"})),
        Endpoint("derivatives", _info({"type": "predictedFundings"})),
    ),
    health=_info({"type": "exchangeStatus"}, weight=2),
    update="realtime",
    ws_url="wss://api.hyperliquid.xyz/ws",
)
