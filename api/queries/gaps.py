"""Which candles are missing, and why."""

from dataclasses import dataclass

import polars as pl

from api.params import now_ms
from api.queries.candles import CandleView
from api.queries.fill import known_range
from resources.ledger import Ledger, coverage, quarantine
from resources.plan import Window, missing, union

NOT_FETCHED = "not fetched"
NOT_THERE = "no candle at the provider"
QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Gap:
    window: Window
    reason: str


@dataclass(frozen=True, slots=True)
class Completeness:
    """What of an aligned window is stored. `gaps` are in order; one reason each."""

    window: Window
    expected: int
    present: int
    gaps: list[Gap]


def completeness(
    ledger: Ledger, view: CandleView, start: int | None, end: int | None
) -> Completeness:
    """Counts closed candles with open times in [start, end).

    By default from the first stored candle to the close of the last.
    """
    interval = view.interval
    now = now_ms()
    known = known_range(view, now) if start is None or end is None else Window(0, 0)
    first = interval.ceil(known.start if start is None else start)
    last = min(interval.ceil(known.end if end is None else end), interval.floor(now))
    window = Window(first, max(first, last))
    times = view.between(window)["open_time"].dt.epoch("ms")
    gaps = _explained(ledger, view, _holes(times, window, interval.ms))
    return Completeness(window, window.length // interval.ms, len(times), gaps)


def _holes(times: pl.Series, window: Window, step: int) -> list[Window]:
    """The runs of open times that `times` lacks; a year of minutes takes milliseconds."""
    before = pl.concat([pl.Series([window.start - step], dtype=pl.Int64), times]) + step
    after = pl.concat([times, pl.Series([window.end], dtype=pl.Int64)])
    edges = pl.DataFrame({"from": before, "to": after}).filter(pl.col("to") > pl.col("from"))
    return [Window(start, end) for start, end in edges.iter_rows()]


def _explained(ledger: Ledger, view: CandleView, holes: list[Window]) -> list[Gap]:
    """The holes in parts of one reason each, in order."""
    if not holes:
        return []
    step, span = view.interval.ms, Window(holes[0].start, holes[-1].end)
    times = quarantine.candle_times(ledger, view.symbol, view.interval)
    broken = union(Window(at, at + step) for at in times)
    covered = coverage.covered(ledger, view.symbol, view.interval)
    others = _shared(holes, missing(span, broken))
    reasons = [
        (QUARANTINED, _shared(holes, broken)),
        (NOT_THERE, _shared(others, covered)),
        (NOT_FETCHED, _shared(others, missing(span, covered))),
    ]
    gaps = [Gap(part, reason) for reason, parts in reasons for part in parts]
    return sorted(gaps, key=lambda gap: gap.window.start)


def _shared(some: list[Window], others: list[Window]) -> list[Window]:
    """What lies in both of two lists, each disjoint and in order; a step for each window."""
    found, at = [], 0
    for window in some:
        while at < len(others) and others[at].end <= window.start:
            at += 1
        reached = at
        while reached < len(others) and others[reached].start < window.end:
            found.append(window.clip(others[reached]))
            reached += 1
    return found
