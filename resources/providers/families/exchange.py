"""What the parsers of many exchanges share: ends that may be part of an answer, and fractions."""

from collections.abc import Callable

import polars as pl

from resources.providers.base import CandleQuery
from resources.providers.families.pages import asked
from resources.providers.parsing import Number, open_times


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


def hundredfold(fraction: Number) -> Number:
    """A fraction in percent."""
    return None if fraction is None else fraction * 100
