"""What somebody should know of, told once.

An alert stays open until it is resolved; while one with the same `key` is open nobody tells
it again. Each one is also a row of `commits`, so that the sockets count and replay it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from resources.errors import NotFound
from resources.ledger import commits
from resources.ledger.database import Ledger
from resources.ledger.tables import alerts

AlertType = Literal[
    "rate_limit", "provider_status", "stale_feed", "run_failed", "discovery", "backup",
    "webhook",
]  # fmt: skip
Severity = Literal["info", "warning", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "critical")
TABLE = "alerts"

KEPT_MS = 30 * 86_400_000
KEPT_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class News:
    """What is to be told; `details` must be JSON."""

    key: str
    alert_type: AlertType
    severity: Severity
    message: str
    provider: str | None = None
    feed: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alert:
    """Times are ms since 1970, UTC, None for what has not happened."""

    id: int
    at: int
    news: News
    acknowledged_at: int | None
    resolved_at: int | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which alerts; None leaves all through, `since` is the earliest time."""

    acknowledged: bool | None = None
    severity: str | None = None
    provider: str | None = None
    since: int | None = None


def tell(connection: sa.Connection, ledger: Ledger, news: News) -> int | None:
    """Add an alert within the caller's transaction; its id, None where it is open already."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = {
        "key": news.key,
        "alert_type": news.alert_type,
        "severity": news.severity,
        "message": news.message,
        "provider": news.provider,
        "feed": news.feed,
        "details": json.dumps(dict(news.details), default=str),
    }
    row = dialect.insert(alerts).values(**values, at=ledger.clock).on_conflict_do_nothing()
    found = connection.execute(row.returning(alerts.c.id)).scalar()
    if found is not None:
        commits.record(connection, ledger, TABLE, None, [{"id": int(found)}], 1)
    return found


def resolve(connection: sa.Connection, ledger: Ledger, *keys: str) -> None:
    """End the open alerts with these keys, within the caller's transaction."""
    mine = sa.update(alerts).where(alerts.c.key.in_(keys), alerts.c.resolved_at.is_(None))
    connection.execute(mine.values(resolved_at=ledger.clock))


def open_keys(connection: sa.Connection, prefix: str) -> set[str]:
    """The keys of open alerts that begin so."""
    query = sa.select(alerts.c.key).where(
        alerts.c.key >= prefix, alerts.c.key < prefix + "\x7f", alerts.c.resolved_at.is_(None)
    )
    return set(connection.execute(query).scalars())


def acknowledge(ledger: Ledger, alert_id: int) -> int:
    """Note that somebody has seen it; returns when that was first. Raises NotFound."""
    mine = sa.update(alerts).where(alerts.c.id == alert_id)
    seen = sa.func.coalesce(alerts.c.acknowledged_at, ledger.clock)
    with ledger.write() as connection:
        change = mine.values(acknowledged_at=seen).returning(alerts.c.acknowledged_at)
        at = connection.execute(change).scalar()
    if at is None:
        raise NotFound(f"there is no alert {alert_id}")
    return int(at)


def read(
    ledger: Ledger, wanted: Wanted, limit: int, before: int | None = None
) -> tuple[list[Alert], int | None]:
    """Alerts, newest first, and the `before` of the next page, None where that was all."""
    query = sa.select(alerts).where(*_conditions(wanted)).order_by(alerts.c.id.desc())
    if before is not None:
        query = query.where(alerts.c.id < before)
    with ledger.read() as connection:
        rows = connection.execute(query.limit(limit + 1)).all()
    return [_alert(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None


def after(ledger: Ledger, newest: int, limit: int) -> list[Alert]:
    """Alerts that were told since the one with the id `newest`, oldest first."""
    query = sa.select(alerts).where(alerts.c.id > newest).order_by(alerts.c.id).limit(limit)
    with ledger.read() as connection:
        return [_alert(row) for row in connection.execute(query)]


def newest_id(ledger: Ledger) -> int:
    """The id of the newest alert, 0 before the first."""
    with ledger.read() as connection:
        return int(connection.execute(sa.select(sa.func.max(alerts.c.id))).scalar() or 0)


def with_ids(ledger: Ledger, ids: list[int]) -> dict[int, Alert]:
    query = sa.select(alerts).where(alerts.c.id.in_(ids))
    with ledger.read() as connection:
        return {row.id: _alert(row) for row in connection.execute(query)}


def count(ledger: Ledger, wanted: Wanted, *, unresolved: bool = False) -> int:
    conditions = _conditions(wanted)
    if unresolved:
        conditions.append(alerts.c.resolved_at.is_(None))
    query = sa.select(sa.func.count()).select_from(alerts).where(*conditions)
    with ledger.read() as connection:
        return int(connection.execute(query).scalar_one())


def prune(connection: sa.Connection, ledger: Ledger) -> int:
    """Delete resolved alerts older than 30 days or beyond the newest 20,000; returns how many."""
    newest = sa.select(sa.func.max(alerts.c.id)).scalar_subquery()
    old = sa.delete(alerts).where(
        alerts.c.resolved_at.is_not(None),
        sa.or_(alerts.c.at < ledger.clock - KEPT_MS, alerts.c.id <= newest - KEPT_ROWS),
    )
    return connection.execute(old).rowcount


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.acknowledged is not None:
        unseen = alerts.c.acknowledged_at.is_(None)
        conditions.append(sa.not_(unseen) if wanted.acknowledged else unseen)
    if wanted.severity is not None:
        conditions.append(alerts.c.severity == wanted.severity)
    if wanted.provider is not None:
        conditions.append(alerts.c.provider == wanted.provider)
    if wanted.since is not None:
        conditions.append(alerts.c.at >= wanted.since)
    return conditions


def _alert(row: sa.Row[Any]) -> Alert:
    news = News(
        row.key, row.alert_type, row.severity, row.message, row.provider, row.feed,
        json.loads(row.details),
    )  # fmt: skip
    return Alert(row.id, row.at, news, row.acknowledged_at, row.resolved_at)
