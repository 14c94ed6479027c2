"""What providers answered when they were looked at: bounded in number, age and size."""

import hashlib
import zlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.rows import insert_missing
from resources.ledger.tables import snapshot_bodies, snapshots

# The table that commits name when snapshots were stored.
TABLE = "provider_snapshots"
# Why an answer that was kept is not there any more.
CLEARED = "the answer was deleted by hand"
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a call: a body, or the sentence that says why there is none that is kept.

    `size` is that of the answer in bytes, also where its body is too large to be kept.
    """

    provider: str
    ok: bool
    http_status: int | None = None
    content_type: str | None = None
    is_json: bool = False
    size: int = 0
    body: bytes | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was stored of it at `fetched_at` (ms since 1970, UTC), told of by the commit `seq`."""

    id: int
    seq: int
    fetched_at: int
    answered: Answered


@dataclass(frozen=True, slots=True)
class Held:
    """How many snapshots of a provider are stored, of which so many with an answer."""

    snapshots: int
    answers: int
    oldest_at: int
    newest_at: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """So many snapshots are kept of each provider, none older than so many days."""

    history: int
    days: int


def put(
    connection: sa.Connection, ledger: Ledger, answered: Answered, seq: int, bounds: Bounds
) -> None:
    """Add a snapshot within the caller's transaction, and delete what is beyond the bounds."""
    digest = None
    if answered.body is not None:
        digest = hashlib.blake2b(answered.body, digest_size=16).hexdigest()
        mine = {"provider": answered.provider, "digest": digest}
        insert_missing(connection, snapshot_bodies, **mine, body=zlib.compress(answered.body))
    values = {
        "provider": answered.provider,
        "seq": seq,
        "fetched_at": ledger.clock,
        "ok": answered.ok,
        "http_status": answered.http_status,
        "content_type": answered.content_type,
        "is_json": answered.is_json,
        "size": answered.size,
        "digest": digest,
        "error": answered.error,
    }
    connection.execute(snapshots.insert().values(**values))
    beyond = (
        sa.select(snapshots.c.id)
        .where(snapshots.c.provider == answered.provider)
        .order_by(snapshots.c.id.desc())
        .limit(1)
        .offset(bounds.history)
        .scalar_subquery()
    )
    old = snapshots.c.fetched_at < ledger.clock - bounds.days * _DAY_MS
    delete(connection, answered.provider, (snapshots.c.id <= beyond) | old)


def delete_older(connection: sa.Connection, ledger: Ledger, days: int) -> int:
    """Delete what is older than so many days, of every provider; returns how many that were."""
    old = snapshots.c.fetched_at < ledger.clock - days * _DAY_MS
    found = connection.execute(sa.select(snapshots.c.provider).where(old).distinct()).scalars()
    return sum(delete(connection, provider, old) for provider in list(found))


def clear_answers(connection: sa.Connection) -> int:
    """Delete what all providers have answered; that they have, and when, stays. Returns of how many
    snapshots that was the answer."""
    held = snapshots.c.digest.is_not(None)
    gone = sa.update(snapshots).where(held).values(digest=None, error=CLEARED)
    count = connection.execute(gone).rowcount
    connection.execute(snapshot_bodies.delete())
    return count


def clear_history(connection: sa.Connection, provider_id: str | None = None) -> int:
    """Delete all snapshots but the newest answer, of one provider or of each; returns how many
    those were."""
    newest = sa.select(sa.func.max(snapshots.c.id)).where(snapshots.c.ok)
    kept = list(connection.execute(newest.group_by(snapshots.c.provider)).scalars())
    found = [provider_id]
    if provider_id is None:
        found = list(connection.execute(sa.select(snapshots.c.provider).distinct()).scalars())
    return sum(delete(connection, one, snapshots.c.id.not_in(kept)) for one in found if one)


def newest(ledger: Ledger, provider_ids: Collection[str]) -> dict[str, Snapshot]:
    """The newest answer of each of these providers that has one."""
    found: list[sa.Row[Any]] = []
    with ledger.read() as connection:
        for provider in provider_ids:
            query = (
                sa.select(snapshots)
                .where(snapshots.c.provider == provider, snapshots.c.ok)
                .order_by(snapshots.c.id.desc())
                .limit(1)
            )
            found += connection.execute(query).all()
        return {one.answered.provider: one for one in _with_bodies(connection, found)}


