"""Calls of providers, as all processes have counted them."""

from collections import Counter
from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

import sqlalchemy as sa
from prometheus_client.core import HistogramMetricFamily, Metric

from api.metrics.families import Collected, counter
from api.metrics.scrape import Scrape
from resources.ledger import Ledger
from resources.ledger.statistics import HOUR_MS, bounds
from resources.ledger.tables import provider_latencies, provider_outcomes

K = TypeVar("K", bound=Hashable)
V = TypeVar("V", str, int)
# Upper bounds in ms; the ledger counts by quarters of powers of two, of which these are some.
# Few: with hundreds of providers they are most of what is told.
_LATENCIES = (64, 256, 1_024, 4_096, 16_384)


class Growth(Generic[K]):
    """Totals that only go up, of counts by hour: what a row has grown by since it was seen last.

    They begin with what was counted in the hour before the service started.
    """

    def __init__(self) -> None:
        self.totals: Counter[K] = Counter()
        self.since = 0
        self._seen: dict[tuple[K, int], int] = {}

    def take(self, rows: Iterable[tuple[K, int, int]], now: int) -> None:
        """Rows are (key, hour, count) of all hours from `since` on; times are ms."""
        # A run that goes on notes its calls of the last hour a little later.
        self.since = (now // HOUR_MS - 1) * HOUR_MS
        for key, hour, count in rows:
            self.totals[key] += max(0, count - self._seen.get((key, hour), 0))
            self._seen[key, hour] = count
        self._seen = {one: count for one, count in self._seen.items() if one[1] >= self.since}


class Calls:
    """How the calls of each provider ended, and how long those took that were answered."""

    def __init__(self) -> None:
        self._outcomes = Growth[tuple[str, str]]()
        self._latencies = Growth[tuple[str, int]]()

    def collect(self, scrape: Scrape) -> Collected:
        ledger = scrape.services.ledger
        now = ledger.now()
        self._outcomes.take(_rows(ledger, provider_outcomes.c.outcome, self._outcomes, now), now)
        self._latencies.take(_rows(ledger, provider_latencies.c.bucket, self._latencies, now), now)
        yield counter(
            "provider_calls",
            "Calls of a provider by how they ended: ok, rate_limited, timeout, connection, "
            "server_error, client_error, malformed.",
            ("provider", "outcome"),
            sorted(self._outcomes.totals.items()),
        )
        yield self._histogram()

    def _histogram(self) -> Metric:
        family = HistogramMetricFamily(
            "headwater_provider_call_duration_seconds",
            "How long calls of a provider took that were answered, of all processes; the sum takes "
            "each for the middle of its bucket in the ledger, at most 9 % off.",
            labels=("provider",),
        )
        by_provider: dict[str, Counter[int]] = {}
        for (provider, bucket), count in self._latencies.totals.items():
            by_provider.setdefault(provider, Counter())[bucket] += count
        for provider, counts in sorted(by_provider.items()):
            total = sum(sum(bounds(bucket)) / 2 * count for bucket, count in counts.items()) / 1000
            family.add_metric((provider,), _cumulative(counts), total)
        return family


def _rows(
    ledger: Ledger, kind: sa.Column[V], growth: Growth[tuple[str, V]], now: int
) -> list[tuple[tuple[str, V], int, int]]:
    """The counts of a table, by provider and `kind`, that may have grown."""
    table = kind.table.c
    since = growth.since or (now // HOUR_MS - 1) * HOUR_MS
    query = sa.select(table.provider, kind, table.hour, table["count"]).where(table.hour >= since)
    with ledger.read() as connection:
        return [((row[0], row[1]), row[2], row[3]) for row in connection.execute(query)]


def _cumulative(counts: Counter[int]) -> list[tuple[str, float]]:
    """(upper bound in seconds, calls that took at most so long), the last of them all."""
    found = [
        (str(most / 1000), float(sum(n for b, n in counts.items() if bounds(b)[1] <= most)))
        for most in _LATENCIES
    ]
    return [*found, ("+Inf", float(counts.total()))]
