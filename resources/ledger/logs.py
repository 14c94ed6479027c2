"""What happened, in lines for people: connections, failures, collections, rate limits.

The newest 100,000 lines of 30 days are kept.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.tables import logs

LogType = Literal["connection", "failure", "collection", "rate_limit"]
Level = Literal["info", "warning", "error"]

KEPT_ROWS = 100_000
KEPT_MS = 30 * 86_400_000


@dataclass(frozen=True, slots=True)
class Line:
    """A line to be written; `provider` is an id, `details` must be JSON and hold no key."""

    log_type: LogType
    level: Level
    message: str
    provider: str | None = None
    category: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line as it was written, at `at` ms since 1970, UTC; newer ones have a larger `id`."""

    id: int
    at: int
    line: Line


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines; None leaves all through. Times are [start, end) in ms since 1970, UTC."""

    log_type: str | None = None
    level: str | None = None
    category: str | None = None
    provider: str | None = None
    start: int | None = None
    end: int | None = None
    search: str | None = None  # part of the message, in any case


def append(ledger: Ledger, lines: Sequence[Line]) -> None:
    with ledger.write() as connection:
        write(connection, ledger, lines)


def write(connection: sa.Connection, ledger: Ledger, lines: Sequence[Line]) -> None:
    """Add lines within the caller's transaction, and drop what is beyond the bound."""
    newest = 0
    for line in lines:
        row = sa.insert(logs).values(
            at=ledger.clock,
            log_type=line.log_type,
            level=line.level,
            category=line.category,
            provider=line.provider,
            message=line.message,
            details=json.dumps(dict(line.details), default=str),
        )
        newest = int(connection.execute(row.returning(logs.c.id)).scalar_one())
    connection.execute(sa.delete(logs).where(logs.c.id <= newest - KEPT_ROWS))


def read(
    ledger: Ledger, wanted: Wanted, limit: int, before: int | None = None
) -> tuple[list[Entry], int | None]:
    """Lines, newest first, and the `before` of the next page, None where that was all."""
    query = sa.select(logs).where(*_conditions(wanted)).order_by(logs.c.id.desc())
    if before is not None:
        query = query.where(logs.c.id < before)
    with ledger.read() as connection:
        rows = connection.execute(query.limit(limit + 1)).all()
    return [_entry(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None


def after(ledger: Ledger, newest: int, limit: int) -> list[Entry]:
    """Lines that were written since the one with the id `newest`, oldest first."""
    query = sa.select(logs).where(logs.c.id > newest).order_by(logs.c.id).limit(limit)
    with ledger.read() as connection:
        return [_entry(row) for row in connection.execute(query)]


def newest_id(ledger: Ledger) -> int:
    """The id of the newest line, 0 before the first."""
    with ledger.read() as connection:
        return int(connection.execute(sa.select(sa.func.max(logs.c.id))).scalar() or 0)


def count(ledger: Ledger, wanted: Wanted) -> int:
    query = sa.select(sa.func.count()).select_from(logs).where(*_conditions(wanted))
    with ledger.read() as connection:
        return int(connection.execute(query).scalar_one())


def prune(connection: sa.Connection, ledger: Ledger) -> int:
    """Delete what is older than 30 days; returns how many lines that were."""
    return connection.execute(sa.delete(logs).where(logs.c.at < ledger.clock - KEPT_MS)).rowcount


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    same = {
        name: value
        for name in ("log_type", "level", "category", "provider")
        if (value := getattr(wanted, name)) is not None
    }
    conditions: list[sa.ColumnElement[bool]] = [
        logs.c[name] == value for name, value in same.items()
    ]
    if wanted.start is not None:
        conditions.append(logs.c.at >= wanted.start)
    if wanted.end is not None:
        conditions.append(logs.c.at < wanted.end)
    if wanted.search:
        conditions.append(logs.c.message.icontains(wanted.search, autoescape=True))
    return conditions


def _entry(row: sa.Row[Any]) -> Entry:
    line = Line(
        row.log_type, row.level, row.message, row.provider, row.category, json.loads(row.details)
    )
    return Entry(row.id, row.at, line)
