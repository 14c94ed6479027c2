"""Candles of a higher interval out of those of a lower one; nothing is invented.

A higher candle is made where its whole span was asked for and answered, and at least one
lower candle lies in it. Of several lower intervals the finest one that covers is taken.
Windows are [start, end) of open times, ms since 1970, UTC.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from resources.market import Interval
from resources.plan import Window, overlaps, union, without
from resources.schemas import UTC_TIME

_SUMS = ("volume", "quote_volume", "trades")

Covered = Mapping[Interval, Mapping[str, Sequence[Window]]]
# By (symbol, interval of the candles that are made, interval of their parts).
Done = Mapping[tuple[str, str, str], Sequence[Window]]


@dataclass(frozen=True, slots=True)
class Task:
    """Candles of one interval that can be made of another, by symbol."""

    interval: Interval
    source: Interval
    windows: Mapping[str, Sequence[Window]]


def resample(candles: pl.DataFrame, interval: Interval, *more: pl.Expr) -> pl.DataFrame:
    """Candles of `interval`, sorted by symbol and time, whatever the order of their parts.

    `candles` has symbol and the columns of CANDLE_PAGE, of an interval that divides the
    other. The first open and the last close, the highest and the lowest price; sums of
    volumes and trades, null where a part has none; `parts` is how many candles there were,
    `more` are aggregates of other columns of them.
    """
    return (
        candles.sort("symbol", "open_time")
        .group_by("symbol", opening(interval).alias("open_time_"), maintain_order=True)
        .agg(
            pl.col("open").first(),
            pl.col("high").max(),
            pl.col("low").min(),
            pl.col("close").last(),
            *(pl.when(pl.col(c).null_count() == 0).then(pl.col(c).sum()).alias(c) for c in _SUMS),
            pl.len().cast(pl.Int32).alias("parts"),
            *more,
        )
        .rename({"open_time_": "open_time"})
    )


def opening(interval: Interval) -> pl.Expr:
    """The open time of the candle that holds each `open_time`; as Interval.floor."""
    offset = interval.floor(0) % interval.ms
    at = pl.col("open_time").dt.epoch("ms") - offset
    floored = at // interval.ms * interval.ms + offset
    return pl.from_epoch(floored, "ms").dt.replace_time_zone("UTC").cast(UTC_TIME)


def whole(covered: Sequence[Window], interval: Interval) -> list[Window]:
    """The candles of an interval whose whole span is covered."""
    aligned = (Window(interval.ceil(w.start), interval.floor(w.end)) for w in union(covered))
    return [window for window in aligned if window.length]


def due(covered: Covered, done: Done) -> Iterator[Task]:
    """What can be made of stored candles and has not been, shortest intervals first.

    What was made of one interval stays made of it, also where a finer one covers later.
    """
    for interval in Interval:
        taken: dict[str, list[Window]] = {}
        for source in (one for one in Interval if one.ms < interval.ms):
            windows = {}
            for symbol, have in covered.get(source, {}).items():
                made = [w for one in Interval for w in done.get((symbol, interval, one), ())]
                can = whole(have, interval)
                if todo := without(can, union([*made, *taken.get(symbol, ())])):
                    windows[symbol] = todo
                taken[symbol] = union([*taken.get(symbol, ()), *can])
            if windows:
                yield Task(interval, source, windows)


def slices(task: Task, most: int) -> Iterator[Task]:
    """The task in parts, oldest first, each of about `most` lower candles at the most."""
    start = min(window.start for some in task.windows.values() for window in some)
    end = max(window.end for some in task.windows.values() for window in some)
    parts = most * task.source.ms // len(task.windows)
    step = max(1, parts // task.interval.ms) * task.interval.ms
    for at in range(start, end, step):
        piece = Window(at, at + step)
        clipped = {symbol: overlaps(some, [piece]) for symbol, some in task.windows.items()}
        if kept := {symbol: some for symbol, some in clipped.items() if some}:
            yield Task(task.interval, task.source, kept)


def openings(task: Task) -> pl.DataFrame:
    """Every candle of a task: its symbol and open_time."""
    rows = [(symbol, w.start, w.end) for symbol, some in task.windows.items() for w in some]
    frame = pl.DataFrame(rows, schema=["symbol", "start", "end"], orient="row")
    times = pl.int_ranges("start", "end", task.interval.ms).alias("open_time")
    opens = frame.select("symbol", times).explode("open_time")
    at = pl.from_epoch("open_time", "ms").dt.replace_time_zone("UTC").cast(UTC_TIME)
    return opens.with_columns(at)
