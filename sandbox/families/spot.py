"""Venues whose markets have one spelling each, in which calls name them."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import ClassVar

import polars as pl

from sandbox.exchange import Source, Span, Ticker
from sandbox.families.routes import Routed
from sandbox.model import DAY, Grid

WEEK = Grid(7 * DAY, 4 * DAY)  # opens on Mondays
# Most gave the ticker of the old coin to the new one.
TICKERS = {"LUNA2": "LUNA", "STEPN": "GMT"}
_LATEST = 2**53  # ms, beyond all time


class Spot(Routed):
    """`grids` are its candles as it spells their intervals, `tickers` its names of coins where
    they are not ours."""

    grids: ClassVar[Mapping[str, Grid]] = MappingProxyType({})
    tickers: ClassVar[Mapping[str, str]] = TICKERS

    def __init__(self, source: Source, limits: Sequence[tuple[int, int]]) -> None:
        super().__init__(source, limits)
        self.names = {self.native(name): name for name in source.listed}

    @abstractmethod
    def spell(self, base: str, quote: str) -> str:
        """The spelling of a market, from the venue's own tickers."""

    def pair(self, name: str) -> tuple[str, str]:
        """Base and quote of a market ("BTC/USDT") in the venue's own tickers."""
        base, _, quote = name.partition("/")
        return self.tickers.get(base, base), self.tickers.get(quote, quote)

    def native(self, name: str) -> str:
        return self.spell(*self.pair(name))

    def name(self, native: str | None) -> str:
        if native not in self.names:
            raise self.error("symbol")
        return self.names[native]

    def grid(self, spelling: str | None) -> Grid:
        grid = self.grids.get(spelling or "")
        if grid is None:
            raise self.error("interval")
        return grid

    def number(self, query: Mapping[str, str], parameter: str, unit: int = 1) -> int | None:
        """A parameter that is a whole number, times `unit`; None where it was not sent."""
        text = query.get(parameter)
        if text is not None and not text.isdecimal():
            raise self.error(parameter)
        return None if text is None else min(int(text) * unit, _LATEST)

    def moment(self, query: Mapping[str, str], parameter: str) -> int | None:
        """A parameter in ISO 8601, in ms; without a zone it is UTC, None where it was not sent."""
        if parameter not in query:
            return None
        try:
            at = datetime.fromisoformat(query[parameter])
            return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1_000)
        except (ValueError, OverflowError):
            raise self.error(parameter) from None

    def quotes(self, now: int, *natives: str | None) -> list[Ticker]:
        """Of the markets named, of all where none is."""
        names = [self.name(native) for native in natives if native is not None]
        return self.source.tickers(names or list(self.source.listed), now)

    def newest(self, name: str, grid: Grid, span: Span, now: int) -> pl.DataFrame:
        """The newest candles of a span, also where it has a start, oldest first."""
        found = self.source.candles(name, grid, Span(None, span.end, span.limit), now)
        return found if span.start is None else found.filter(pl.col("open_time") >= span.start)
