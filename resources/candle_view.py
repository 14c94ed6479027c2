"""Candles of one market, read from as few files as answer the question."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from resources.lake import Lake, collect
from resources.market import Interval
from resources.plan import Window
from resources.schemas import (
    CANDLE_REVISIONS,
    CANDLES,
    CANDLES_RESAMPLED,
    Table,
    bucket_of,
    utc,
)

_NUMBERS = ("open", "high", "low", "close", "volume", "quote_volume", "trades")
# What a frame of this module holds: open_time, the numbers, where they came from.
_COLUMNS = ("open_time", *_NUMBERS, "provider", "mode", "fetched_at")
EMPTY = pl.DataFrame(schema={name: CANDLES.schema[name] for name in _COLUMNS})
_MARKS = ("open_time", "close", "fetched_at")

# Rows from the sandbox say so: sandbox:binance.
_SOURCE = (
    pl.when(pl.col("mode") == "live")
    .then("provider")
    .otherwise(pl.concat_str("mode", "provider", separator=":"))
)


@dataclass(frozen=True, slots=True)
class CandleView:
    """The closed candles of a market as they are stored, or as they were at `as_of` (ms).

    Frames are sorted by open_time. With `resampled` a time that no provider's candle is stored of
    has the one that was made of a lower interval, if any. Earlier values of these are not kept:
    what was made anew after `as_of` is not in there.
    """

    lake: Lake
    symbol: str
    interval: Interval
    as_of: int | None = None
    resampled: bool = False

    def frozen(self) -> "CandleView":
        """The same, whatever is stored later."""
        return replace(self, lake=self.lake.frozen())

    def last(self, count: int, end: int) -> pl.DataFrame:
        """The newest `count` candles that open before `end`."""
        pieces = _pieces(self.extent(Window(0, end)), self._length(count), newest_first=True)
        return self._gather(pieces, count).tail(count)

    def first(self, count: int, window: Window) -> pl.DataFrame:
        """The oldest `count` candles of a window."""
        return self._gather(_pieces(self.extent(window), self._length(count)), count).head(count)

    def between(self, window: Window) -> pl.DataFrame:
        """Every candle of a window."""
        return self._read(window)

    def marks(self, window: Window) -> pl.DataFrame:
        """Of every candle of a window what tells it from any other: time, close, fetched_at."""
        # A candle of a provider may have all three in common with the made one that it replaces.
        return self._read(window, (*_MARKS, "provider") if self.resampled else _MARKS)

    def extent(self, window: Window) -> Window:
        """The part of a window that files of this market's bucket reach into."""
        where: dict[str, Sequence[str | int]] = {
            "interval": [str(self.interval)],
            "bucket": [bucket_of(self.symbol)],
        }
        tables = (CANDLES, CANDLES_RESAMPLED) if self.resampled else (CANDLES,)
        found = [times for table in tables if (times := self.lake.times(table, where))]
        if not found:
            return Window(window.start, window.start)
        first, last = min(low for low, _ in found), max(high for _, high in found)
        return window.clip(Window(_ms(first), _ms(last) + 1))

    def _length(self, count: int) -> int:
        """The time that `count` candles are likely to be found in, gaps included, ms."""
        return (count + count // 8 + 100) * self.interval.ms

    def _gather(self, windows: Iterable[Window], count: int) -> pl.DataFrame:
        """Reads windows in the order given until there are `count` rows."""
        frames, rows = [EMPTY], 0
        for window in windows:
            frames.append(self._read(window))
            rows += frames[-1].height
            if rows >= count:
                break
        return pl.concat(frames).sort("open_time")

    def _read(self, window: Window, columns: Sequence[str] = _COLUMNS) -> pl.DataFrame:
        own = self._read_table(CANDLES, window, columns)
        if not self.resampled:
            return own
        made = self._read_table(CANDLES_RESAMPLED, window, columns)
        if own.is_empty() or made.is_empty():
            return made if own.is_empty() else own
        others = made.join(own, on="open_time", how="anti")
        return pl.concat([own, others]).sort("open_time")

    def _read_table(self, table: Table, window: Window, columns: Sequence[str]) -> pl.DataFrame:
        where: dict[str, Sequence[str | int]] = {"interval": [str(self.interval)]}
        times = utc(window.start), utc(window.end)
        rows = self.lake.scan(table, {**where, "bucket": [bucket_of(self.symbol)]}, *times)
        if self.as_of is not None:
            if table is CANDLES:
                rows = pl.concat([rows, self.lake.scan(CANDLE_REVISIONS, where, *times)])
            known = rows.filter(pl.col("symbol") == self.symbol)
            known = known.filter(pl.col("known_at") <= utc(self.as_of)).sort("known_at")
            rows = known.unique("open_time", keep="last")
        mine = rows.filter(pl.col("symbol") == self.symbol).select(columns)
        return collect(mine).sort("open_time")


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _pieces(window: Window, length: int, *, newest_first: bool = False) -> Iterator[Window]:
    """A window cut into ever longer pieces, from one end to the other."""
    while window.length:
        if newest_first:
            piece = Window(max(window.start, window.end - length), window.end)
            window = Window(window.start, piece.start)
        else:
            piece = Window(window.start, min(window.end, window.start + length))
            window = Window(piece.end, window.end)
        yield piece
        length *= 4


def to_table(frame: pl.DataFrame, symbol: str, interval: Interval) -> pl.DataFrame:
    """The frame as a file's table: the columns of an answer's rows, after symbol and interval."""
    names = pl.lit(symbol).alias("symbol"), pl.lit(str(interval)).alias("interval")
    return shaped(frame, interval).select(*names, pl.all())


def shaped(frame: pl.DataFrame, interval: Interval) -> pl.DataFrame:
    """The columns of an answer's rows."""
    filled = [name for name in ("filled",) if name in frame.columns]
    return frame.select(
        "open_time",
        (pl.col("open_time") + pl.duration(milliseconds=interval.ms)).alias("close_time"),
        *_NUMBERS,
        pl.lit(value=True).alias("closed"),
        _SOURCE.alias("source"),
        "fetched_at",
        *filled,
    )
