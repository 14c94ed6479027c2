"""The markets that each provider lists, as far as its listings are believed.

A row is a market that is listed. One that a listing leaves out is gone at once; where half of
the markets vanish together the listing is taken for a damaged one, and each of them stays
until it has been missing for a week.
"""

from collections.abc import Iterable

import sqlalchemy as sa

from resources.ledger import market_statuses
from resources.ledger.database import Ledger
from resources.ledger.tables import listings

_MISSED_FOR = 7 * 86_400_000


def replace(ledger: Ledger, provider: str, symbols: Iterable[str]) -> set[str]:
    """Store what a provider lists now, and what changed; returns what counts as listed.

    `market_statuses` keeps when markets came and went.
    """
    now = set(symbols)
    table = listings.c
    with ledger.write() as connection:
        query = sa.select(table.symbol, table.seen_at <= ledger.clock - _MISSED_FOR).where(
            table.provider == provider
        )
        before = {symbol: bool(long_ago) for symbol, long_ago in connection.execute(query)}
        vanished = before.keys() - now
        believed = 2 * len(vanished) < len(before)
        gone = vanished if believed else {symbol for symbol in vanished if before[symbol]}
        mine = table.provider == provider
        connection.execute(listings.delete().where(mine, table.symbol.in_(now | gone)))
        if rows := [{"provider": provider, "symbol": symbol} for symbol in sorted(now)]:
            connection.execute(listings.insert().values(seen_at=ledger.clock), rows)
        market_statuses.note(connection, ledger, provider, now, gone)
    return now | (vanished - gone)


def listed(ledger: Ledger, provider: str, max_age_ms: int) -> set[str] | None:
    """The markets a provider lists by a listing at most `max_age_ms` old; None when there is
    none."""
    table = listings.c
    mine = table.provider == provider
    fresh = sa.select(listings).where(mine, table.seen_at >= ledger.clock - max_age_ms).exists()
    with ledger.read() as connection:
        found = set(connection.execute(sa.select(table.symbol).where(mine, fresh)).scalars())
    return found or None


def of_all(ledger: Ledger) -> set[str]:
    """The markets that any provider lists, as far as listings are known."""
    with ledger.read() as connection:
        return set(connection.execute(sa.select(listings.c.symbol).distinct()).scalars())


def who_lists(ledger: Ledger, symbol: str) -> list[str]:
    """The providers that list a market, sorted."""
    query = sa.select(listings.c.provider).where(listings.c.symbol == symbol)
    with ledger.read() as connection:
        return list(connection.execute(query.order_by(listings.c.provider)).scalars())
