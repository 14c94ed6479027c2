"""What the ledger knows of a provider beside its entry: gone with it, lest another inherit it."""

import sqlalchemy as sa

from resources.ledger.tables import (
    alerts,
    forced_updates,
    pool_members,
    pool_seeds,
    proposals,
    provider_health,
    provider_latencies,
    provider_outcomes,
    provider_schedules,
    snapshot_bodies,
    snapshots,
)

_TABLES = (
    provider_schedules, snapshots, snapshot_bodies, provider_outcomes, provider_latencies,
    provider_health, pool_members, pool_seeds, forced_updates, proposals,
)  # fmt: skip


def forget(connection: sa.Connection, provider_id: str) -> None:
    """Delete it all, within the caller's transaction.

    Logs, rotations and alerts that were resolved are history and stay. So do budgets, bans and
    the breaker: they protect whom they were counted for, and end by themselves.
    """
    for table in _TABLES:
        connection.execute(sa.delete(table).where(table.c.provider == provider_id))
    still_open = (alerts.c.provider == provider_id) & alerts.c.resolved_at.is_(None)
    connection.execute(sa.delete(alerts).where(still_open))
