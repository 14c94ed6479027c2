"""Pages of candles as many providers serve them: a window is asked for, all of it is answered."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

import polars as pl

from resources.providers.base import CandleQuery
from resources.providers.parsing import Number, candle_frame, open_times

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


class Prices(Protocol):
    """A row of an answer that names what all candles have."""

    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number


def asked(query: CandleQuery, page: int) -> tuple[int, int]:
    """The part of a query that one call of so many candles asks for: [start, end), on the grid."""
    interval = query.interval
    start = interval.ceil(query.start)
    return start, min(interval.ceil(query.end), start + page * interval.ms)


def all_asked(page: int) -> Callable[[CandleQuery, pl.DataFrame], tuple[int, int]]:
    """A `covered`: all that `asked` says, unless candles from after it show that it was not heard.

    Candles from before it may come along.
    """

    def covered(query: CandleQuery, frame: pl.DataFrame) -> tuple[int, int]:
        _, end = asked(query, page)
        times = open_times(frame)
        if times is not None and times[1] >= end:
            return query.start, query.start
        return query.start, min(query.end, end)

    return covered


def up_to_the_end(page: int) -> Callable[[CandleQuery, pl.DataFrame], tuple[int, int]]:
    """A `covered` where it is not told whether the end that was asked for is part of an answer.

    It is all that `asked` says, unless candles from after it show that it was not heard. The
    candle that opens at the end may come along, so that `page` is one less than fits.
    """

    def covered(query: CandleQuery, frame: pl.DataFrame) -> tuple[int, int]:
        _, end = asked(query, page)
        times = open_times(frame)
        if times is not None and times[1] > end:
            return query.start, query.start
        return query.start, min(query.end, end)

    return covered


def up_to_the_last(page: int) -> Callable[[CandleQuery, pl.DataFrame], tuple[int, int]]:
    """A `covered` where candles come from the start on: all of the query, or up to the last candle
    of a page that is full."""

    def covered(query: CandleQuery, frame: pl.DataFrame) -> tuple[int, int]:
        times = open_times(frame)
        if times is None:
            return query.start, query.end
        first, last = times
        if first < query.start or last >= query.end:
            return query.start, query.start
        full = frame.height >= page
        return query.start, min(query.end, last + query.interval.ms) if full else query.end

    return covered


def newest(depth: int) -> Callable[[CandleQuery, pl.DataFrame], tuple[int, int]]:
    """A `covered` where the newest candles come, whatever is asked: what lies between the first
    and the end of the last, and no more than `depth` intervals."""

    def covered(query: CandleQuery, frame: pl.DataFrame) -> tuple[int, int]:
        times = open_times(frame)
        if times is None:
            return query.start, query.start
        first, last = times
        oldest = max(first, last - (depth - 1) * query.interval.ms)
        start = min(max(query.start, oldest), query.end)
        return start, max(start, min(query.end, last + query.interval.ms))

    return covered


def page_of(
    rows: Sequence[Prices],
    open_ms: Sequence[int],
    **more: Sequence[float | None] | Sequence[int | None],
) -> pl.DataFrame:
    """A CANDLE_PAGE of the rows; `more` are its other columns."""
    return candle_frame(
        open_ms,
        open=[row.open for row in rows],
        high=[row.high for row in rows],
        low=[row.low for row in rows],
        close=[row.close for row in rows],
        volume=[row.volume for row in rows],
        **more,
    )


def ms_of(moment: datetime) -> int:
    """ms since 1970; a time without a zone is UTC."""
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH) // _MS


def date_of(ms: int) -> datetime:
    """The moment in UTC, of whole seconds."""
    return _EPOCH + timedelta(seconds=ms // 1000)


def percent(last: Number, before: Number) -> Number:
    """The change of a price in percent, None where it cannot be told."""
    return (last / before - 1) * 100 if last is not None and before else None


def hundredfold(fraction: Number) -> Number:
    """A fraction in percent."""
    return None if fraction is None else fraction * 100
