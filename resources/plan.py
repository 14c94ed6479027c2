"""Arithmetic of ranges: what is covered, what is missing. And the names that rooms share.

All windows are [start, end) of open times, milliseconds since 1970, UTC.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

OHLCV_ASSET = "ohlcv"
OHLCV_JOB = "collect_ohlcv"
PRICES_ASSET = "prices"
PRICES_JOB = "collect_prices"


def day_key(at: int) -> str:
    """The daily partition that holds a moment."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d")


def month_key(at: int) -> str:
    """The monthly partition that holds a moment."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-01")


@dataclass(frozen=True, slots=True, order=True)
class Window:
    start: int
    end: int

    @property
    def length(self) -> int:
        return max(0, self.end - self.start)

    def clip(self, other: "Window") -> "Window":
        """The part of this window that lies in the other; its length may be 0."""
        return Window(max(self.start, other.start), min(self.end, other.end))


def union(windows: Iterable[Window]) -> list[Window]:
    """The same ranges, disjoint, in order, those that touch joined."""
    joined: list[Window] = []
    for window in sorted(w for w in windows if w.length):
        if joined and window.start <= joined[-1].end:
            joined[-1] = Window(joined[-1].start, max(joined[-1].end, window.end))
        else:
            joined.append(window)
    return joined


def missing(wanted: Window, covered: Sequence[Window]) -> list[Window]:
    """What of `wanted` no window of `covered` holds, in order."""
    gaps, at = [], wanted.start
    for window in union(covered):
        if window.start > at:
            gaps.append(Window(at, window.start).clip(wanted))
        at = max(at, window.end)
    gaps.append(Window(at, wanted.end))
    return [gap for gap in gaps if gap.length]
