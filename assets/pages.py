"""Pages of candles, cut to months and to holes."""

from dataclasses import replace
from datetime import UTC, datetime

from resources.flush import CandlePage
from resources.plan import Window
from resources.schemas import utc


def holds(window: Window, at: int) -> bool:
    return window.start <= at < window.end


def split(page: CandlePage, end: int) -> tuple[CandlePage, CandlePage | None]:
    """The page up to `end`, and the rest of it when it reaches further."""
    if page.window.end <= end:
        return page, None
    # Parsers answer oldest first, so that the rows of both parts are slices.
    cut = max(page.window.start, end)
    before = _count_before(page, end)
    return (
        replace(page, frame=page.frame.head(before), window=Window(page.window.start, cut)),
        replace(page, frame=page.frame.slice(before), window=Window(cut, page.window.end)),
    )


def _count_before(page: CandlePage, at: int) -> int:
    # A tenth of what search_sorted takes for a time.
    return int((page.frame["open_time"] < utc(at)).sum())


def part(page: CandlePage, window: Window) -> CandlePage:
    """What a page says of a window that lies in its own; where both end together, also what it
    says of candles that are not closed yet."""
    if window == page.window:
        return page
    first = _count_before(page, window.start)
    last = _count_before(page, window.end) if window.end < page.window.end else page.frame.height
    return replace(page, frame=page.frame.slice(first, last - first), window=window)


def months(window: Window) -> list[Window]:
    """The months that a window touches, oldest first."""
    months: list[Window] = []
    at = datetime.fromtimestamp(window.start / 1000, UTC).replace(day=1, hour=0, minute=0)
    at = at.replace(second=0, microsecond=0)
    while not months or months[-1].end < window.end:
        following = datetime(at.year + at.month // 12, at.month % 12 + 1, 1, tzinfo=UTC)
        months.append(Window(int(at.timestamp() * 1000), int(following.timestamp() * 1000)))
        at = following
    return months
