"""From stored candles to those of higher intervals, and what providers say of these themselves.

What is to be made follows from the coverage and from what was made before, whatever month it
is of: a run that finds nothing new reads a few rows of the ledger and commits nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from resources.lake import Lake
from resources.ledger import Ledger, commits, coverage, quality_events, resampled
from resources.ledger.resampled import OWN, What
from resources.market import Interval
from resources.plan import Window, overlaps, union, without
from resources.quality import apart
from resources.resample import Covered, Task, due, openings, resample, slices, whole
from resources.schemas import CANDLES, CANDLES_RESAMPLED, Table, bucket_of, utc

# Lower candles that are read at once: some 100 MB, and as much again while they are grouped.
_MOST = 500_000

_ORIGIN = (
    pl.col("provider").unique().sort().alias("providers"),
    # Imported where all of its parts are: such a row may be changed by all others.
    pl.col("mode").max(),
    pl.col("fetched_at").max(),
    pl.col("known_at").max(),
)


@dataclass(slots=True)
class Resampled:
    """Candles made or changed, candles compared with those of providers, those that differ."""

    rows: int = 0
    compared: int = 0
    apart: int = 0


class Resampler:
    """Keeps the table of resampled candles; closes that differ from the provider's own candle by
    more than the share `tolerance` become quality events."""

    def __init__(self, lake: Lake, ledger: Ledger, tolerance: float) -> None:
        self._lake = lake
        self._ledger = ledger
        self._tolerance = tolerance
        self._result = Resampled()

    def run(self, again: Window | None = None) -> Resampled:
        """Make what has become whole or has changed, and anew what lies in `again`.

        Raises StoreUnavailable when lake or ledger cannot be used.
        """
        covered = coverage.covered_by_interval(self._ledger)
        seq, keys = resampled.candle_keys(self._ledger)
        before = resampled.spans(self._ledger)
        changed = list(_tasks(_changed(keys, before)))
        if again:
            changed += _tasks(_within(again, before))
        for task in (*due(covered, before), *changed):
            for piece in slices(task, _MOST):
                self._make(piece)
        compare = [*_comparable(covered, resampled.spans(self._ledger))]
        compare += [_beside_own(task, covered) for task in changed]
        for task in compare:
            for piece in slices(task, _MOST) if task.windows else ():
                self._compare(piece)
        resampled.have_seen(self._ledger, seq)
        return self._result

    def _make(self, task: Task) -> None:
        made = resample(self._read(CANDLES, task.source, task), task.interval, *_ORIGIN)
        made = made.join(openings(task), on=["symbol", "open_time"], how="semi")
        merged = self._lake.merge(CANDLES_RESAMPLED, _as_rows(made, task))
        with self._ledger.write() as connection:
            resampled.add(connection, _whats(task, task.source))
            if merged.version is not None:
                count = merged.inserted + merged.revised
                name = CANDLES_RESAMPLED.name
                keys = _keys(made, task.interval)
                commits.record(connection, self._ledger, name, merged.version, keys, count)
                self._result.rows += count

    def _compare(self, task: Task) -> None:
        both = self._read(CANDLES, task.interval, task).join(
            self._read(CANDLES_RESAMPLED, task.interval, task),
            on=["symbol", "open_time"],
            suffix="_other",
        )
        both = both.join(openings(task), on=["symbol", "open_time"], how="semi")
        other = pl.col("close_other")
        told = both.filter(apart(pl.col("close"), other, self._tolerance)).select(
            "symbol",
            "interval",
            pl.col("open_time").dt.epoch("ms"),
            "provider",
            "close",
            pl.col("provider_other").alias("other_provider"),
            other.alias("other_close"),
        )
        events = [quality_events.Event("resampled", **row) for row in told.iter_rows(named=True)]
        with self._ledger.write() as connection:
            quality_events.record(connection, self._ledger, events)
            resampled.add(connection, _whats(task, OWN))
        self._result.compared += both.height
        self._result.apart += told.height

    def _read(self, table: Table, interval: Interval, task: Task) -> pl.DataFrame:
        """The candles of an interval within a task's time, of its markets."""
        where: Mapping[str, Sequence[str | int]] = {
            "interval": [str(interval)],
            "bucket": sorted({bucket_of(symbol) for symbol in task.windows}),
        }
        every = [window for some in task.windows.values() for window in some]
        start, end = min(w.start for w in every), max(w.end for w in every)
        rows = self._lake.scan(table, where, utc(start), utc(end))
        return rows.filter(pl.col("symbol").is_in(list(task.windows))).collect()


