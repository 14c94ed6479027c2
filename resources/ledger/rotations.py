"""Where each pool's rotation stands, how often it turned, and its newest turns."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.rows import insert_missing
from resources.ledger.tables import rotation_history, rotations

KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Turn:
    """A pool picked `to` where it had picked `of` before (None: its first pick), `age` ms ago."""

    pool: str
    of: str | None
    to: str
    reason: str
    age: int = 0


@dataclass(frozen=True, slots=True)
class PastTurn:
    """A row of the history; `at` is ms since 1970, UTC."""

    pool: str
    of: str | None
    to: str
    reason: str
    at: int


def last_provider(ledger: Ledger, pool: str) -> str | None:
    """The id of the provider that the pool picked last, None before the first pick."""
    row = sa.select(rotations.c.last_provider).where(rotations.c.pool == pool)
    with ledger.read() as connection:
        return connection.execute(row).scalar()


def last_turns(ledger: Ledger, pool: str) -> dict[str, int]:
    """The number of each provider's newest turn of a pool, later ones have higher numbers.

    Whose turns are older than the history is not told.
    """
    history = rotation_history.c
    rows = sa.select(history.to_provider, sa.func.max(history.id).label("number"))
    rows = rows.where(history.pool == pool).group_by(history.to_provider)
    with ledger.read() as connection:
        return {row.to_provider: row.number for row in connection.execute(rows)}


def save(ledger: Ledger, turns: Sequence[Turn], counts: dict[str, int]) -> None:
    """Add turns, oldest first, to the history; `counts` is how many there were per pool."""
    history = rotation_history.c
    with ledger.write() as connection:
        now = connection.execute(sa.select(ledger.clock)).scalar_one()
        rows = [
            {"pool": t.pool, "from_provider": t.of, "to_provider": t.to, "reason": t.reason,
             "at": now - t.age}
            for t in turns
        ]  # fmt: skip
        connection.execute(sa.insert(rotation_history), rows)
        last = {turn.pool: turn.to for turn in turns}
        for pool, provider in last.items():
            insert_missing(connection, rotations, pool=pool, last_provider=provider, at=now)
            change = sa.update(rotations).where(rotations.c.pool == pool)
            total = rotations.c.total + counts.get(pool, 0)
            connection.execute(change.values(last_provider=provider, at=now, total=total))
        oldest = sa.select(history.id).order_by(history.id.desc()).limit(1).offset(KEPT)
        bound = connection.execute(oldest).scalar()
        if bound is not None:
            connection.execute(sa.delete(rotation_history).where(history.id <= bound))


def newest(ledger: Ledger, limit: int, pool: str | None = None) -> list[PastTurn]:
    """The newest turns of a pool, or of all, newest first."""
    history = rotation_history.c
    rows = sa.select(
        history.pool, history.from_provider, history.to_provider, history.reason, history.at
    )
    if pool is not None:
        rows = rows.where(history.pool == pool)
    with ledger.read() as connection:
        found = connection.execute(rows.order_by(history.id.desc()).limit(limit))
        return [PastTurn(*row) for row in found]


def kept(ledger: Ledger) -> int:
    """How many turns the history holds."""
    with ledger.read() as connection:
        count = sa.select(sa.func.count()).select_from(rotation_history)
        return connection.execute(count).scalar_one()


def totals(ledger: Ledger) -> dict[str, int]:
    """How often each pool turned, by its id."""
    with ledger.read() as connection:
        rows = connection.execute(sa.select(rotations.c.pool, rotations.c.total))
        return {row.pool: row.total for row in rows}
