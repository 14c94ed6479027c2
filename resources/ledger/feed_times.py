"""Up to when each table of a feed has data."""

from collections.abc import Mapping

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.rows import insert_missing
from resources.ledger.tables import feed_times


def advance(connection: sa.Connection, ledger: Ledger, table: str, newest: int) -> bool:
    """Note the time (ms since 1970, UTC) of a table's newest data, and say whether it is another.

    An earlier one changes nothing, unless the stored one is minutes ahead of the clock.
    """
    if insert_missing(connection, feed_times, table_name=table, newest=newest):
        return True
    stored = feed_times.c.newest
    behind = (stored < newest) | ((stored > ledger.horizon) & (stored != newest))
    update = feed_times.update().where(feed_times.c.table_name == table, behind)
    return bool(connection.execute(update.values(newest=newest)).rowcount)


def read(ledger: Ledger) -> Mapping[str, int]:
    """The time of the newest data of each table that has any, ms since 1970, UTC."""
    with ledger.read() as connection:
        rows = connection.execute(sa.select(feed_times))
        return {row.table_name: row.newest for row in rows}
