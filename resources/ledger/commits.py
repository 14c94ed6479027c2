"""The log of acknowledged writes, and its tail.

One row of `commits` says that a version of a lake table is whole: its rows may be
served. `keys` is a list of objects: for candles `symbol`, `interval`, `oldest` and `newest`
(open times of the first and the last candle of the commit), for prices `symbol`,
for other tables `symbol`, `interval` and `newest` (time of the newest row).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.tables import commit_readers, commits, webhooks

KEPT_MS = 2 * 86_400_000
# Of each table, whatever their age: a service that starts reads no more of them.
KEPT_ROWS = 500
# A reader that has not been there for so long has missed some when it comes back.
LONGEST_WAIT_MS = 30 * 86_400_000
Key = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Commit:
    seq: int
    table: str
    version: int | None
    keys: Sequence[Key]
    rows: int
    at: int


def record(
    connection: sa.Connection,
    ledger: Ledger,
    table: str,
    version: int | None,
    keys: Sequence[Key],
    rows: int,
) -> int:
    """Add the row within the caller's transaction; returns its `seq`."""
    values = {"table_name": table, "version": version, "keys": json.dumps(keys), "rows": rows}
    statement = commits.insert().values(**values, at=ledger.clock).returning(commits.c.seq)
    return int(connection.execute(statement).scalar_one())


def newest_seq(ledger: Ledger) -> int:
    """The newest `seq`, 0 before the first commit."""
    with ledger.read() as connection:
        return newest(connection)


def newest(connection: sa.Connection) -> int:
    """The same, as the caller's transaction sees it."""
    return int(connection.execute(sa.select(sa.func.max(commits.c.seq))).scalar() or 0)


def written_before(ledger: Ledger, at: int) -> int | None:
    """When a table of the lake was last written up to this time; ms, None where none was."""
    mine = (commits.c.at <= at) & commits.c.version.is_not(None)
    with ledger.read() as connection:
        return connection.execute(sa.select(sa.func.max(commits.c.at)).where(mine)).scalar()


class Tail:
    """Follows the commits of all processes, from `after` on."""

    def __init__(self, ledger: Ledger, after: int) -> None:
        self.after = after
        self._ledger = ledger
        self._data_version = -1

    def has_news(self) -> bool:
        """Whether anything was committed since the last poll; costs 5 µs, and waits for nobody."""
        return self._ledger.data_version() != self._data_version

    def poll(self, limit: int = 500) -> list[Commit]:
        """Commits since the last poll, oldest first; costs under 0.1 ms when there are none."""
        version = self._ledger.data_version()
        if version == self._data_version:
            return []
        found = read_commits(self._ledger, self.after, limit)
        if len(found) < limit:
            self._data_version = version
        if found:
            self.after = found[-1].seq
        return found


def read_commits(ledger: Ledger, after: int, limit: int) -> list[Commit]:
    query = sa.select(commits).where(commits.c.seq > after).order_by(commits.c.seq).limit(limit)
    with ledger.read() as connection:
        return [
            Commit(row.seq, row.table_name, row.version, json.loads(row.keys), row.rows, row.at)
            for row in connection.execute(query)
        ]


def prune(connection: sa.Connection, ledger: Ledger) -> int:
    """Delete commits of more than two days ago; returns how many.

    The newest 500 of each table stay, and those of up to 30 days that a reader of
    `commit_readers` or a webhook has not seen.
    """
    table, gone = commits.c, 0
    readers = sa.union_all(sa.select(commit_readers.c.seq), sa.select(webhooks.c.seen)).subquery()
    seen = connection.execute(sa.select(sa.func.min(readers.c.seq))).scalar()
    old = table.at < ledger.clock - KEPT_MS
    if seen is not None:
        old &= (table.seq <= seen) | (table.at < ledger.clock - LONGEST_WAIT_MS)
    for name in connection.execute(sa.select(table.table_name).distinct()).scalars().all():
        mine = table.table_name == name
        newest_first = sa.select(table.seq).where(mine).order_by(table.seq.desc())
        floor = connection.execute(newest_first.limit(1).offset(KEPT_ROWS)).scalar()
        if floor is not None:
            old_ones = sa.delete(commits).where(mine, table.seq <= floor, old)
            gone += connection.execute(old_ones).rowcount
    return gone
