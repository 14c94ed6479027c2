"""Providers that are switched off and were seen working: a person decides about them."""

from dataclasses import dataclass

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.rows import insert_missing
from resources.ledger.tables import proposals


@dataclass(frozen=True, slots=True)
class Proposal:
    """`state` is "proposed", or "withdrawn" once the provider no longer worked."""

    provider: str
    found_at: int
    response_ms: int
    state: str


def propose(connection: sa.Connection, ledger: Ledger, provider_id: str, response_ms: int) -> bool:
    """Note a provider that works, within the caller's transaction; whether that is news."""
    values = {"response_ms": response_ms, "state": "proposed"}
    mine = proposals.c.provider == provider_id
    before = connection.execute(sa.select(proposals.c.state).where(mine)).scalar()
    insert_missing(connection, proposals, provider=provider_id, found_at=ledger.clock, **values)
    connection.execute(sa.update(proposals).where(mine).values(**values, found_at=ledger.clock))
    return before != "proposed"


def withdraw(connection: sa.Connection, provider_id: str) -> None:
    """A provider that was proposed does not work any more."""
    mine = sa.update(proposals).where(proposals.c.provider == provider_id)
    connection.execute(mine.values(state="withdrawn"))


def proposed(ledger: Ledger) -> set[str]:
    """The ids of the providers that are proposed now."""
    return {one.provider for one in read(ledger) if one.state == "proposed"}


def read(ledger: Ledger) -> list[Proposal]:
    """All of them, newest first."""
    query = sa.select(proposals).order_by(proposals.c.found_at.desc(), proposals.c.provider)
    with ledger.read() as connection:
        return [Proposal(*row) for row in connection.execute(query)]
