"""What becomes of keys that are there: listed, revoked, rotated."""

from dataclasses import dataclass

import sqlalchemy as sa

from resources.errors import Conflict, NotFound
from resources.ledger import keys
from resources.ledger.database import Ledger
from resources.ledger.keys import ApiKey, Issued
from resources.ledger.tables import api_keys

OVERLAP_MOST = 604_800  # s: a week


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key as it was made, and what became of it; times are ms since 1970, UTC."""

    key: ApiKey
    created_at: int
    revoked_at: int | None
    rotated_from: str | None
    valid: bool


@dataclass(frozen=True, slots=True)
class Rotated:
    """The new key, and until when (ms) the old secret holds beside it."""

    issued: Issued
    old_holds_until: int


def read(
    ledger: Ledger, limit: int | None = None, before: tuple[int, str] | None = None
) -> list[KeyRow]:
    """Keys that were ever made, the newest first: those that follow (created_at, id) `before`."""
    by = (api_keys.c.created_at, api_keys.c.id)
    query = sa.select(api_keys, keys.valid(ledger).label("valid")).order_by(*(c.desc() for c in by))
    if before is not None:
        query = query.where(sa.tuple_(*by) < sa.tuple_(*map(sa.literal, before)))
    with ledger.read() as connection:
        return [_row(row) for row in connection.execute(query.limit(limit))]


def count(ledger: Ledger) -> int:
    with ledger.read() as connection:
        return int(
            connection.execute(sa.select(sa.func.count()).select_from(api_keys)).scalar_one()
        )


def get(ledger: Ledger, key_id: str) -> KeyRow:
    """One key, valid or not. Raises NotFound."""
    with ledger.read() as connection:
        return _one(connection, ledger, key_id)


def revoke(ledger: Ledger, key_id: str, *, last: bool) -> int:
    """End a key at once; since when (ms) it is revoked, which a second time does not change.

    Raises NotFound, and Conflict for the last key for everything unless `last` is meant.
    """
    with ledger.write() as connection:
        found = _one(connection, ledger, key_id)
        if found.revoked_at is not None:
            return found.revoked_at
        if not last and found.valid and found.key.allows("admin"):
            _require_another(connection, ledger, key_id)
        return _revoke(connection, ledger, key_id)


def rotate(ledger: Ledger, key_id: str, overlap: int = 0) -> Rotated:
    """Make a key of the same rights in its place; the old secret holds for `overlap` s more.

    Raises NotFound, and Conflict for a key that no longer holds or was rotated already.
    """
    with ledger.write() as connection:
        old = _one(connection, ledger, key_id)
        if not old.valid:
            raise Conflict(f"the key {key_id} is expired or revoked: make a new one")
        newer = sa.select(api_keys.c.id).where(api_keys.c.rotated_from == key_id)
        if followed := connection.execute(newer).scalar():
            raise Conflict(f"the key {key_id} was rotated already, into {followed}")
        made = keys.renewed(old.key)
        keys.put(connection, ledger, made, rotated_from=key_id)
        if overlap:
            until = _end_within(connection, ledger, old.key, overlap * 1000)
        else:
            until = _revoke(connection, ledger, key_id)
    return Rotated(made, until)


def _require_another(connection: sa.Connection, ledger: Ledger, key_id: str) -> None:
    # What was rotated holds for a while only.
    rotated = sa.select(api_keys.c.rotated_from).where(api_keys.c.rotated_from.is_not(None))
    others = keys.admins(ledger).where(api_keys.c.id != key_id, api_keys.c.id.not_in(rotated))
    if connection.execute(others).first() is None:
        raise Conflict(
            "this is the last valid key with the scope admin: make another one first, "
            "or say last=true"
        )


def _revoke(connection: sa.Connection, ledger: Ledger, key_id: str) -> int:
    return _set(connection, key_id, api_keys.c.revoked_at, ledger.clock)


def _end_within(connection: sa.Connection, ledger: Ledger, key: ApiKey, ms: int) -> int:
    at = ledger.clock + ms
    if key.expires_at is not None:
        at = sa.case((at > key.expires_at, key.expires_at), else_=at)
    return _set(connection, key.id, api_keys.c.expires_at, at)


def _set(
    connection: sa.Connection, key_id: str, column: sa.Column[int], at: sa.ColumnElement[int]
) -> int:
    updated = api_keys.update().where(api_keys.c.id == key_id).values({column: at})
    return int(connection.execute(updated.returning(column)).scalar_one())


def _one(connection: sa.Connection, ledger: Ledger, key_id: str) -> KeyRow:
    query = sa.select(api_keys, keys.valid(ledger).label("valid")).where(api_keys.c.id == key_id)
    row = connection.execute(query).first()
    if row is None:
        raise NotFound(f"there is no key {key_id[:32]!r}")
    return _row(row)


def _row(row: sa.Row[tuple[object, ...]]) -> KeyRow:
    return KeyRow(
        keys.key_of(row), row.created_at, row.revoked_at, row.rotated_from, bool(row.valid)
    )