def _changed(
    keys: Iterable[commits.Key], done: Mapping[What, Sequence[Window]]
) -> Iterator[tuple[What, list[Window]]]:
    """What was made of candles that were written since; a commit names its first and last."""
    written: dict[tuple[str, str], list[Window]] = {}
    for key in keys:
        span = Window(int(key["oldest"]), int(key["newest"]) + 1)
        written.setdefault((str(key["symbol"]), str(key["interval"])), []).append(span)
    for what, made in done.items():
        symbol, interval, source = what
        step = Interval(interval)
        spans = union(
            Window(step.floor(span.start), step.ceil(span.end))
            for span in written.get((symbol, source), ())
        )
        if changed := overlaps(made, spans):
            yield what, changed


def _within(
    window: Window, done: Mapping[What, Sequence[Window]]
) -> Iterator[tuple[What, list[Window]]]:
    for what, made in done.items():
        if what[2] != OWN:
            step = Interval(what[1])
            wider = Window(step.floor(window.start), step.ceil(window.end))
            yield what, overlaps(made, [wider])


def _tasks(found: Iterable[tuple[What, list[Window]]]) -> Iterator[Task]:
    """The same by interval and source, all markets together."""
    markets: dict[tuple[str, str], dict[str, list[Window]]] = {}
    for (symbol, interval, source), windows in found:
        if windows:
            markets.setdefault((interval, source), {})[symbol] = windows
    for (interval, source), windows_of in sorted(markets.items()):
        yield Task(Interval(interval), Interval(source), windows_of)


def _comparable(covered: Covered, done: Mapping[What, Sequence[Window]]) -> Iterator[Task]:
    """Where both a provider's candle and ours can be, and nobody has looked."""
    for interval, markets in covered.items():
        windows = {}
        for symbol, have in markets.items():
            made = union(w for one in Interval for w in done.get((symbol, interval, one), ()))
            both = overlaps(whole(have, interval), made)
            if todo := without(both, done.get((symbol, interval, OWN), ())):
                windows[symbol] = todo
        if windows:
            yield Task(interval, interval, windows)


def _beside_own(task: Task, covered: Covered) -> Task:
    """What of a task providers have candles of themselves."""
    own = covered.get(task.interval, {})
    both = {s: overlaps(some, union(own.get(s, ()))) for s, some in task.windows.items()}
    return Task(task.interval, task.interval, {s: some for s, some in both.items() if some})


def _whats(task: Task, source: str) -> list[tuple[What, Sequence[Window]]]:
    interval = str(task.interval)
    return [((symbol, interval, source), windows) for symbol, windows in task.windows.items()]


def _as_rows(made: pl.DataFrame, task: Task) -> pl.DataFrame:
    buckets = {symbol: bucket_of(symbol) for symbol in task.windows}
    return made.with_columns(
        interval=pl.lit(str(task.interval)),
        bucket=pl.col("symbol").replace_strict(buckets, return_dtype=pl.Int32),
        period=pl.col("open_time").dt.strftime(task.interval.period_form),
        provider=pl.lit(f"resampled:{task.source}"),
    )


def _keys(made: pl.DataFrame, interval: Interval) -> list[commits.Key]:
    newest = made.group_by("symbol").agg(pl.col("open_time").max().dt.epoch("ms")).sort("symbol")
    return [{"symbol": s, "interval": str(interval), "newest": at} for s, at in newest.iter_rows()]
