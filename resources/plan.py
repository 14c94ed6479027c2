"""Arithmetic of ranges: what is covered, what is missing, what it costs to fetch. And the names that rooms share.

All windows are [start, end) of open times, milliseconds since 1970, UTC.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from resources.market import Interval, Symbol
from resources.providers.base import CandleQuery, Candles, Provider

OHLCV_ASSET = "ohlcv"
OHLCV_JOB = "collect_ohlcv"
PRICES_ASSET = "prices"
PRICES_JOB = "collect_prices"
MARKET_JOB = "collect_market"
HOURLY_JOB = "collect_hourly"
NEWS_JOB = "collect_news"
NEWS_ASSET = "news"
SENTIMENT_ASSET = "sentiment"
SNAPSHOTS_ASSET = "provider_snapshots"
SNAPSHOTS_JOB = "collect_snapshots"
HEALTH_JOB = "health_checks"
RATE_LIMITS_JOB = "rate_limit_snapshot"
METRICS_JOB = "metrics_aggregation"
CLEANUP_JOB = "database_cleanup"
DISCOVERY_JOB = "discover_providers"
COMPACTION_JOB = "compact_lake"
RETENTION_JOB = "retention"
BACKUP_JOB = "daily_backup"
VACUUM_JOB = "database_vacuum"
RESAMPLED_ASSET = "ohlcv_resampled"
QUALITY_ASSET = "candle_quality"
QUALITY_JOB = "measure_quality"
# Tag of a run of candles: its row in the ledger's `collections`.
COLLECTION_TAG = "headwater/collection"
# What kind of collection it is: one of MODES; without it the months chosen in Dagster.
MODE_TAG = "headwater/mode"
# Who has asked for it: api, command line, schedule or start; without it someone in Dagster.
ORIGIN_TAG = "headwater/origin"
MODES = ("backward", "forward", "gap_fill")


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

    def opens(self, interval: Interval, now: int) -> "Window":
        """The candles that open in this window and have closed by `now`."""
        return Window(interval.ceil(self.start), min(interval.ceil(self.end), interval.floor(now)))

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


def overlaps(some: Sequence[Window], others: Sequence[Window]) -> list[Window]:
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


def without(some: Sequence[Window], others: Sequence[Window]) -> list[Window]:
    """What of a list, disjoint and in order, no window of another list holds."""
    if not some or not others:
        return list(some)
    return overlaps(some, missing(Window(some[0].start, some[-1].end), others))


@dataclass(frozen=True, slots=True)
class Demand:
    """Candles of one market that are to be fetched."""

    symbol: Symbol
    interval: Interval
    window: Window


@dataclass(frozen=True, slots=True)
class Cost:
    """What of a collection one provider bears; `minutes` is when its last call can be sent."""

    requests: int
    weight: int
    minutes: float

    def __str__(self) -> str:
        calls = "1 request" if self.requests == 1 else f"{self.requests} requests"
        return f"{calls} of weight {self.weight} within {self._time()}"

    def _time(self) -> str:
        seconds = max(1, math.ceil(self.minutes * 60))
        if seconds >= 60:
            return f"{self.minutes:.1f} minutes"
        return "1 second" if seconds == 1 else f"{seconds} seconds"


def cost(
    demands: Iterable[Demand],
    providers: Sequence[Provider],
    able: Callable[[Provider, Demand], bool],
) -> Mapping[str, Cost]:
    """What a collection costs each provider that takes part, by id, with budgets that are all free.

    Each page goes to the provider that can send it soonest, of several the first one: so
    do the pools, which ask the next member where a budget is used up. Pages are counted
    full, as history without holes has them. Demands that nobody is able to serve cost nothing.
    """
    purses = {p.id: _Purse(p, p.candles) for p in providers if p.candles}
    for whole in demands:
        demand = whole
        can = [one for one in purses.values() if one.files or able(one.provider, demand)]
        while demand.window.length:
            # Whether a file is worth it differs from page to page.
            now = (one for one in can if not one.files or able(one.provider, demand))
            soonest = min(now, key=lambda purse: purse.next_at, default=None)
            if soonest is None:
                break
            held = soonest.spend(demand) * demand.interval.ms
            rest = Window(demand.window.start + held, demand.window.end)
            demand = Demand(demand.symbol, demand.interval, rest)
    return {name: purse.cost() for name, purse in purses.items() if purse.requests}


# Besides its limits a provider gets 16 calls at once, each of a quarter of a second.
_CALLS_A_SECOND = 64


class _Purse:
    """One provider's share of a plan."""

    def __init__(self, provider: Provider, candles: Candles) -> None:
        self.requests = 0
        self.next_at = 0.0  # seconds from the start, for a call as heavy as the last one
        self.provider = provider
        self.files = candles.files
        self._candles = candles
        self._weight = 0
        self._last_at = 0.0

    def spend(self, demand: Demand) -> int:
        """Pay for the first page; returns how many candles it holds."""
        native = self.provider.native(demand.symbol) or ""
        query = CandleQuery(native, demand.interval, demand.window.start, demand.window.end)
        calls = self._candles.calls(query)
        weight = sum(call.weight for call in calls)
        self._last_at = max(self._free_at(weight), self.requests / _CALLS_A_SECOND)
        self.requests += len(calls)
        self._weight += weight
        self.next_at = self._free_at(weight)
        return self._candles.holds(query)

    def cost(self) -> Cost:
        return Cost(self.requests, self._weight, self._last_at / 60)

    def _free_at(self, weight: int) -> float:
        """When a call may be sent: what no longer fits a window waits until that has passed."""
        waits = (
            (self._weight + weight - 1) // limit.amount * limit.seconds
            for limit in self.provider.limits
        )
        return max(waits, default=0.0)
