"""The log of commits, as a process that starts needs it."""

import json

import sqlalchemy as sa

from resources.ledger import Ledger
from resources.ledger.commits import Commit
from resources.ledger.tables import commits


def newest_commits(ledger: Ledger, table: str, until: int, count: int) -> list[Commit]:
    """The newest `count` commits of a table with a seq of at most `until`, oldest first."""
    query = (
        sa.select(commits)
        .where(commits.c.table_name == table, commits.c.seq <= until)
        .order_by(commits.c.seq.desc())
        .limit(count)
    )
    with ledger.read() as connection:
        found = [
            Commit(row.seq, row.table_name, row.version, json.loads(row.keys), row.rows, row.at)
            for row in connection.execute(query)
        ]
    return found[::-1]
