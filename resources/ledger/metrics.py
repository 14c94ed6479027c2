"""Totals at one moment, kept for charts: `metrics` for 90 days, `rate_limits` for 7."""

import json
from collections.abc import Mapping
from typing import Any, Literal

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.tables import metric_snapshots

Kind = Literal["metrics", "rate_limits"]
_DAY_MS = 86_400_000
KEPT_MS: Mapping[Kind, int] = {"metrics": 90 * _DAY_MS, "rate_limits": 7 * _DAY_MS}


def record(ledger: Ledger, kind: Kind, totals: Mapping[str, Any]) -> None:
    row = sa.insert(metric_snapshots).values(
        at=ledger.clock, kind=kind, totals=json.dumps(dict(totals))
    )
    with ledger.write() as connection:
        connection.execute(row)


def read(ledger: Ledger, kind: Kind, hours: int) -> list[tuple[int, dict[str, Any]]]:
    """(ms since 1970 UTC, totals) of the last hours, oldest first."""
    table = metric_snapshots.c
    since = ledger.clock - hours * 3_600_000
    query = sa.select(table.at, table.totals).where(table.kind == kind, table.at >= since)
    with ledger.read() as connection:
        return [(at, json.loads(text)) for at, text in connection.execute(query.order_by(table.at))]


def prune(connection: sa.Connection, ledger: Ledger) -> int:
    """Delete what is older than it is kept; returns how many rows that were."""
    gone = 0
    for kind, kept in KEPT_MS.items():
        old = sa.delete(metric_snapshots).where(
            metric_snapshots.c.kind == kind, metric_snapshots.c.at < ledger.clock - kept
        )
        gone += connection.execute(old).rowcount
    return gone
