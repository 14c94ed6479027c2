"""How providers behaved: outcomes and durations of their calls, counted per provider and hour."""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.tables import provider_latencies, provider_outcomes

HOUR_MS = 3_600_000
KEPT_HOURS = 30 * 24
KEPT_MS = KEPT_HOURS * HOUR_MS
K = TypeVar("K")

# How many durations are in each bucket; see the table provider_latencies.
Buckets = Mapping[int, int]


@dataclass(slots=True)
class Statistics:
    """The calls of one provider in a span of time; times are ms since 1970, UTC.

    `outcomes` counts how calls ended ("ok", or a kind of failure), `durations` is a
    histogram of those that were answered. Rates and durations are None without calls.
    """

    outcomes: dict[str, int] = field(default_factory=dict)
    durations: dict[int, int] = field(default_factory=dict)
    last_success_at: int | None = None
    last_failure_at: int | None = None

    def count(self, outcome: str, calls: int, last_at: int) -> None:
        """Add calls that ended alike, the last of them at `last_at`."""
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + calls
        if outcome == "ok":
            self.last_success_at = max(last_at, self.last_success_at or 0)
        else:
            self.last_failure_at = max(last_at, self.last_failure_at or 0)

    @property
    def total(self) -> int:
        return sum(self.outcomes.values())

    @property
    def successful(self) -> int:
        return self.outcomes.get("ok", 0)

    @property
    def failed(self) -> int:
        return self.total - self.successful

    @property
    def rate_limited(self) -> int:
        return self.outcomes.get("rate_limited", 0)

    @property
    def success_rate(self) -> float | None:
        """In percent."""
        return round(100 * self.successful / self.total, 2) if self.total else None

    @property
    def error_types(self) -> dict[str, int]:
        return {kind: count for kind, count in sorted(self.outcomes.items()) if kind != "ok"}

    def percentile(self, fraction: float) -> float | None:
        return percentile(self.durations, fraction)

    @property
    def average_ms(self) -> float | None:
        return average(self.durations)


def bounds(bucket: int) -> tuple[float, float]:
    """The durations in a bucket: more than the first, at most the second, in ms."""
    return (0.0 if bucket <= 0 else 2 ** ((bucket - 1) / 4), 2 ** (bucket / 4))


def percentile(buckets: Buckets, fraction: float) -> float | None:
    """The duration (ms) that `fraction` of the calls did not exceed, by nearest rank.

    Within a bucket calls count as spread evenly, so that the answer lies in the bucket of
    the true one: at most 19 % off.
    """
    rank = max(1, math.ceil(fraction * sum(buckets.values())))
    below = 0
    for bucket, count in sorted(buckets.items()):
        if below + count >= rank:
            low, high = bounds(bucket)
            return round(low + (high - low) * (rank - below) / count, 2)
        below += count
    return None


def average(buckets: Buckets) -> float | None:
    """The mean duration in ms, each call counted as the middle of its bucket."""
    total = sum(buckets.values())
    if not total:
        return None
    return round(sum(sum(bounds(b)) / 2 * count for b, count in buckets.items()) / total, 2)


def overall(ledger: Ledger, hours: int) -> Statistics:
    """The calls of all providers as if they were one."""
    return _read(ledger, hours, lambda _: "all").get("all", Statistics())


def by_provider(ledger: Ledger, hours: int) -> dict[str, Statistics]:
    """Each provider that was called in the last hours; counts are of whole hours, so that up
    to one more comes along."""
    return _read(ledger, hours, lambda row: str(row.provider))


def of_provider(ledger: Ledger, provider_id: str, hours: int) -> Statistics:
    mine = _read(ledger, hours, lambda row: str(row.provider), provider_id)
    return mine.get(provider_id, Statistics())


def by_hour(ledger: Ledger, provider_id: str, hours: int) -> dict[int, Statistics]:
    """The hours (their starts, in order) in which the provider was called."""
    found = _read(ledger, hours, lambda row: int(row.hour), provider_id)
    return dict(sorted(found.items()))


def prune(connection: sa.Connection, ledger: Ledger) -> int:
    """Delete what is older than 30 days; returns how many rows that were."""
    gone = 0
    for table in (provider_outcomes, provider_latencies):
        old = sa.delete(table).where(table.c.hour < ledger.clock - KEPT_MS)
        gone += connection.execute(old).rowcount
    return gone


def _read(
    ledger: Ledger, hours: int, key_of: Callable[[sa.Row[Any]], K], provider_id: str | None = None
) -> dict[K, Statistics]:
    found: defaultdict[K, Statistics] = defaultdict(Statistics)
    with ledger.read() as connection:
        for row in connection.execute(_since(ledger, provider_outcomes, hours, provider_id)):
            found[key_of(row)].count(row.outcome, row.n, row.last_at)
        for row in connection.execute(_since(ledger, provider_latencies, hours, provider_id)):
            durations = found[key_of(row)].durations
            durations[row.bucket] = durations.get(row.bucket, 0) + row.n
    return dict(found)


def _since(
    ledger: Ledger, table: sa.Table, hours: int, provider_id: str | None
) -> sa.Select[tuple[Any, ...]]:
    """The rows of the hours that overlap the last `hours`."""
    rows = sa.select(table, table.c["count"].label("n"))
    rows = rows.where(table.c.hour > ledger.clock - (hours + 1) * HOUR_MS)
    return rows if provider_id is None else rows.where(table.c.provider == provider_id)
