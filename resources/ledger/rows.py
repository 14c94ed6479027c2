"""Two things that every table of small rows needs: a first row, and a copy kept while nothing changes."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from resources.ledger.database import Ledger

T = TypeVar("T")


def insert_missing(connection: sa.Connection, table: sa.Table, **values: Any) -> None:
    """Insert a row unless one with its primary key is there; safe against other processes."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(dialect.insert(table).values(**values).on_conflict_do_nothing())


class Cached(Generic[T]):
    """What `read` found for a key, until anyone commits to the ledger."""

    def __init__(self, ledger: Ledger, read: Callable[[sa.Connection, str], T]) -> None:
        self._ledger = ledger
        self._read = read
        self._version: int | None = None
        self._kept: dict[str, T] = {}

    def get(self, key: str) -> T:
        # The version comes first: a commit between the two is then seen by the next get.
        version = self._ledger.data_version()
        if version != self._version:
            self._kept.clear()
            self._version = version
        if key not in self._kept:
            with self._ledger.read() as connection:
                self._kept[key] = self._read(connection, key)
        return self._kept[key]
