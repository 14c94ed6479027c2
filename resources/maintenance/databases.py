"""SQLite files: their free pages given back, their logs emptied."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

# Seconds that others may take to let it begin.
_PATIENCE = 30.0
# Less than this part of free pages is not worth writing all the others anew.
_WORTH = 0.1


@dataclass(frozen=True, slots=True)
class Vacuumed:
    """Bytes of a file before and after; `problem` says why nothing was done."""

    path: Path
    before: int
    after: int
    problem: str | None = None


def vacuum(path: Path) -> Vacuumed:
    """Write a SQLite file anew where a tenth of it is free, and empty its log.

    Readers go on, writers wait meanwhile: a second for each 100 MB or so. One that is in use all the
    time, or on a disk without room for a second one, stays as it is, with the reason.
    """
    before = path.stat().st_size
    try:
        with closing(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)) as connection:
            pages, free = (
                connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_count", "freelist_count")
            )
            if free > _WORTH * pages:
                connection.execute("VACUUM")
            # While it waits for readers nobody can write: those that take long keep their log.
            connection.execute("PRAGMA busy_timeout = 500")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        return Vacuumed(path, before, path.stat().st_size, str(error))
    return Vacuumed(path, before, path.stat().st_size)
