"""What a provider that has not told a market's candles says of a day's closes."""

import asyncio
from dataclasses import dataclass, field

import polars as pl

from assets.measuring import Day
from resources.errors import HeadwaterError, NotFound
from resources.feeds import Feeds
from resources.flush import CandlePage
from resources.ledger import Ledger, quality_events
from resources.market import Interval, Symbol
from resources.plan import Window
from resources.quality import apart

_AT_ONCE = 8


@dataclass(slots=True)
class Comparisons:
    """How many candles of (symbol, interval) were compared and differ, and why others were not.

    Markets that no other provider has are in neither.
    """

    compared: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


async def ask_others(feeds: Feeds, ledger: Ledger, day: Day, tolerance: float) -> Comparisons:
    """Ask for one page of each market's main interval; nothing of it is stored.

    Closes that differ by more than the share `tolerance` become quality events.
    """
    comparisons, gate = Comparisons(), asyncio.Semaphore(_AT_ONCE)

    async def ask(symbol: str, interval: Interval) -> None:
        stored = await asyncio.to_thread(day.stored, interval, symbol)
        window = Window(interval.ceil(day.window.start), interval.floor(day.window.end))
        if stored.is_empty() or not window.length:
            return
        but = frozenset(stored["provider"])
        try:
            async with gate:
                market = Symbol.canonical(symbol)
                page = await feeds.candle_page(market, interval, window, but)
        except NotFound:
            return
        except HeadwaterError as error:
            comparisons.failed[symbol] = str(error)
        else:
            comparisons.compared[symbol, str(interval)] = await asyncio.to_thread(
                _compare, ledger, interval, page, stored, tolerance
            )

    await asyncio.gather(*(ask(*market) for market in day.main_intervals().items()))
    return comparisons


def _compare(
    ledger: Ledger, interval: Interval, page: CandlePage, stored: pl.DataFrame, tolerance: float
) -> tuple[int, int]:
    """How many closed candles are in both, and how many of these differ."""
    opens, other = pl.col("open_time").dt.epoch("ms"), pl.col("close_other")
    both = (
        stored.unique("open_time", keep="last")
        .join(page.frame.unique("open_time", keep="last"), on="open_time", suffix="_other")
        .filter(opens + interval.ms <= page.told_at, other.is_finite(), other > 0)
    )
    told_otherwise = both.filter(apart(pl.col("close"), other, tolerance))
    events = [
        quality_events.Event(
            "disagreement", page.symbol, str(interval), at, provider, close, page.provider, told
        )
        for at, provider, close, told in told_otherwise.select(
            opens, "provider", "close", "close_other"
        ).iter_rows()
    ]
    if events:
        with ledger.write() as connection:
            quality_events.record(connection, ledger, events)
    return both.height, told_otherwise.height
