"""Whether a database has tables, indexes and triggers of ours, and none beside them."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from resources.errors import StoreUnavailable
from resources.ledger import Ledger

# Statistics of the planner are made on demand.
_QUERY = "SELECT type, name, tbl_name FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'"


def check_shape(file: Path) -> None:
    """Compare a ledger that is up to date with an empty one. A trigger or view of somebody else's
    would work in our name. Raises StoreUnavailable."""
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        empty = Path(folder) / "empty.db"
        ledger = Ledger(f"sqlite:///{empty}")
        ledger.migrate()
        ledger.close()
        ours = _shape(empty)
    theirs = _shape(file)
    if strange := sorted(name for _, name, _ in theirs - ours):
        raise StoreUnavailable(f"{file.name} has what no ledger of Headwater has: {strange[0]}")
    if missing := sorted(name for _, name, _ in ours - theirs):
        raise StoreUnavailable(f"{file.name} has no {missing[0]}")


def _shape(file: Path) -> set[tuple[str, str, str]]:
    try:
        with closing(sqlite3.connect(file)) as connection:
            return set(connection.execute(_QUERY).fetchall())
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{file.name} cannot be read: {error}") from error
