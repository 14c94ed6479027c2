"""Pools as rows: made from a file at first, then as their users change them."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from resources.errors import Conflict, InvalidInput, NotFound, UnknownName
from resources.ledger.database import Ledger
from resources.ledger.rows import insert_all_missing, insert_missing
from resources.ledger.tables import (
    pool_members,
    pool_seeds,
    pools,
    rotation_history,
    rotations,
)


@dataclass(frozen=True, slots=True)
class StoredMember:
    """A provider's place in one pool; the lowest `priority` is asked first."""

    provider: str
    priority: int
    weight: int


@dataclass(frozen=True, slots=True)
class StoredPool:
    """One pool; `created_at` is ms since 1970, UTC. Members are in the order of their ids."""

    id: str
    name: str
    category: str
    strategy: str
    enabled: bool
    description: str
    created_at: int = 0
    members: tuple[StoredMember, ...] = ()


def read_all(ledger: Ledger) -> list[StoredPool]:
    """Every pool, in the order of their ids."""
    with ledger.read() as connection:
        return _read(connection, sa.true())


def read(ledger: Ledger, pool_id: str) -> StoredPool:
    """One pool. Raises UnknownName with the nearest ids."""
    with ledger.read() as connection:
        return _one(connection, pool_id)


def create(
    ledger: Ledger, name: str, category: str, strategy: str, description: str = ""
) -> StoredPool:
    """A pool without members; its id is a slug of the name.

    Raises Conflict where there is one, InvalidInput for a name without a letter or digit.
    """
    pool_id = slug(name)
    if not pool_id:
        raise InvalidInput("a pool's name needs a letter or a digit")
    pool = StoredPool(pool_id, name.strip(), category, strategy, True, description)
    with ledger.write() as connection:
        if _read(connection, pools.c.id == pool_id):
            raise Conflict(f"there is a pool {pool_id!r} already")
        _insert(connection, ledger, pool)
        return _one(connection, pool_id)


def change(
    ledger: Ledger,
    pool_id: str,
    *,
    strategy: str | None = None,
    enabled: bool | None = None,
    description: str | None = None,
) -> StoredPool:
    """Change what is given. Raises UnknownName with the nearest ids."""
    given = {"strategy": strategy, "enabled": enabled, "description": description}
    values = {name: value for name, value in given.items() if value is not None}
    with ledger.write() as connection:
        _one(connection, pool_id)
        if values:
            connection.execute(sa.update(pools).where(pools.c.id == pool_id).values(**values))
        return _one(connection, pool_id)


def delete(ledger: Ledger, pool_id: str) -> None:
    """Delete a pool with all that is known of its turns. Raises UnknownName with the nearest ids."""
    with ledger.write() as connection:
        _one(connection, pool_id)
        for table in (pool_members, rotations, rotation_history):
            connection.execute(sa.delete(table).where(table.c.pool == pool_id))
        connection.execute(sa.delete(pools).where(pools.c.id == pool_id))


def add_member(ledger: Ledger, pool_id: str, member: StoredMember) -> None:
    """Raises UnknownName for a pool that there is not, Conflict for a member that there is."""
    with ledger.write() as connection:
        pool = _one(connection, pool_id)
        if any(there.provider == member.provider for there in pool.members):
            raise Conflict(f"{member.provider} is a member of {pool_id} already")
        insert_missing(connection, pool_members, **_place(pool_id, member))


def remove_member(ledger: Ledger, pool_id: str, provider_id: str) -> None:
    """Raises UnknownName for a pool, NotFound for a member that there is not."""
    with ledger.write() as connection:
        _one(connection, pool_id)
        ours = (pool_members.c.pool == pool_id) & (pool_members.c.provider == provider_id)
        if not connection.execute(sa.delete(pool_members).where(ours)).rowcount:
            raise NotFound(f"{provider_id} is no member of the pool {pool_id}")


def seed(ledger: Ledger, seeds: Sequence[StoredPool]) -> None:
    """Add the pools and members that were never seeded before.

    So nothing that someone removed or changed comes back; a second time writes nothing.
    """
    wanted = {(p.id, name) for p in seeds for name in ("", *(m.provider for m in p.members))}
    with ledger.read() as connection:
        rows = connection.execute(sa.select(pool_seeds.c.pool, pool_seeds.c.provider))
        news = wanted - {(row.pool, row.provider) for row in rows}
    if not news:
        return
    with ledger.write() as connection:
        for pool in seeds:
            if (pool.id, "") in news:
                _insert(connection, ledger, pool)
        there = set(connection.execute(sa.select(pools.c.id)).scalars())
        members = [
            _place(pool.id, member)
            for pool in seeds
            for member in pool.members
            if pool.id in there and (pool.id, member.provider) in news
        ]
        insert_all_missing(connection, pool_members, members)
        seeded = [{"pool": pool_id, "provider": provider} for pool_id, provider in sorted(news)]
        insert_all_missing(connection, pool_seeds, seeded)


def slug(name: str) -> str:
    """Exchange Data: exchange_data."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _one(connection: sa.Connection, pool_id: str) -> StoredPool:
    if found := _read(connection, pools.c.id.in_([pool_id, slug(pool_id)])):
        return found[0]
    ids = connection.execute(sa.select(pools.c.id)).scalars()
    raise UnknownName("pool", pool_id, difflib.get_close_matches(slug(pool_id)[:64], list(ids), 5))


def _read(connection: sa.Connection, which: sa.ColumnElement[bool]) -> list[StoredPool]:
    chosen = sa.select(pools).where(which).order_by(pools.c.id)
    rows = connection.execute(chosen).all()
    members: dict[str, list[StoredMember]] = {row.id: [] for row in rows}
    places = sa.select(pool_members).order_by(pool_members.c.provider)
    if len(rows) == 1:
        places = places.where(pool_members.c.pool == rows[0].id)
    for pool_id, *place in connection.execute(places) if rows else ():
        if pool_id in members:
            members[pool_id].append(StoredMember(*place))
    return [
        StoredPool(
            row.id, row.name, row.category, row.strategy, row.enabled, row.description,
            row.created_at, tuple(members[row.id]),
        )
        for row in rows
    ]  # fmt: skip


def _insert(connection: sa.Connection, ledger: Ledger, pool: StoredPool) -> None:
    insert_missing(
        connection, pools, id=pool.id, name=pool.name, category=pool.category,
        strategy=pool.strategy, enabled=pool.enabled, description=pool.description,
        created_at=ledger.clock,
    )  # fmt: skip


def _place(pool_id: str, member: StoredMember) -> dict[str, str | int]:
    place = {"priority": member.priority, "weight": member.weight}
    return {"pool": pool_id, "provider": member.provider, **place}
