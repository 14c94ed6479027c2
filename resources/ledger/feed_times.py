"""Up to when each table of a feed has data."""

from collections.abc import Mapping

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.rows import insert_missing
from resources.ledger.tables import feed_times


def advance(connection: sa.Connection, table: str, newest: int) -> None:
    """Note the time (ms since 1970, UTC) of a table's newest data; an earlier one changes nothing."""
    insert_missing(connection, feed_times, table_name=table, newest=newest)
    earlier = (feed_times.c.table_name == table) & (feed_times.c.newest < newest)
    connection.execute(feed_times.update().where(earlier).values(newest=newest))


def read(ledger: Ledger) -> Mapping[str, int]:
    """The time of the newest data of each table that has any, ms since 1970, UTC."""
    with ledger.read() as connection:
        rows = connection.execute(sa.select(feed_times))
        return {row.table_name: row.newest for row in rows}
