"""Where each pool's rotation stands, so that it goes on in the next process."""

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.rows import insert_missing
from resources.ledger.tables import rotations


def last_provider(ledger: Ledger, pool: str) -> str | None:
    """The id of the provider that the pool picked last, None before the first pick."""
    row = sa.select(rotations.c.last_provider).where(rotations.c.pool == pool)
    with ledger.read() as connection:
        return connection.execute(row).scalar()


def save_last_provider(ledger: Ledger, pool: str, provider_id: str) -> None:
    change = sa.update(rotations).where(rotations.c.pool == pool)
    with ledger.write() as connection:
        insert_missing(connection, rotations, pool=pool, last_provider=provider_id, at=0)
        connection.execute(change.values(last_provider=provider_id, at=ledger.clock))
