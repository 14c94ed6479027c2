"""From missing ranges to flushed pages: the loop that fills the candle tables.

Symbols of one month are fetched together, and what a page holds beyond the month waits
for it, so that a flush never crosses a partition. A flush follows every 5 seconds or
50,000 rows: the most that a kill makes to be fetched again. At the end of a month others
are asked for what the answers left out.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence

from assets.boundary import pause
from assets.collected import Collected, Collecting
from assets.market_progress import MarketProgress
from assets.pages import holds, months, part, split
from resources.errors import (
    HeadwaterError,
    MalformedResponse,
    NotCalled,
    NotFound,
    ProviderError,
    StoreUnavailable,
)
from resources.feeds import PUBLISHED_WITHIN, Feeds
from resources.flush import CandlePage, Flushed, flush_candles
from resources.lake import Lake
from resources.ledger import Ledger, coverage, gaps
from resources.ledger.collections import SymbolState
from resources.market import Interval, Symbol
from resources.plan import Cost, Demand, Window
from resources.schemas import bucket_of, utc

FLUSH_ROWS = 50_000
FLUSH_SECONDS = 5.0
_AT_ONCE = 8
# Missing candles no further apart than this many are asked for together.
_REACH = 500


class Collector:
    """Collects one interval of candles into the lake.

    `announce` hears before the first page what it will cost each provider, `tell` at least
    every few seconds of the markets whose state has changed, and `progress` of every flush.
    """

    def __init__(
        self,
        feeds: Feeds,
        lake: Lake,
        ledger: Ledger,
        interval: Interval,
        how: Collecting,
        *,
        progress: Callable[[Flushed], None] = lambda _: None,
        announce: Callable[[Mapping[str, Cost]], None] = lambda _: None,
        tell: Callable[[Sequence[SymbolState]], None] = lambda _: None,
    ) -> None:
        self._feeds = feeds
        self._lake = lake
        self._ledger = ledger
        self._interval = interval
        self._how = how
        self._progress = progress
        self._announce = announce
        self._tell = tell
        self._ready: list[CandlePage] = []
        self._rows = 0
        self._flushing = asyncio.Lock()
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._markets: dict[str, MarketProgress] = {}
        self._result = Collected()

    async def collect(self, todo: Mapping[Symbol, Sequence[Window]], window: Window) -> Collected:
        """Fetch and store these ranges per market, oldest month first, and ask others for the
        gaps that are known in `window`.

        A market that fails does not stop the others. Raises StoreUnavailable when lake or
        ledger cannot be written.
        """
        demands = [Demand(s, self._interval, one) for s, some in todo.items() for one in some]
        self._announce(self._feeds.cost(demands))
        # By bucket, so that the flushes of a month seldom meet in one partition of the lake.
        ordered = sorted(todo, key=lambda symbol: bucket_of(str(symbol)))
        self._markets = {str(s): MarketProgress(s, self._interval, list(todo[s])) for s in ordered}
        await self._tell_changes()
        try:
            await self._flushing_regularly(self._go_through(window))
        except asyncio.CancelledError:
            # At once: nothing is waited for any more.
            with contextlib.suppress(StoreUnavailable):
                self._tell(self._changes())
            raise
        self._end(todo)
        await asyncio.to_thread(self._tell, self._result.states)
        return self._result

    async def _go_through(self, window: Window) -> None:
        for month in months(window):
            # A candle belongs to the month that it opens in, and may end in the next one.
            end = self._interval.ceil(month.end)
            await _together(self._fill(market, end) for market in self._markets.values())
            await self._flush()
            settled = Window(window.start, self._settled())
            await self._ask_others(Window(self._interval.ceil(month.start), end).clip(settled))

    async def _fill(self, market: MarketProgress, month_end: int) -> None:
        """Take what there is of one market up to the month's end, a few markets at once."""
        reach = _REACH * self._interval.ms
        while market.error is None and (window := market.next_before(month_end, reach)):
            answer = await self._page(market, window)
            if answer is None:
                break
            await self._take_ahead(market, month_end)
            if not answer.window.length and window.start < self._published(answer.told_at):
                # What it says is quarantined, and another is asked.
                market.useless[answer.provider] = _nothing_usable(market.symbol, answer, window)
                await self._take(market, answer, month_end)
                continue
            told = market.advance(answer.window)
            for hole in told or [answer.window]:
                await self._take(market, part(answer, hole), month_end)
        await self._take_ahead(market, month_end)

    async def _ask_others(self, month: Window) -> None:
        """Ask for what an answer of this month left out once more, of another provider."""
        opinions = self._how.opinions
        known = gaps.unsettled(self._ledger, self._interval, list(self._markets), month, opinions)
        broken = coverage.missing_many(self._ledger, list(self._markets), self._interval, month)
        asked = {
            name: [
                *known.get(name, ()),
                *((hole, market.served) for hole in broken[name] if hole.end <= market.reached),
            ]
            for name, market in self._markets.items()
            if market.error is None
        }
        await _together(self._ask(self._markets[name], one) for name, one in asked.items() if one)
        await self._flush()

    async def _ask(
        self, market: MarketProgress, holes: Sequence[tuple[Window, frozenset[str]]]
    ) -> None:
        """Fetch the holes of one market, several by one page where it reaches."""
        page: CandlePage | None = None
        end = max(hole.end for hole, _ in holes)
        for hole, asked in sorted(holes, key=lambda one: one[0]):
            left = hole
            while left.length:
                if page is None or page.provider in asked or not holds(page.window, left.start):
                    try:
                        page = await self._once(market, Window(left.start, end), asked)
                    except NotFound:
                        # Nobody else has it; a later hole somebody may have.
                        await asyncio.sleep(0)
                        break
                    except (ProviderError, NotCalled):
                        return
                if not holds(page.window, left.start):
                    return
                found = page.window.clip(left)
                self._keep(market, part(page, found))
                left = Window(found.end, left.end)

    async def _page(self, market: MarketProgress, window: Window) -> CandlePage | None:
        """The next page, tried again after 2, 4, 8 … s; None where the market cannot go on."""
        for attempt in range(self._how.retries + 1):
            try:
                return await self._once(market, window, frozenset(market.useless))
            except StoreUnavailable:
                raise
            except HeadwaterError as error:
                if attempt == self._how.retries or isinstance(error, NotFound):
                    market.fail(next(iter(market.useless.values()), error))
                    break
                market.retried(error)
                await asyncio.sleep(pause(attempt, error, self._ledger.now()))
        return None

    async def _once(
        self, market: MarketProgress, window: Window, but: frozenset[str]
    ) -> CandlePage:
        async with self._gate:
            market.begin()
            page = await self._feeds.candle_page(market.symbol, self._interval, window, but)
        self._result.pages += 1
        market.answered(page.provider)
        return page

    async def _take_ahead(self, market: MarketProgress, month_end: int) -> None:
        """What an earlier page holds of this month is stored with the next one: so a flush
        writes all of a market's month into one file."""
        pages, market.ahead = market.ahead, []
        for page in pages:
            await self._take(market, page, month_end)

    async def _take(self, market: MarketProgress, page: CandlePage, month_end: int) -> None:
        now, ahead = split(page, month_end)
        market.ahead += [ahead] if ahead else []
        self._keep(market, now)
        if self._rows >= FLUSH_ROWS:
            await self._flush()

    def _keep(self, market: MarketProgress, page: CandlePage) -> None:
        self._ready.append(page)
        self._rows += page.frame.height
        market.stored(min(page.frame.height, page.window.length // self._interval.ms))

    async def _flushing_regularly(self, work: Coroutine[None, None, None]) -> None:
        """What has been fetched is stored in time, also while providers keep us waiting; where
        that fails, the work ends at once."""
        done = asyncio.Event()

        async def flush_until_done() -> None:
            while not done.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(done.wait(), FLUSH_SECONDS)
                await self._flush()
                await self._tell_changes()

        async def work_until_done() -> None:
            try:
                await work
            finally:
                done.set()

        await _together([work_until_done(), flush_until_done()])

    async def _flush(self) -> None:
        async with self._flushing:
            pages, self._ready, self._rows = self._ready, [], 0
            if not pages:
                return
            how = self._how
            done = await asyncio.to_thread(
                flush_candles,
                self._lake,
                self._ledger,
                self._interval,
                pages,
                how.mode,
                how.tolerance,
            )
            self._result.flushed.add(done)
            self._progress(done)

    async def _tell_changes(self) -> None:
        # A word that is lost is made good by the next; candles are not.
        with contextlib.suppress(StoreUnavailable):
            await asyncio.to_thread(self._tell, self._changes())

    def _changes(self) -> list[SymbolState]:
        news = (market.news() for market in self._markets.values())
        return [state for state in news if state]

    def _settled(self) -> int:
        """Before this time every candle was published that will ever be."""
        return self._published(self._ledger.now())

    def _published(self, at: int) -> int:
        return self._interval.floor(at - PUBLISHED_WITHIN)

    def _end(self, todo: Mapping[Symbol, Sequence[Window]]) -> None:
        """Say of each market what is missing still of what was asked for."""
        settled = Window(0, self._settled())
        have = coverage.covered_many(self._ledger, list(self._markets), self._interval)
        for symbol, windows in todo.items():
            market = self._markets[str(symbol)]
            market.end([one.clip(settled) for one in windows], have.get(str(symbol), ()))
            if market.error is not None:
                self._result.errors[str(symbol)] = market.error
        self._result.states = [market.state() for market in self._markets.values()]


async def _together(work: Iterable[Coroutine[None, None, None]]) -> None:
    """Run all at once; the first error ends the others and is raised as it is."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


def _nothing_usable(symbol: Symbol, page: CandlePage, window: Window) -> MalformedResponse:
    """An answer that proves nothing of the past is a failure."""
    return MalformedResponse(
        f"{page.provider} answered nothing usable for {symbol} from {utc(window.start)} on",
        page.provider,
    )
