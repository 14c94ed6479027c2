"""Which candles are missing, and why."""

from collections.abc import Iterator
from dataclasses import dataclass

from api.params import now_ms
from api.queries.fill import known_range
from resources.candle_view import CandleView
from resources.holes import holes_between
from resources.ledger import Ledger, coverage, gaps, market_statuses, quarantine
from resources.ledger.gap_ranges import NO_TRADE, NOT_LISTED, Gap
from resources.plan import Window, overlaps, union, without

NOT_FETCHED = "not fetched"
QUARANTINED = "quarantined"


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
    found = sorted(_explained(ledger, view, holes_between(times, window, interval.ms)))
    return Completeness(window, window.length // interval.ms, len(times), found)


def _explained(ledger: Ledger, view: CandleView, holes: list[Window]) -> Iterator[Gap]:
    """The holes in parts of one reason each.

    Nobody was asked about those that were collected before gaps were kept.
    """
    if not holes:
        return
    step = view.interval.ms
    times = quarantine.candle_times(ledger, view.symbol, view.interval)
    broken = union(Window(at, at + step) for at in times)
    for part in overlaps(holes, broken):
        yield Gap(part, QUARANTINED, ())
    rest = without(holes, broken)
    span = Window(holes[0].start, holes[-1].end)
    stored = gaps.read(ledger, view.symbol, view.interval, span)
    for said in {(gap.reason, gap.providers) for gap in stored}:
        windows = [gap.window for gap in stored if (gap.reason, gap.providers) == said]
        for part in overlaps(rest, windows):
            yield Gap(part, *said)
    rest = without(rest, [gap.window for gap in stored])
    covered = coverage.covered(ledger, view.symbol, view.interval)
    for part in overlaps(rest, covered):
        yield Gap(part, NO_TRADE, ())
    yield from _unasked(ledger, view, without(rest, covered))


def _unasked(ledger: Ledger, view: CandleView, holes: list[Window]) -> Iterator[Gap]:
    """Holes that nobody was asked about: no candle opens while no provider lists a market."""
    ceil = view.interval.ceil
    gone = [
        Window(ceil(one.window.start), ceil(one.window.end))
        for one in market_statuses.statuses(ledger, view.symbol)
        if one.status == market_statuses.DELISTED
    ]
    for part in overlaps(holes, gone):
        yield Gap(part, NOT_LISTED, ())
    for part in without(holes, gone):
        yield Gap(part, NOT_FETCHED, ())
