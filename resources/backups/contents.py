"""Whether what lies in a backup can be read: the ledger as one of ours, of the lake every footer."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import polars as pl

from resources.errors import StoreUnavailable


def check_ledger(file: Path) -> None:
    """Raises StoreUnavailable where it is no sound SQLite file, or has no schema of ours."""
    try:
        with closing(sqlite3.connect(file)) as connection:
            (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{file.name} cannot be read: {error}") from error
    if said != "ok":
        raise StoreUnavailable(f"{file.name} is damaged: {said}")
    if version is None:
        raise StoreUnavailable(f"{file.name} is of no version of Headwater")


def count_rows(files: Iterable[Path]) -> int:
    """How many rows the footers of these Parquet files tell; a file that was cut has none.

    Raises StoreUnavailable.
    """
    return sum(_rows(file) for file in files)


def _rows(file: Path) -> int:
    try:
        return int(pl.scan_parquet(file, glob=False).select(pl.len()).collect().item())
    except (OSError, pl.exceptions.PolarsError) as error:
        raise StoreUnavailable(f"{file} is damaged: {error}") from error
