"""Whether a database has tables, indexes and triggers of ours, and none beside them."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from resources.errors import StoreUnavailable
from resources.ledger import Ledger

# Of each its name, and what must be the same under it. Tables are compared by what they mean: one
# that was altered step by step may be written otherwise than a new one.
# Statistics of the planner are made on demand.
_OBJECTS = """
    SELECT name, type, tbl_name,
        CASE WHEN type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'
             THEN sql LIKE '%AUTOINCREMENT%' ELSE sql END
    FROM sqlite_master WHERE type <> 'table' OR name NOT IN ('sqlite_stat1', 'sqlite_stat4')
"""
_COLUMNS = """
    SELECT m.name || '.' || c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden
    FROM sqlite_master AS m, pragma_table_xinfo(m.name) AS c
    WHERE m.type = 'table' AND m.name NOT IN ('sqlite_stat1', 'sqlite_stat4')
"""
# What a constraint makes has no text.
_INDEXED = """
    SELECT m.name, c.seqno, c.name, c.coll
    FROM sqlite_master AS m, pragma_index_xinfo(m.name) AS c WHERE m.type = 'index'
"""


def check_shape(file: Path) -> None:
    """Compare a ledger that is up to date with an empty one: another column would fail once it is
    live, a trigger or view of somebody else's would work in our name. Raises StoreUnavailable."""
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        empty = Path(folder) / "empty.db"
        ledger = Ledger(f"sqlite:///{empty}")
        ledger.migrate()
        ledger.close()
        ours = _shape(empty)
    theirs = _shape(file)
    if strange := sorted(name for name, *_ in theirs - ours):
        raise StoreUnavailable(f"{file.name} has what no ledger of Headwater has: {strange[0]}")
    if missing := sorted(name for name, *_ in ours - theirs):
        raise StoreUnavailable(f"{file.name} has no {missing[0]}")


def _shape(file: Path) -> set[tuple[Any, ...]]:
    try:
        with closing(sqlite3.connect(file)) as connection:
            return {
                tuple(" ".join(said.split()) if isinstance(said, str) else said for said in row)
                for query in (_OBJECTS, _COLUMNS, _INDEXED)
                for row in connection.execute(query)
            }
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{file.name} cannot be read: {error}") from error
