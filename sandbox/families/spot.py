"""A venue of spot markets that each have one spelling; it lists, quotes and charts them."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import polars as pl

from sandbox.exchange import Source, Span, Ticker
from sandbox.model import Grid
from sandbox.venue import Answer, RequestError, Venue

TICKERS = {"LUNA2": "LUNA", "STEPN": "GMT"}
Handler = Callable[[Mapping[str, str], int], Answer]


class Spot(Venue):
    """`routes` finds what answers a path, `spell` is a market's name on the wire."""

    content_type = "application/json"
    tickers: Mapping[str, str] = TICKERS

    def __init__(self, source: Source, limits: Sequence[tuple[int, int]]) -> None:
        super().__init__(source, limits)
        self.names = {self.native(name): name for name in source.listed}

    @abstractmethod
    def spell(self, base: str, quote: str) -> str:
        """The spelling of a market, from the venue's own tickers."""

    @abstractmethod
    def routes(self, path: str) -> Handler | None:
        """What answers a path, None where there is nothing."""

    def answer(self, path: str, query: Mapping[str, str], now: int) -> Answer:
        handler = self.routes(path)
        if handler is None:
            raise self.error("Not Found", 404)
        return handler(query, now)

    def error(self, message: str, status: int = 400) -> RequestError:
        """A refusal; a venue with words of its own says so."""
        return RequestError(Answer({"error": message}, status))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del now
        answer = self.error("Too Many Requests", status).answer
        if wait:
            answer.headers["retry-after"] = str(wait)
        return answer

    def pair(self, name: str) -> tuple[str, str]:
        """Base and quote of a market in the venue's own tickers."""
        base, _, quote = name.partition("/")
        return self.tickers.get(base, base), self.tickers.get(quote, quote)

    def native(self, name: str) -> str:
        return self.spell(*self.pair(name))

    def name(self, native: str) -> str:
        if native not in self.names:
            raise self.error(f"Unknown market {native}")
        return self.names[native]

    def quotes(self, now: int, *natives: str) -> list[Ticker]:
        """Of the markets named, of all without a name."""
        names = [self.name(native) for native in natives] or list(self.source.listed)
        return self.source.tickers(names, now)

    def candles(
        self, native: str, grid: Grid | None, span: tuple[int | None, int | None, int], now: int
    ) -> pl.DataFrame:
        """`model.CANDLE` rows that open in [start, end] (ms), oldest first: at most so many, the
        oldest where a start is given, else the newest."""
        if grid is None:
            raise self.error("Invalid interval")
        return self.source.candles(self.name(native), grid, Span(*span), now)

    def whole(self, query: Mapping[str, str], name: str, unit: int = 1) -> int | None:
        """A parameter that is a whole number, times `unit`; None where it was not sent."""
        text = query.get(name)
        if text is None:
            return None
        if not text.isdecimal() or len(text) > 15:
            raise self.error(f"Invalid {name}")
        return int(text) * unit


def text(number: float, decimals: int = 8) -> str:
    return f"{number:.{decimals}f}"


def percent(ticker: Ticker) -> float:
    """How far the price has risen in 24 hours."""
    return (ticker.last / ticker.day.open - 1) * 100


def iso(ms: int, form: str = "%Y-%m-%dT%H:%M:%S.%fZ") -> str:
    return datetime.fromtimestamp(ms / 1_000, UTC).strftime(form)
