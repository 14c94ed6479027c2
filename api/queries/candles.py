"""Candles of one market, read from as few files as answer the question."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from api.params import LATEST
from api.queries.rows import SOURCE, close_time, collect, iso
from resources.lake import Lake
from resources.ledger.commits import Key
from resources.market import Interval
from resources.plan import Window
from resources.schemas import (
    CANDLE_REVISIONS,
    CANDLES,
    Table,
    bucket_of,
    utc,
)

_NUMBERS = ("open", "high", "low", "close", "volume", "quote_volume", "trades")
# What a frame of this module holds: open_time, the numbers, where they came from.
_COLUMNS = ("open_time", *_NUMBERS, "provider", "mode", "fetched_at")
EMPTY = pl.DataFrame(schema={name: CANDLES.schema[name] for name in _COLUMNS})
_MARKS = ("open_time", "close", "fetched_at")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CandleView:
    """The closed candles of a market as they are stored, or as they were at `as_of` (ms).

    Frames are sorted by open_time. `table` is CANDLES or CANDLES_RESAMPLED, whose earlier values
    are not kept: what was made anew after `as_of` is not in there.
    """

    lake: Lake
    symbol: str
    interval: Interval
    as_of: int | None = None
    table: Table = CANDLES

    def frozen(self) -> "CandleView":
        """The same, whatever is stored later."""
        return replace(self, lake=self.lake.frozen())

    def has_any(self) -> bool:
        return not self.last(1, LATEST).is_empty()

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
        return self._read(window, _MARKS)

    def extent(self, window: Window) -> Window:
        """The part of a window that files of this market's bucket reach into."""
        where: dict[str, Sequence[str | int]] = {
            "interval": [str(self.interval)],
            "bucket": [bucket_of(self.symbol)],
        }
        times = self.lake.times(self.table, where)
        if times is None:
            return Window(window.start, window.start)
        first, last = (round(at.timestamp() * 1000) for at in times)
        return window.clip(Window(first, last + 1))

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
        where: dict[str, Sequence[str | int]] = {"interval": [str(self.interval)]}
        times = utc(window.start), utc(window.end)
        rows = self.lake.scan(self.table, {**where, "bucket": [bucket_of(self.symbol)]}, *times)
        if self.as_of is not None:
            if self.table is CANDLES:
                rows = pl.concat([rows, self.lake.scan(CANDLE_REVISIONS, where, *times)])
            known = rows.filter(pl.col("symbol") == self.symbol)
            known = known.filter(pl.col("known_at") <= utc(self.as_of)).sort("known_at")
            rows = known.unique("open_time", keep="last")
        mine = rows.filter(pl.col("symbol") == self.symbol).select(columns)
        return collect(mine).sort("open_time")


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


def to_rows(frame: pl.DataFrame, interval: Interval) -> list[Row]:
    """The frame as the rows of an answer."""
    return (
        _shaped(frame, interval)
        .with_columns(iso("open_time"), iso("close_time"), iso("fetched_at"))
        .to_dicts()
    )


def to_table(frame: pl.DataFrame, symbol: str, interval: Interval) -> pl.DataFrame:
    """The frame as a file's table: the columns of an answer's rows, after symbol and interval."""
    names = pl.lit(symbol).alias("symbol"), pl.lit(str(interval)).alias("interval")
    return _shaped(frame, interval).select(*names, pl.all())


def forming_row(row: Mapping[str, Any], interval: Interval) -> Row:
    """A row of the ledger's forming candles as a row of an answer."""
    times = {name: utc(row[name]) for name in ("open_time", "fetched_at")}
    columns = {name: [row[name]] for name in (*_NUMBERS, "provider", "mode")}
    schema = {name: CANDLES.schema[name] for name in _COLUMNS}
    frame = pl.DataFrame({**columns, **{k: [v] for k, v in times.items()}}, schema_overrides=schema)
    return {**to_rows(frame.select(_COLUMNS), interval)[0], "closed": False}


def newest_rows(lake: Lake, keys: Iterable[Key]) -> dict[tuple[str, str, int], Row]:
    """The candles that keys of commits name, as rows with symbol and interval.

    By symbol, interval and open time; a candle that is gone by now is left out.
    """
    wanted: dict[Interval, set[tuple[str, int]]] = {}
    for key in keys:
        one = str(key["symbol"]), int(key["newest"])
        wanted.setdefault(Interval(str(key["interval"])), set()).add(one)
    found: dict[tuple[str, str, int], Row] = {}
    for interval, candles in wanted.items():
        frame = _read_named(lake, interval, candles)
        opens = frame["open_time"].dt.epoch("ms")
        rows = zip(frame["symbol"], opens, to_rows(frame.drop("symbol"), interval), strict=True)
        for symbol, opened, row in rows:
            named = {"symbol": symbol, "interval": str(interval)}
            found[symbol, str(interval), opened] = {**named, **row}
    return found


def _read_named(lake: Lake, interval: Interval, candles: set[tuple[str, int]]) -> pl.DataFrame:
    opens = [opened for _, opened in candles]
    where: dict[str, Sequence[str | int]] = {
        "interval": [str(interval)],
        "bucket": sorted({bucket_of(symbol) for symbol, _ in candles}),
        "period": sorted({interval.period(opened) for opened in opens}),
    }
    rows = lake.scan(CANDLES, where, utc(min(opens)), utc(max(opens) + 1))
    names = pl.DataFrame(
        {"symbol": [s for s, _ in candles], "open_time": [utc(t) for t in opens]},
        schema={"symbol": pl.String(), "open_time": CANDLES.schema["open_time"]},
    )
    named = rows.join(names.lazy(), on=["symbol", "open_time"], how="semi")
    return collect(named.select("symbol", *_COLUMNS))


def _shaped(frame: pl.DataFrame, interval: Interval) -> pl.DataFrame:
    filled = [name for name in ("filled",) if name in frame.columns]
    return frame.select(
        "open_time",
        close_time(interval),
        *_NUMBERS,
        pl.lit(value=True).alias("closed"),
        SOURCE.alias("source"),
        "fetched_at",
        *filled,
    )
