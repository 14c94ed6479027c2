"""A consistent copy of the ledger while others write to it."""

import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from resources.errors import InvalidInput, StoreUnavailable
from resources.ledger.database import Ledger


def path_of(ledger: Ledger) -> Path:
    """The file of the database. Raises InvalidInput where it is none."""
    url = sa.make_url(ledger.url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise InvalidInput("the ledger is no file: back it up with the tools of its database")
    return Path(url.database).absolute()


def copy(ledger: Ledger, to: Path, empty: Collection[str]) -> None:
    """Write all rows of one moment to a new SQLite file, but those of the tables in `empty`.

    Writers go on meanwhile. Raises StoreUnavailable when there is no room, or nothing to be read.
    """
    source = f"file:{path_of(ledger)}?mode=ro"
    try:
        with closing(sqlite3.connect(source, uri=True, timeout=30, isolation_level=None)) as live:
            live.execute("VACUUM INTO ?", (str(to),))
        with closing(sqlite3.connect(to, isolation_level=None)) as made:
            # Nobody reads it before it is whole.
            made.execute("PRAGMA journal_mode = OFF")
            made.execute("PRAGMA synchronous = OFF")
            for name in empty:
                made.execute(f'DELETE FROM "{name}"')  # noqa: S608 (a name of our own schema)
            if empty:
                made.execute("VACUUM")
    except sqlite3.Error as error:
        raise StoreUnavailable(f"the ledger cannot be copied to {to}: {error}") from error
