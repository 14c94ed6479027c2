"""From missing ranges to flushed pages: the loop that fills the candle tables.

Symbols of one month are fetched together, and what a page holds beyond the month waits
for it, so that a flush never crosses a partition. A flush follows every 5 seconds or
50,000 rows: the most that a kill makes to be fetched again.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from resources.errors import HeadwaterError, MalformedResponse
from resources.feeds import Feeds
from resources.flush import CandlePage, Flushed, flush_candles
from resources.lake import Lake
from resources.ledger import Ledger, coverage
from resources.market import Interval, Symbol
from resources.plan import Cost, Demand, Window, missing
from resources.schemas import bucket_of, utc

FLUSH_ROWS = 50_000
FLUSH_SECONDS = 5.0
_AT_ONCE = 8


@dataclass(slots=True)
class Collected:
    """What a collection did: counts, and the error of each symbol that could not be finished."""

    flushed: Flushed = field(default_factory=Flushed)
    pages: int = 0
    failed: dict[str, HeadwaterError] = field(default_factory=dict)


@dataclass(slots=True)
class _Cursor:
    """How far one symbol has come: what is still missing, and the page that reaches beyond."""

    symbol: Symbol
    todo: list[Window]
    ahead: CandlePage | None = None

    def next_before(self, end: int) -> Window | None:
        """The first missing window that begins before `end`, whole."""
        return self.todo[0] if self.todo and self.todo[0].start < end else None

    def advance(self, done: Window) -> None:
        """Go on behind what was answered; what an answer left out is not asked for again."""
        rest = Window(done.end, self.todo[0].end)
        ended = done.end <= self.todo[0].start or not rest.length
        self.todo[:1] = [] if ended else [rest]


class Collector:
    """Collects one interval of candles into the lake.

    `announce` hears before the first page what it will cost each provider, `progress` of
    every flush.
    """

    def __init__(
        self,
        feeds: Feeds,
        lake: Lake,
        ledger: Ledger,
        interval: Interval,
        mode: str,
        progress: Callable[[Flushed], None] = lambda _: None,
        announce: Callable[[Mapping[str, Cost]], None] = lambda _: None,
    ) -> None:
        self._feeds = feeds
        self._lake = lake
        self._ledger = ledger
        self._interval = interval
        self._mode = mode
        self._progress = progress
        self._announce = announce
        self._ready: list[CandlePage] = []
        self._rows = 0
        self._flushing = asyncio.Lock()
        self._result = Collected()

    async def collect(self, symbols: Sequence[Symbol], window: Window) -> Collected:
        """Fetch and store what is missing of `window` per symbol, oldest month first.

        A symbol that fails does not stop the others; its error stands in the result.
        Raises StoreUnavailable when lake or ledger cannot be written.
        """
        todo = self._missing(symbols, window)
        demands = [Demand(s, self._interval, one) for s, gaps in todo.items() for one in gaps]
        self._announce(self._feeds.cost(demands))
        # By bucket, so that the flushes of a month seldom meet in one partition of the lake.
        ordered = sorted(symbols, key=lambda symbol: bucket_of(str(symbol)))
        cursors = [_Cursor(symbol, todo[symbol]) for symbol in ordered if todo[symbol]]
        gate = asyncio.Semaphore(_AT_ONCE)
        regularly = asyncio.create_task(self._flush_regularly())
        try:
            for month_end in _month_ends(window):
                await _together(self._fill(cursor, month_end, gate) for cursor in cursors)
                await self._flush()
                if regularly.done():
                    regularly.result()
        finally:
            regularly.cancel()
        return self._result

    def _missing(self, symbols: Sequence[Symbol], window: Window) -> Mapping[Symbol, list[Window]]:
        interval = self._interval
        wanted = Window(interval.ceil(window.start), interval.floor(window.end))
        have = coverage.covered_many(self._ledger, [str(s) for s in symbols], interval)
        return {symbol: missing(wanted, have.get(str(symbol), [])) for symbol in symbols}

    async def _fill(self, cursor: _Cursor, month_end: int, gate: asyncio.Semaphore) -> None:
        """Take what there is of one symbol up to the month's end, a few symbols at once."""
        async with gate:
            if cursor.ahead is not None:
                page, cursor.ahead = cursor.ahead, None
                await self._take(cursor, page, month_end)
            while str(cursor.symbol) not in self._result.failed:
                window = cursor.next_before(month_end)
                if window is None:
                    return
                try:
                    page = await self._feeds.candle_page(cursor.symbol, self._interval, window)
                except HeadwaterError as error:
                    self._result.failed[str(cursor.symbol)] = error
                    return
                self._note(cursor, window, page)
                await self._take(cursor, page, month_end)

    def _note(self, cursor: _Cursor, window: Window, page: CandlePage) -> None:
        """Move the cursor on; an answer that proves nothing of the past is a failure."""
        self._result.pages += 1
        cursor.advance(page.window)
        if not page.window.length and window.end < page.told_at - self._interval.ms:
            self._result.failed[str(cursor.symbol)] = MalformedResponse(
                f"{page.provider} answered nothing usable for {cursor.symbol} "
                f"from {utc(window.start)} on",
                page.provider,
            )

    async def _take(self, cursor: _Cursor, page: CandlePage, month_end: int) -> None:
        now, cursor.ahead = _split(page, month_end)
        self._ready.append(now)
        self._rows += now.frame.height
        if self._rows >= FLUSH_ROWS:
            await self._flush()

    async def _flush_regularly(self) -> None:
        """What has been fetched is stored in time, also while providers keep us waiting."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self._flush()

    async def _flush(self) -> None:
        async with self._flushing:
            pages, self._ready, self._rows = self._ready, [], 0
            if not pages:
                return
            done = await asyncio.to_thread(
                flush_candles, self._lake, self._ledger, self._interval, pages, self._mode
            )
            self._result.flushed.add(done)
            self._progress(done)


async def _together(work: Iterable[Coroutine[None, None, None]]) -> None:
    """Run all at once; the first error ends the others and is raised as it is."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


def _split(page: CandlePage, end: int) -> tuple[CandlePage, CandlePage | None]:
    """The page up to `end`, and the rest of it when it reaches further."""
    if page.window.end <= end:
        return page, None
    # Parsers answer oldest first, so that the rows of both parts are slices.
    cut = max(page.window.start, end)
    before = page.frame["open_time"].search_sorted(utc(end))
    return (
        replace(page, frame=page.frame.head(before), window=Window(page.window.start, cut)),
        replace(page, frame=page.frame.slice(before), window=Window(cut, page.window.end)),
    )


def _month_ends(window: Window) -> list[int]:
    """The ends of the months that a window touches, oldest first."""
    ends: list[int] = []
    at = datetime.fromtimestamp(window.start / 1000, UTC)
    while not ends or ends[-1] < window.end:
        at = datetime(at.year + at.month // 12, at.month % 12 + 1, 1, tzinfo=UTC)
        ends.append(int(at.timestamp() * 1000))
    return ends
