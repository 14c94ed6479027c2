"""How each provider was when it was last looked at."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import sqlalchemy as sa

from resources.ledger import alerts, logs
from resources.ledger.database import Ledger
from resources.ledger.rows import insert_missing
from resources.ledger.tables import provider_health
from resources.providers.base import Provider

Status = Literal["online", "degraded", "offline"]

_LEVELS: Mapping[Status, logs.Level] = {"online": "info", "degraded": "warning", "offline": "error"}
_SEVERITIES: Mapping[Status, alerts.Severity] = {
    "online": "info",
    "degraded": "warning",
    "offline": "critical",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look at a provider showed; `failures` is how many checks in a row have failed."""

    status: Status
    response_ms: int | None = None
    error: str | None = None
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Health:
    """A finding, when it was made, and since when the status holds (ms since 1970, UTC)."""

    provider: str
    finding: Finding
    checked_at: int
    changed_at: int


def read_all(ledger: Ledger) -> dict[str, Health]:
    """By provider id; who was never looked at is not among them."""
    with ledger.read() as connection:
        return {
            row.provider: _health(row) for row in connection.execute(sa.select(provider_health))
        }


def read(ledger: Ledger, provider_id: str) -> Health | None:
    with ledger.read() as connection:
        return _read(connection, provider_id)


def note(ledger: Ledger, provider: Provider, found: Finding) -> Health:
    """Store what was found; a status that changed is logged, and told as an alert.

    That a provider is not offline at the very first look is no news.
    """
    with ledger.write() as connection:
        before = _read(connection, provider.id)
        now = connection.execute(sa.select(ledger.clock)).scalar_one()
        same = before is not None and before.finding.status == found.status
        changed_at = before.changed_at if before is not None and same else now
        values = {**asdict(found), "checked_at": now, "changed_at": changed_at}
        insert_missing(connection, provider_health, provider=provider.id, **values)
        mine = provider_health.c.provider == provider.id
        connection.execute(sa.update(provider_health).where(mine).values(**values))
        if not same:
            _tell(connection, ledger, provider, before.finding.status if before else None, found)
    return Health(provider.id, found, now, changed_at)


def _tell(
    connection: sa.Connection,
    ledger: Ledger,
    provider: Provider,
    before: Status | None,
    found: Finding,
) -> None:
    key, because = f"status:{provider.id}", f": {found.error}" if found.error else ""
    message = f"{provider.name} is {found.status}{because}"
    details = {
        "old_status": before or "unknown",
        "new_status": found.status,
        "response_ms": found.response_ms,
        "error": found.error,
    }
    level = _LEVELS[found.status]
    line = logs.Line("connection", level, message, provider.id, provider.category, details)
    logs.write(connection, ledger, [line])
    alerts.resolve(connection, ledger, key)
    if before is None and found.status != "offline":
        return
    severity = _SEVERITIES[found.status]
    news = alerts.News(key, "provider_status", severity, message, provider.id, None, details)
    alerts.tell(connection, ledger, news)
    if found.status == "online":
        alerts.resolve(connection, ledger, key)


def _read(connection: sa.Connection, provider_id: str) -> Health | None:
    mine = sa.select(provider_health).where(provider_health.c.provider == provider_id)
    row = connection.execute(mine).first()
    return _health(row) if row else None


def _health(row: sa.Row[Any]) -> Health:
    found = Finding(row.status, row.response_ms, row.error, row.failures)
    return Health(row.provider, found, row.checked_at, row.changed_at)
