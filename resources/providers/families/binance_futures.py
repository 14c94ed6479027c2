"""What the two futures APIs of Binance share; they differ in paths and in what contracts count."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import msgspec
import polars as pl

from resources.market import Interval
from resources.providers.base import Call, CandleQuery, Candles, Funding
from resources.providers.parsing import Count, Moment, Number, funding_frame, open_times, read

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


_KLINES = msgspec.json.Decoder(list[Kline], strict=False)
_PREMIUMS = msgspec.json.Decoder(list[_Premium] | _Premium, strict=False)


def klines(body: bytes, provider: str) -> list[Kline]:
    return read(_KLINES, body, provider)


def candles(
    path: str, parse: Callable[[bytes, CandleQuery], pl.DataFrame], longest: int | None = None
) -> Candles:
    """Candles at a path; `longest` is the most milliseconds that one call may span."""

    def end_of(query: CandleQuery) -> int:
        return min(query.end, query.start + longest) if longest else query.end

    def call(query: CandleQuery) -> Call:
        end = end_of(query)
        limit = max(1, min(-(-(end - query.start) // query.interval.ms), PAGE))
        params = {
            "symbol": query.native,
            "interval": _INTERVALS[query.interval],
            "startTime": str(query.start),
            "endTime": str(end - 1),  # both ends are inclusive, on the open time
            "limit": str(limit),
        }
        return Call(path, params, next(weight for bound, weight in _WEIGHTS if limit < bound))

    def covered(query: CandleQuery, page: pl.DataFrame) -> tuple[int, int]:
        """All that was asked for, or up to the last candle of a page that is full."""
        end, times = end_of(query), open_times(page)
        if times is None:
            return query.start, end
        first, last = times
        if first < query.start or last >= end:
            return query.start, query.start
        return query.start, min(end, last + query.interval.ms) if page.height >= PAGE else end

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


def used(headers: Mapping[str, str]) -> Mapping[int, int]:
    """The weight of the running minute, as an answer's headers tell it."""
    weight = headers.get("x-mbx-used-weight-1m", "")
    return {60: int(weight)} if weight.isdecimal() else {}
