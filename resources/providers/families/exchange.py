"""What the parsers of many exchanges share: spellings, ends of windows and changes in percent."""

from collections.abc import Callable, Collection, Mapping

import polars as pl

from resources.market import Symbol
from resources.providers.base import CandleQuery
from resources.providers.families.pages import asked
from resources.providers.families.refusals import refuse as refuse
from resources.providers.families.spelling import TICKERS
from resources.providers.parsing import Number, open_times


def speller(
    quotes: Collection[str],
    between: str = "",
    tickers: Mapping[str, str] = TICKERS,
    absent: Collection[str] = (),
) -> Callable[[Symbol], str | None]:
    """A `native` that joins base and quote: None for other quotes and for the `absent` bases.

    `tickers` maps ours to the exchange's where they differ.
    """

    def native(symbol: Symbol) -> str | None:
        if symbol.quote not in quotes or symbol.base in absent:
            return None
        return between.join(tickers.get(ticker, ticker) for ticker in (symbol.base, symbol.quote))

    return native


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
