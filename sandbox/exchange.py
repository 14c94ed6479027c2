"""What venues encode: markets, candles and 24-hour statistics, out of the model."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import polars as pl

from sandbox import model
from sandbox.model import DAY, MINUTE, Grid, Market


@dataclass(frozen=True, slots=True)
class Span:
    """At most `limit` candles with open times in [start, end] (ms): the oldest where `start` is
    given, else the newest."""

    start: int | None
    end: int | None
    limit: int


@dataclass(frozen=True, slots=True)
class Stats:
    """What traded in a window of time."""

    open: float
    high: float
    low: float
    volume: float
    quote_volume: float
    trades: int

    @property
    def average(self) -> float:
        """The price by volume, 0 where nothing traded."""
        return self.quote_volume / self.volume if self.volume else 0.0


@dataclass(frozen=True, slots=True)
class Ticker:
    """A market at one moment: `day` is the last 24 hours, `today` since 00:00 UTC."""

    name: str
    last: float
    tick: float
    day: Stats
    today: Stats


class Listed(Protocol):
    """One market as a venue lists it."""

    @property
    def price_decimals(self) -> int: ...
    @property
    def size_decimals(self) -> int: ...


class Source(Protocol):
    """Where a venue has its numbers from: the model, or recorded candles. Times are ms, UTC."""

    @property
    def listed(self) -> Mapping[str, Listed]:
        """The markets by name ("BTC/USDT")."""

    def candles(self, name: str, grid: Grid, span: Span, now: int) -> pl.DataFrame:
        """`model.CANDLE` rows, oldest first; the last may be forming."""

    def tickers(self, names: Sequence[str], now: int) -> list[Ticker]: ...


class Exchange:
    """The model, as one venue quotes it."""

    def __init__(self, markets: Mapping[str, Market]) -> None:
        self.listed = markets
        self._board: dict[str, _Row] = {}
        self._minute = -1

    def candles(self, name: str, grid: Grid, span: Span, now: int) -> pl.DataFrame:
        market = self.listed[name]
        earliest = grid.floor(market.listed)
        latest = grid.floor(min(now, now if span.end is None else span.end) // MINUTE)
        if span.start is None:
            first = max(latest - (span.limit - 1) * grid.width, earliest)
        else:
            first = max(grid.ceil(-(-span.start // MINUTE)), earliest)
            latest = min(latest, first + (span.limit - 1) * grid.width)
        until = min(now, (latest + grid.width) * MINUTE)
        return model.candles(market, grid, first, until)

    def tickers(self, names: Sequence[str], now: int) -> list[Ticker]:
        if self._minute != now // MINUTE:
            self._minute, self._board = now // MINUTE, {}
        # Whoever asks for one market soon asks for others of its quote: all at once costs a tenth.
        quotes = {_quote(name) for name in names if name not in self._board}
        missing = {n: market for n, market in self.listed.items() if _quote(n) in quotes}
        self._board |= _board(missing, self._minute)
        part = now % MINUTE / MINUTE
        return [self._board[name].ticker(name, self.listed[name], part) for name in names]


def _quote(name: str) -> str:
    return name.partition("/")[2]


@dataclass(frozen=True, slots=True)
class _Row:
    """One market in one minute: the 24 hours and the day before that minute, and the minute."""

    day: Sequence[Any]
    today: Sequence[Any] | None
    forming: Sequence[Any]

    def ticker(self, name: str, market: Market, part: float) -> Ticker:
        opened, _, _, closes, *sizes = self.forming
        last = opened * (closes / opened) ** part
        forming = (opened, max(opened, last), min(opened, last), last, *(s * part for s in sizes))
        day, today = (_joined(window, forming, market) for window in (self.day, self.today))
        decimals = market.price_decimals
        return Ticker(name, round(last, decimals), 10.0**-decimals, day, today)


def _joined(window: Sequence[Any] | None, forming: Sequence[Any], market: Market) -> Stats:
    rows = [forming] if window is None else [window, forming]
    lots, quote_lots, trades = (int(sum(row[at] for row in rows)) for at in (4, 5, 6))
    return Stats(
        open=round(rows[0][0], market.price_decimals),
        high=round(max(row[1] for row in rows), market.price_decimals),
        low=round(min(row[2] for row in rows), market.price_decimals),
        volume=lots / 10**market.size_decimals,
        quote_volume=quote_lots / 10**market.quote_decimals,
        trades=trades,
    )


def _board(markets: Mapping[str, Market], minute: int) -> dict[str, _Row]:
    """A row a market; 64 markets at a time bound the memory."""
    board: dict[str, _Row] = {}
    for start in range(0, len(markets), 64):
        names = list(markets)[start : start + 64]
        frame = model.minutes([markets[name] for name in names], minute - DAY, DAY + 1)
        before = frame.filter(pl.col("minute") < minute)
        day = list(_merged(before))
        today = list(_merged(before.filter(pl.col("minute") >= minute // DAY * DAY)))
        forming = list(_merged(frame.filter(pl.col("minute") == minute)))
        board |= {
            name: _Row(day[at], today[at] if today else None, forming[at])
            for at, name in enumerate(names)
        }
    return board


def _merged(frame: pl.DataFrame) -> Iterator[Sequence[Any]]:
    grouped = frame.group_by("market", maintain_order=True).agg(model.MERGE)
    return grouped.drop("market").iter_rows()
