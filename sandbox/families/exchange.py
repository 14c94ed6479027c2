"""What venues of spot markets share: routes, names, grids and numbers in strings."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

import polars as pl

from sandbox.exchange import Source, Span, Ticker
from sandbox.model import DAY, Grid
from sandbox.venue import Answer, RequestError, Venue

Route = Callable[[Mapping[str, str], int], Answer]

WEEK = Grid(7 * DAY, 4 * DAY)  # opens on Mondays
LATEST = 2**53  # ms, beyond all time


class Spot(Venue):
    """A venue that answers fixed paths, and names a market in one parameter."""

    content_type = "application/json"
    grids: ClassVar[Mapping[str, Grid]]

    def __init__(self, source: Source, limits: Sequence[tuple[int, int]]) -> None:
        super().__init__(source, limits)
        self.names = {self.native(name): name for name in source.listed}

    @abstractmethod
    def native(self, name: str) -> str:
        """The venue's spelling of a market ("BTC/USDT")."""

    @abstractmethod
    def routes(self) -> Mapping[str, Route]:
        """What answers each path."""

    @abstractmethod
    def wrong(self, text: str) -> RequestError:
        """A request that it refuses, in its own words."""

    def answer(self, path: str, query: Mapping[str, str], now: int) -> Answer:
        route = self.routes().get(path)
        if route is None:
            raise self.wrong("path")
        return route(query, now)

    def name(self, native: str | None) -> str:
        if native not in self.names:
            raise self.wrong("symbol")
        return self.names[native]

    def grid(self, spelling: str | None) -> Grid:
        grid = self.grids.get(spelling or "")
        if grid is None:
            raise self.wrong("interval")
        return grid

    def number(self, query: Mapping[str, str], parameter: str) -> int | None:
        text = query.get(parameter)
        if text is not None and not text.isdecimal():
            raise self.wrong(parameter)
        return None if text is None else min(int(text), LATEST)

    def tickers(self, native: str | None, now: int) -> list[Ticker]:
        """One market's, or those of all where none is named."""
        names = list(self.source.listed) if native is None else [self.name(native)]
        return self.source.tickers(names, now)

    def newest(self, name: str, grid: Grid, span: Span, now: int) -> pl.DataFrame:
        """The newest candles of a span, also where it has a start, oldest first."""
        found = self.source.candles(name, grid, Span(None, span.end, span.limit), now)
        return found if span.start is None else found.filter(pl.col("open_time") >= span.start)


def split(name: str, tickers: Mapping[str, str]) -> tuple[str, str]:
    """Base and quote of a market, as a venue with these tickers of its own calls them."""
    base, _, quote = name.partition("/")
    return tickers.get(base, base), tickers.get(quote, quote)


def text(number: float) -> str:
    """As in most answers: up to eight decimals, in a string."""
    return f"{number:.8f}".rstrip("0").rstrip(".") or "0"


def texts(*columns: str) -> list[pl.Expr]:
    """Columns of numbers in strings."""
    return [pl.col(column).cast(pl.Decimal(38, 8)).cast(pl.String) for column in columns]


def step(decimals: int) -> str:
    """A tick or lot of so many decimals."""
    return f"{10.0**-decimals:.{decimals}f}"


def fraction(ticker: Ticker) -> float:
    """The change of 24 hours."""
    return ticker.last / ticker.day.open - 1
