"""Arithmetic of gaps: what answers make of the gaps that are stored, without a database.

Windows are [start, end) of open times, ms since 1970 UTC, aligned to the interval.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from resources.plan import Window, missing, overlaps

NO_TRADE = "no trade"
NOT_LISTED = "not listed"
OUTAGE = "outage"


@dataclass(frozen=True, slots=True)
class Seen:
    """What one provider's answer proved: of `window` the table lacks the candles of `holes`.

    Holes are of the table, not of the answer: where another provider's candle is stored there
    is no gap. `gaps.subtract` makes the ones of the other. A quarantined candle is no hole.
    """

    symbol: str
    provider: str
    window: Window
    holes: Sequence[Window]


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """One stored row; `providers` is everyone who was asked about the whole of it, sorted."""

    window: Window
    reason: str
    providers: tuple[str, ...]

    def says(self, other: "Gap") -> bool:
        return (self.reason, self.providers) == (other.reason, other.providers)


def after(stored: Sequence[Gap], seen: Sequence[Seen]) -> Iterator[Gap]:
    """The gaps of a market that these answers leave, in pieces and in order.

    Reasons of pieces that were no gap before are still to be found.
    """
    marks: list[tuple[int, int, Gap | Seen | str]] = []
    for gap in stored:
        marks += [(gap.window.start, 1, gap), (gap.window.end, -1, gap)]
    for one in seen:
        marks += [(one.window.start, 1, one), (one.window.end, -1, one)]
        for hole in (each.clip(one.window) for each in one.holes):
            if hole.length:
                marks += [(hole.start, 1, one.provider), (hole.end, -1, one.provider)]
    marks.sort(key=lambda mark: mark[:2])
    known: Gap | None = None
    windows, at, lacking = 0, 0, Counter[str]()
    for time, step, what in marks:
        # Of as many answers as lack a candle here nobody has it.
        if time > at and windows == lacking.total() and (known or windows):
            names = {*(known.providers if known else ()), *+lacking}
            reason = known.reason if known else NO_TRADE
            yield Gap(Window(at, time), reason, tuple(sorted(names)))
        at = time
        if isinstance(what, Gap):
            known = what if step > 0 else None
        elif isinstance(what, Seen):
            windows += step
        else:
            lacking[what] += step


def reasoned(
    pieces: Iterable[Gap],
    covered: Sequence[Window],
    delisted: Mapping[str, Sequence[Window]],
) -> Iterator[Gap]:
    """The pieces, of one reason each.

    `not listed` is what precedes the first candle of `covered`, and what lies where all who
    were asked have it as `delisted` (ranges by provider). An outage stays one.
    """
    every = list(pieces)
    first = _first_candle(covered, [piece.window for piece in every])
    for piece in every:
        if first is None or piece.window.start < first:
            yield replace(piece, reason=NOT_LISTED)
            continue
        listed = replace(piece, reason=OUTAGE if piece.reason == OUTAGE else NO_TRADE)
        ended = [piece.window]
        for provider in piece.providers:
            ended = overlaps(ended, delisted.get(provider, ()))
        parts = [replace(listed, window=window) for window in missing(piece.window, ended)]
        parts += [replace(listed, window=window, reason=NOT_LISTED) for window in ended]
        yield from sorted(parts)


def joined(pieces: Iterable[Gap]) -> list[Gap]:
    """Pieces in order, those that touch and say the same made one."""
    rows: list[Gap] = []
    for piece in pieces:
        if rows and rows[-1].window.end == piece.window.start and rows[-1].says(piece):
            rows[-1] = replace(piece, window=Window(rows[-1].window.start, piece.window.end))
        else:
            rows.append(piece)
    return rows


def _first_candle(covered: Sequence[Window], gaps: Sequence[Window]) -> int | None:
    """The first open time that is covered and no gap."""
    held = (part for window in covered for part in missing(window, gaps))
    return next((part.start for part in held), None)