def page(
    ledger: Ledger, provider_id: str, before: int | None, count: int, most_bytes: int
) -> tuple[list[Snapshot], bool]:
    """The newest snapshots of a provider with an id below `before`, and whether there are older.

    Newest first, at most `count`, and fewer where their bodies are more than `most_bytes`, but
    at least one.
    """
    query = sa.select(snapshots).where(snapshots.c.provider == provider_id)
    if before is not None:
        query = query.where(snapshots.c.id < before)
    with ledger.read() as connection:
        rows = connection.execute(query.order_by(snapshots.c.id.desc()).limit(count + 1)).all()
        fitting = _fitting(rows[:count], most_bytes)
        return _with_bodies(connection, fitting), len(rows) > len(fitting)


def newest_since(
    ledger: Ledger,
    after: int,
    until: int,
    provider_ids: Collection[str] | None,
    count: int,
    most_bytes: int,
) -> list[Snapshot]:
    """The newest `count` answers of commits in (after, until], newest first; None: of all.

    Bodies of more than `most_bytes` are left out.
    """
    query = sa.select(snapshots).where(
        snapshots.c.seq > after, snapshots.c.seq <= until, snapshots.c.ok
    )
    if provider_ids is not None:
        query = query.where(snapshots.c.provider.in_(provider_ids))
    newest_first = query.order_by(snapshots.c.seq.desc(), snapshots.c.id.desc()).limit(count)
    with ledger.read() as connection:
        return _with_bodies(connection, connection.execute(newest_first).all(), most_bytes)


def of_commits(ledger: Ledger, seqs: Collection[int], most_bytes: int) -> list[Snapshot]:
    """The answers of these commits, in the order of their seq; larger bodies are left out."""
    query = (
        sa.select(snapshots)
        .where(snapshots.c.seq.in_(seqs), snapshots.c.ok)
        .order_by(snapshots.c.seq, snapshots.c.id)
    )
    with ledger.read() as connection:
        return _with_bodies(connection, connection.execute(query).all(), most_bytes)


def held(ledger: Ledger) -> dict[str, Held]:
    """What is stored of each provider of whom anything is."""
    table = snapshots.c
    query = sa.select(
        table.provider,
        sa.func.count(),
        sa.func.sum(sa.cast(table.ok, sa.Integer)),
        sa.func.min(table.fetched_at),
        sa.func.max(table.fetched_at),
    ).group_by(table.provider)
    with ledger.read() as connection:
        return {row[0]: Held(*row[1:]) for row in connection.execute(query)}


def delete(connection: sa.Connection, provider: str, which: sa.ColumnElement[bool]) -> int:
    mine = snapshots.c.provider == provider
    gone = connection.execute(snapshots.delete().where(mine, which)).rowcount
    if gone:
        used = sa.select(snapshots.c.digest).where(mine, snapshots.c.digest.is_not(None))
        bodies = snapshot_bodies.c
        connection.execute(
            snapshot_bodies.delete().where(bodies.provider == provider, bodies.digest.not_in(used))
        )
    return gone


def _fitting(rows: Sequence[sa.Row[Any]], most_bytes: int) -> list[sa.Row[Any]]:
    fitting: list[sa.Row[Any]] = []
    size = 0
    for row in rows:
        size += row.size if row.digest else 0
        if fitting and size > most_bytes:
            break
        fitting.append(row)
    return fitting


def _with_bodies(
    connection: sa.Connection, rows: Iterable[sa.Row[Any]], most_bytes: int | None = None
) -> list[Snapshot]:
    bodies: dict[tuple[str, str], bytes] = {}
    found = []
    for row in rows:
        name = (row.provider, row.digest)
        wanted = most_bytes is None or row.size <= most_bytes
        if row.digest and wanted and name not in bodies:
            bodies[name] = _body(connection, *name)
        found.append(_snapshot(row, bodies.get(name)))
    return found


def _body(connection: sa.Connection, provider: str, digest: str) -> bytes:
    table = snapshot_bodies.c
    query = sa.select(table.body).where(table.provider == provider, table.digest == digest)
    return zlib.decompress(connection.execute(query).scalar_one())


def _snapshot(row: sa.Row[Any], body: bytes | None) -> Snapshot:
    answered = Answered(
        row.provider, row.ok, row.http_status, row.content_type, row.is_json, row.size, body,
        row.error,
    )  # fmt: skip
    return Snapshot(row.id, row.seq, row.fetched_at, answered)
