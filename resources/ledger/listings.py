"""The markets that each provider lists."""

from collections.abc import Iterable

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.tables import listings


def replace(ledger: Ledger, provider: str, symbols: Iterable[str]) -> None:
    """Store what a provider lists now in place of what it listed before."""
    rows = [{"provider": provider, "symbol": symbol} for symbol in sorted(set(symbols))]
    with ledger.write() as connection:
        connection.execute(listings.delete().where(listings.c.provider == provider))
        if rows:
            connection.execute(listings.insert().values(seen_at=ledger.clock), rows)


def listed(ledger: Ledger, provider: str, max_age_ms: int) -> set[str] | None:
    """The symbols a provider listed at most `max_age_ms` ago; None when that is not known."""
    query = sa.select(listings.c.symbol).where(
        listings.c.provider == provider, listings.c.seen_at >= ledger.clock - max_age_ms
    )
    with ledger.read() as connection:
        found = set(connection.execute(query).scalars())
    return found or None
