"""Claims of snapshots that were asked for by hand: one run at a time per provider."""

import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.tables import forced_updates


@dataclass(frozen=True, slots=True)
class Claim:
    """Whose run it is: ours to launch (`mine`), or that of `run_id`, None while it is launched.

    `age` is in milliseconds.
    """

    provider: str
    id: str
    run_id: str | None
    age: int
    mine: bool


def claim(ledger: Ledger, provider_id: str, most: int) -> Claim | None:
    """The claim that holds; a new one of our own where there is none.

    None where there are `most` claims of others, so that there may be no new one.
    """
    new = secrets.token_hex(8)
    with ledger.write() as connection:
        there = _read(connection, ledger)
        for one in there:
            if one.provider == provider_id:
                return one
        if len(there) >= most:
            return None
        values = {"provider": provider_id, "claim": new, "claimed_at": ledger.clock}
        connection.execute(forced_updates.insert().values(**values))
    return Claim(provider_id, new, None, 0, mine=True)


def claims(ledger: Ledger) -> list[Claim]:
    """Every claim that holds."""
    with ledger.read() as connection:
        return _read(connection, ledger)


def launched(ledger: Ledger, claim: Claim, run_id: str) -> None:
    """The run that the claim is about."""
    mine = forced_updates.c.claim == claim.id
    with ledger.write() as connection:
        connection.execute(forced_updates.update().where(mine).values(run_id=run_id))


def drop(ledger: Ledger, claim: Claim) -> None:
    """Give up a claim whose run was never launched, or ended without a word."""
    with ledger.write() as connection:
        connection.execute(forced_updates.delete().where(forced_updates.c.claim == claim.id))


def ended(ledger: Ledger, run_id: str) -> None:
    """The run is over: the next one may start."""
    with ledger.write() as connection:
        connection.execute(forced_updates.delete().where(forced_updates.c.run_id == run_id))


def _read(connection: sa.Connection, ledger: Ledger) -> list[Claim]:
    table = forced_updates.c
    age = (ledger.clock - table.claimed_at).label("age")
    rows = connection.execute(sa.select(table.provider, table.claim, table.run_id, age))
    return [Claim(row.provider, row.claim, row.run_id, row.age, mine=False) for row in rows]
