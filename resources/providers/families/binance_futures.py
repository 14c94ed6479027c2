"""What the two futures APIs of Binance share; they differ in paths and in what contracts count."""

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec
import polars as pl

from resources.market import Interval
from resources.providers.base import (
    Call,
    CandleQuery,
    Candles,
    Funding,
    FundingHistory,
    OpenInterest,
)
from resources.providers.parsing import (
    Count,
    Moment,
    Number,
    funding_frame,
    open_interest_frame,
    open_times,
    read,
)

PAGE = 1000
_INTERVALS = {interval: str(interval) for interval in Interval}
# Weight by the candles asked for: the first bound that they stay below.
_WEIGHTS = ((100, 1), (500, 2), (PAGE + 1, 5))


class Kline(msgspec.Struct, array_like=True, gc=False):
    open_time: Moment
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number
    close_time: Moment
    other_volume: Number
    trades: Count


class _Premium(msgspec.Struct, rename="camel"):
    symbol: str
    last_funding_rate: Number | Literal[""]
    next_funding_time: Moment


class _Paid(msgspec.Struct, rename="camel"):
    symbol: str
    funding_rate: Number
    funding_time: Moment


class _Open(msgspec.Struct, rename="camel"):
    symbol: str
    open_interest: Number
    time: Moment | None = None


_KLINES = msgspec.json.Decoder(list[Kline], strict=False)
_PREMIUMS = msgspec.json.Decoder(list[_Premium] | _Premium, strict=False)
_PAID = msgspec.json.Decoder(list[_Paid], strict=False)
_OPEN = msgspec.json.Decoder(_Open, strict=False)


def klines(body: bytes, provider: str) -> list[Kline]:
    return read(_KLINES, body, provider)


def candles(
    path: str, parse: Callable[[bytes, CandleQuery], pl.DataFrame], longest: int | None = None
) -> Candles:
    """Candles at a path; `longest` is the most milliseconds that one call may span.

    A call asks for no more than a page: of more, one of the two APIs tells the newest.
    """

    def end_of(query: CandleQuery) -> int:
        span = PAGE * query.interval.ms
        return min(query.end, query.start + min(span, longest or span))

    def call(query: CandleQuery) -> Call:
        end = end_of(query)
        limit = max(1, -(-(end - query.start) // query.interval.ms))
        params = {
            "symbol": query.native,
            "interval": _INTERVALS[query.interval],
            "startTime": str(query.start),
            "endTime": str(end - 1),  # both ends are inclusive, on the open time
            "limit": str(limit),
        }
        return Call(path, params, next(weight for bound, weight in _WEIGHTS if limit < bound))

    def covered(query: CandleQuery, page: pl.DataFrame) -> tuple[int, int]:
        """All that was asked for."""
        end, times = end_of(query), open_times(page)
        if times is not None and (times[0] < query.start or times[1] >= end):
            return query.start, query.start
        return query.start, end

    return Candles(_INTERVALS, PAGE, call, parse, covered)


def funding(prefix: str, provider: str, suffix: str = "") -> Funding:
    """The rates of all perpetuals in one call; `suffix` is what their names end in."""

    def call(_: Sequence[str]) -> Call:
        return Call(f"{prefix}/premiumIndex", weight=10)

    def parse(body: bytes, _: Sequence[str]) -> pl.DataFrame:
        """
        A list of all, or one object. Contracts that expire have no rate; how many hours lie
        between two fundings it does not say:

            [{"symbol":"BTCUSDT","markPrice":"80065.24544928","indexPrice":"80098.66195652",
              "estimatedSettlePrice":"80078.15296679","lastFundingRate":"0.00008390",
              "interestRate":"0.00010000","nextFundingTime":1787875200000,"time":1787866534004}]
        """
        found = read(_PREMIUMS, body, provider)
        return funding_frame(
            [
                (one.symbol, one.last_funding_rate, None, one.next_funding_time)
                for one in (found if isinstance(found, list) else [found])
                if not isinstance(one.last_funding_rate, str) and one.symbol.endswith(suffix)
            ]
        )

    return Funding(1000, call, parse)


def funding_history(prefix: str, provider: str) -> FundingHistory:
    """What was paid, of one perpetual a call."""

    def call(natives: Sequence[str], start: int, end: int) -> Call:
        window = {"startTime": str(start), "endTime": str(end - 1), "limit": "1000"}
        return Call(f"{prefix}/fundingRate", {"symbol": natives[0], **window})

    def parse(body: bytes, _: Sequence[str]) -> pl.DataFrame:
        """
        Oldest first; the time is some milliseconds behind the full hour:

            [{"symbol":"BTCUSDT","fundingTime":1698768000000,"fundingRate":"0.00010000",
              "markPrice":"34287.54619963"}]
        """
        rows = read(_PAID, body, provider)
        return funding_frame([(r.symbol, r.funding_rate, None, r.funding_time) for r in rows])

    return FundingHistory(1, call, parse)


def open_interest(
    prefix: str, provider: str, sizes: Callable[[str, float], tuple[Number, Number]]
) -> OpenInterest:
    """Of one perpetual a call; `sizes` are the amount in coins and the value in dollars of what it
    counts, as far as they can be told."""

    def call(natives: Sequence[str]) -> Call:
        return Call(f"{prefix}/openInterest", {"symbol": natives[0]})

    def parse(body: bytes, _: Sequence[str]) -> pl.DataFrame:
        """
        In coins, or in contracts:

            {"symbol":"BTCUSDT","openInterest":"106499.782","time":1788909265562}
            {"symbol":"BTCUSD_200626","pair":"BTCUSD","openInterest":"15004",
             "contractType":"CURRENT_QUARTER","time":1591261042378}
        """
        found = read(_OPEN, body, provider)
        counted = found.open_interest
        amount, value = (None, None) if counted is None else sizes(found.symbol, counted)
        return open_interest_frame([(found.symbol, amount, value, found.time)])

    return OpenInterest(1, call, parse)
