"""Who has changed what, and who has tried to: a line for each write.

The newest 200,000 lines of 400 days are kept.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.tables import audit_log
from resources.redaction import redacted

KEPT_ROWS = 200_000
KEPT_MS = 400 * 86_400_000
COMMAND_LINE = "command line"
COMMAND = "COMMAND"
LONGEST_PATH = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One write, at `at` ms since 1970, UTC.

    `path` has neither query nor body. `key_id` and `key_name` are None for a caller without a valid
    key. Of a command `method` is COMMAND, `path` its words, `address` "command line", `status` 0.
    """

    at: int
    request_id: str
    key_id: str | None
    key_name: str | None
    address: str
    method: str
    path: str
    status: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries; None leaves all through. Times are [start, end) in ms since 1970, UTC."""

    start: int | None = None
    end: int | None = None
    key: str | None = None  # id or name
    path: str | None = None  # what it begins with


def append(ledger: Ledger, entries: Sequence[Entry]) -> None:
    """Store entries, in one transaction."""
    with ledger.write() as connection:
        connection.execute(audit_log.insert(), [asdict(entry) for entry in entries])


def note(ledger: Ledger, command: str) -> None:
    """Store that a command has changed something; `command` is its words."""
    words = redacted(command)[:LONGEST_PATH]
    append(ledger, [Entry(ledger.now(), "", None, None, COMMAND_LINE, COMMAND, words, 0)])


def read(
    ledger: Ledger, wanted: Wanted, limit: int, before: int | None = None
) -> tuple[list[tuple[int, Entry]], int | None]:
    """Entries by id, newest first, and the `before` of the next page, None where that was all."""
    query = sa.select(audit_log).where(*_conditions(wanted)).order_by(audit_log.c.id.desc())
    if before is not None:
        query = query.where(audit_log.c.id < before)
    with ledger.read() as connection:
        rows = connection.execute(query.limit(limit + 1)).mappings().all()
    entries = [(row["id"], Entry(**{k: v for k, v in row.items() if k != "id"})) for row in rows]
    return entries[:limit], entries[limit - 1][0] if len(entries) > limit else None


def prune(connection: sa.Connection, ledger: Ledger) -> int:
    """Delete entries older than 400 days or beyond the newest 200,000; returns how many."""
    newest = sa.select(sa.func.max(audit_log.c.id)).scalar_subquery()
    old = sa.or_(audit_log.c.at < ledger.clock - KEPT_MS, audit_log.c.id <= newest - KEPT_ROWS)
    return connection.execute(sa.delete(audit_log).where(old)).rowcount


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.start is not None:
        conditions.append(audit_log.c.at >= wanted.start)
    if wanted.end is not None:
        conditions.append(audit_log.c.at < wanted.end)
    if wanted.key is not None:
        conditions.append(
            sa.or_(audit_log.c.key_id == wanted.key, audit_log.c.key_name == wanted.key)
        )
    if wanted.path is not None:
        conditions.append(audit_log.c.path.startswith(wanted.path, autoescape=True))
    return conditions
