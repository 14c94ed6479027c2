"""How much room everything takes: the disk by area, the tables of lake and ledger."""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from resources.errors import StoreUnavailable
from resources.lake import Lake
from resources.ledger import Ledger
from resources.ledger.tables import METADATA
from resources.schemas import Table

# In this order: a file that has two names (of the lake and of a backup) counts for the first.
AREAS: Mapping[str, tuple[str, ...]] = {
    "lake": ("lake",),
    "ledger": ("ledger.db", "ledger.db-wal", "ledger.db-shm"),
    "dagster": ("dagster",),
    "logs": ("logs",),
    "backups": ("backups",),
}


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes of the disk that the home lies on."""

    total: int
    free: int


@dataclass(frozen=True, slots=True)
class Size:
    """Of one table; `size` are bytes, of the lake those of its newest version's files."""

    rows: int
    size: int
    files: int = 0


def room(home: Path) -> Room:
    """Raises StoreUnavailable where the home cannot be read."""
    try:
        found = shutil.disk_usage(home)
    except OSError as error:
        raise StoreUnavailable(f"the home folder cannot be read: {error}") from error
    return Room(found.total, found.free)


def used(home: Path) -> dict[str, int]:
    """Bytes that each area of a home takes on its disk, each file counted once.

    So a backup takes what the lake has no longer. It looks at every file: 10 µs each.
    """
    seen: set[tuple[int, int]] = set()
    return {area: sum(_blocks(home, names, seen)) for area, names in AREAS.items()}


def _blocks(home: Path, names: tuple[str, ...], seen: set[tuple[int, int]]) -> Iterator[int]:
    waiting = [str(home / name) for name in names]
    while waiting:
        path = waiting.pop()
        try:
            status = os.lstat(path)
            if os.path.isdir(path) and not os.path.islink(path):  # noqa: PTH112, PTH114 (faster)
                with os.scandir(path) as entries:
                    waiting += [entry.path for entry in entries]
        except OSError:
            # It was there a moment ago: compacted, rotated, deleted.
            continue
        if (status.st_dev, status.st_ino) not in seen:
            seen.add((status.st_dev, status.st_ino))
            yield status.st_blocks * 512


def of_lake(lake: Lake, table: Table) -> Size:
    """Rows and bytes of the newest version of a table that exists, from its log alone."""
    with lake.held(table) as delta:
        files = pl.DataFrame(delta.get_add_actions(flatten=True))
    if files.is_empty():
        return Size(0, 0)
    return Size(int(files["num_records"].sum()), int(files["size_bytes"].sum()), files.height)


def of_ledger(ledger: Ledger) -> dict[str, Size]:
    """Rows of each table, and the bytes of its pages and those of its indexes; 0 bytes where the
    database does not tell them. It reads the whole file: a second for each GB or so."""
    count = sa.func.count()
    with ledger.read() as connection:
        rows = {
            name: int(connection.execute(sa.select(count).select_from(table)).scalar_one())
            for name, table in METADATA.tables.items()
        }
    size = _pages(ledger)
    return {name: Size(count, size.get(name, 0)) for name, count in sorted(rows.items())}


def _pages(ledger: Ledger) -> dict[str, int]:
    if ledger.engine.dialect.name != "sqlite":
        return {}
    query = (
        "SELECT m.tbl_name, SUM(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name "
        "WHERE s.aggregate = TRUE GROUP BY m.tbl_name"
    )
    try:
        with ledger.read() as connection:
            found = connection.exec_driver_sql(query).all()
    except StoreUnavailable:
        # A SQLite that was built without dbstat.
        return {}
    return {str(name): int(size) for name, size in found}
