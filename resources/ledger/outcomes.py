"""How calls ended and how long they took, counted per provider and hour over all processes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.rows import add_counts
from resources.ledger.tables import provider_latencies, provider_outcomes

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Ended:
    """`count` calls of a provider that ended alike, the last of them `age` ms ago."""

    provider: str
    outcome: str
    count: int
    age: int


@dataclass(frozen=True, slots=True)
class Recent:
    """The calls of one provider in the last hour or so.

    `calls` is a sliding window of an hour, approximated by two counters: all of this hour,
    and of the hour before the part that still lies in the window (the counter that
    Cloudflare describes for its rate limits). `failed` is the share of failures. `mean_ms`
    is of those that were answered, None where none was.
    """

    calls: float
    failed: float
    mean_ms: float | None


def add(ledger: Ledger, ended: Sequence[Ended], latencies: Mapping[tuple[str, int], int]) -> None:
    """Add calls to the counts of this hour, in one transaction; `latencies` by (provider, bucket)."""
    with ledger.write() as connection:
        now = connection.execute(sa.select(ledger.clock)).scalar_one()
        hour = now - now % HOUR_MS
        if ended:
            rows = [
                {"provider": e.provider, "hour": hour, "outcome": e.outcome, "count": e.count,
                 "last_at": now - e.age}
                for e in ended
            ]  # fmt: skip
            add_counts(connection, provider_outcomes, rows, "count")
        if latencies:
            rows = [
                {"provider": provider, "hour": hour, "bucket": bucket, "count": count}
                for (provider, bucket), count in latencies.items()
            ]
            add_counts(connection, provider_latencies, rows, "count")


def recent(ledger: Ledger, providers: Iterable[str]) -> dict[str, Recent]:
    """What is known of these providers; those that were not called lately are missing."""
    names = list(providers)
    with ledger.read() as connection:
        now = connection.execute(sa.select(ledger.clock)).scalar_one()
        hour = now - now % HOUR_MS
        counted = _since(provider_outcomes, hour - HOUR_MS, names)
        outcomes = connection.execute(counted.add_columns(provider_outcomes.c.outcome)).all()
        timed = _since(provider_latencies, hour - HOUR_MS, names)
        buckets = connection.execute(timed.add_columns(provider_latencies.c.bucket)).all()
    before = 1 - (now - hour) / HOUR_MS
    calls, failed, timings = dict[str, float](), dict[str, float](), dict[str, list[float]]()
    for name, at, count, outcome in outcomes:
        weighted = count * (1 if at == hour else before)
        calls[name] = calls.get(name, 0.0) + weighted
        if outcome not in ("ok", "client_error"):
            failed[name] = failed.get(name, 0.0) + weighted
    for name, at, count, bucket in buckets:
        weighted = count * (1 if at == hour else before)
        total = timings.setdefault(name, [0.0, 0.0])
        total[0] += weighted
        total[1] += weighted * 2 ** ((bucket - 0.5) / 4)
    return {
        name: Recent(made, failed.get(name, 0.0) / made, _mean(timings.get(name)))
        for name, made in calls.items()
        if made > 0
    }


def _since(table: sa.Table, hour: int, providers: list[str]) -> sa.Select[tuple[str, int, int]]:
    return sa.select(table.c.provider, table.c.hour, table.c.count).where(
        table.c.provider.in_(providers), table.c.hour >= hour
    )


def _mean(timing: list[float] | None) -> float | None:
    return timing[1] / timing[0] if timing and timing[0] else None
