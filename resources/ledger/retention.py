"""How long the ledger keeps what happened."""

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from resources.ledger import (
    alerts,
    audit,
    commits,
    daily_usage,
    logs,
    metrics,
    quality_events,
    quarantine,
    sign_ins,
    snapshot_sizes,
    statistics,
    webhook_deliveries,
)
from resources.ledger.database import Ledger

# Each deletes what is older than it is kept, and says how many rows that were.
PRUNED: Mapping[str, Callable[[sa.Connection, Ledger], int]] = {
    "statistics": statistics.prune,
    "logs": logs.prune,
    "alerts": alerts.prune,
    "metrics": metrics.prune,
    "commits": commits.prune,
    "quarantine": quarantine.prune,
    "quality_events": quality_events.prune,
    "daily_usage": daily_usage.prune,
    "audit": audit.prune,
    "sign_ins": sign_ins.prune,
    "webhook_deliveries": webhook_deliveries.prune,
}


def clean_up(ledger: Ledger, snapshot_bytes: int) -> dict[str, int]:
    """Delete what is older than it is kept, a transaction each, and snapshots where those of all
    providers take more than `snapshot_bytes`; returns how many rows of each."""
    gone = {}
    for name, prune in PRUNED.items():
        with ledger.write() as connection:
            gone[name] = prune(connection, ledger)
    return {**gone, "snapshots": snapshot_sizes.shrink(ledger, snapshot_bytes)}
