"""What tables of small rows need: a first row, sums, and a copy kept while nothing changes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from resources.ledger.database import Ledger

T = TypeVar("T")


def insert_missing(connection: sa.Connection, table: sa.Table, **values: Any) -> bool:
    """Insert a row unless one with its primary key is there, and say so; safe against other
    processes."""
    statement = _insert(connection, table).values(**values).on_conflict_do_nothing()
    return bool(connection.execute(statement).rowcount)


def insert_all_missing(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """`insert_missing` for many rows, all with the same columns, at once."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)


def add_counts(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]], *counts: str
) -> None:
    """Add to the columns `counts` of rows that are there, insert the others.

    Other columns than those and the primary key become what the row says.
    """
    insert = _insert(connection, table)
    keys = [column.name for column in table.primary_key]
    news = {
        name: table.c[name] + insert.excluded[name] if name in counts else insert.excluded[name]
        for name in table.c.keys()  # noqa: SIM118 - a collection of columns, whose names these are
        if name not in keys
    }
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=news), list(rows))


def _insert(connection: sa.Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


class Cached(Generic[T]):
    """What `read` found for a key, until anyone commits to the ledger."""

    def __init__(self, ledger: Ledger, read: Callable[[sa.Connection, str], T]) -> None:
        self._ledger = ledger
        self._read = read
        self._kept: tuple[int | None, dict[str, T]] = (None, {})

    def get(self, key: str) -> T:
        # The version comes first: a commit between the two is then seen by the next get.
        version = self._ledger.data_version()
        known, kept = self._kept
        if version != known:
            # A new one, not an emptied one: other threads may be reading the old.
            kept = {}
            self._kept = version, kept
        if key not in kept:
            with self._ledger.read() as connection:
                kept[key] = self._read(connection, key)
        return kept[key]
