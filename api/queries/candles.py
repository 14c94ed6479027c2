"""Candles of one market, read from as few files as answer the question."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from api.queries.rows import SOURCE, close_time, collect, iso
from resources.lake import Lake
from resources.ledger.commits import Key
from resources.market import Interval
from resources.plan import Window
from resources.schemas import CANDLE_REVISIONS, CANDLES, bucket_of, utc

_DAY = 86_400_000
_BY_YEAR = (Interval.H4, Interval.D1)
_NUMBERS = ("open", "high", "low", "close", "volume", "quote_volume", "trades")
# What a frame of this module holds: open_time, the numbers, where they came from.
_COLUMNS = ("open_time", *_NUMBERS, "provider", "mode", "fetched_at")
_EMPTY = pl.DataFrame(schema={name: CANDLES.schema[name] for name in _COLUMNS})

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CandleView:
    """The closed candles of a market as they are stored, or as they were at `as_of` (ms).

    Frames are sorted by open_time.
    """

    lake: Lake
    symbol: str
    interval: Interval
    as_of: int | None = None

    def last(self, count: int, end: int) -> pl.DataFrame:
        """The newest `count` candles that open before `end`."""
        newest_first = self._periods(Window(0, end))[::-1]
        return self._gather(newest_first, count, Window(0, end)).tail(count)

    def first(self, count: int, window: Window) -> pl.DataFrame:
        """The oldest `count` candles of a window."""
        return self._gather(self._periods(window), count, window).head(count)

    def between(self, window: Window) -> pl.DataFrame:
        """Every candle of a window."""
        periods = self._periods(window)
        return self._read(periods, window) if periods else _EMPTY

    def _periods(self, window: Window) -> list[str]:
        """The stored partitions that may hold candles of a window, oldest first."""
        bucket: Mapping[str, Sequence[str | int]] = {
            "interval": [str(self.interval)],
            "bucket": [bucket_of(self.symbol)],
        }
        first = self.interval.period(window.start)
        last = self.interval.period(max(window.start, window.end - 1))
        stored = self.lake.partition_values(CANDLES, "period", bucket)
        return [period for period in stored if first <= period <= last]

    def _gather(self, periods: Sequence[str], count: int, window: Window) -> pl.DataFrame:
        """Reads partitions in the order given, ever more at once, until there are `count` rows."""
        frames, rows, at = [_EMPTY], 0, 0
        length = 365 * _DAY if self.interval in _BY_YEAR else 28 * _DAY
        size = 1 + count * self.interval.ms // length
        while at < len(periods) and rows < count:
            frames.append(self._read(periods[at : at + size], window))
            rows += frames[-1].height
            at, size = at + size, size * 2
        return pl.concat(frames).sort("open_time")

    def _read(self, periods: Sequence[str], window: Window) -> pl.DataFrame:
        where: dict[str, Sequence[str | int]] = {
            "interval": [str(self.interval)],
            "period": list(periods),
        }
        times = utc(window.start), utc(window.end)
        rows = self.lake.scan(CANDLES, {**where, "bucket": [bucket_of(self.symbol)]}, *times)
        if self.as_of is not None:
            revised = self.lake.scan(CANDLE_REVISIONS, where, *times)
            known = pl.concat([rows, revised]).filter(pl.col("symbol") == self.symbol)
            known = known.filter(pl.col("known_at") <= utc(self.as_of)).sort("known_at")
            rows = known.unique("open_time", keep="last")
        mine = rows.filter(pl.col("symbol") == self.symbol).select(_COLUMNS)
        return collect(mine).sort("open_time")


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
