"""Small files of the lake made into large ones: every flush leaves some, and reads open each."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from resources.lake import Lake, Partition

# So many files beside the largest one are worth a look.
_SEVERAL = 8
# So many are rewritten however little is in them.
_MANY = 32
# Otherwise they must hold this part of what is rewritten, so that no row is rewritten often.
_WORTH = 0.1
# Nothing more is expected of a partition that was not written to for so long.
_SETTLED = timedelta(days=1)
# A partition is sorted in memory: less than a gigabyte of it.
_MOST_ROWS = 5_000_000


@dataclass(frozen=True, slots=True)
class Compacted:
    """How many partitions were made into one file each, and of how many files."""

    partitions: int = 0
    files: int = 0


def compact(lake: Lake, now: datetime) -> Compacted:
    """Rewrite each partition that has several small files as one, in the table's order.

    No row is changed, and none is moved to another partition. Readers go on with the files that
    they know, which stay for an hour. Raises StoreUnavailable when the lake cannot be written.
    """
    partitions = files = 0
    for table in lake.tables():
        for one in lake.partitions(table):
            if due(one, now):
                lake.rewrite(table, one.values, _same)
                partitions += 1
                files += one.files
    return Compacted(partitions, files)


def due(one: Partition, now: datetime) -> bool:
    """Whether a partition is to be rewritten."""
    small = one.files - 1
    if not small or one.rows > _MOST_ROWS:
        return False
    if now - one.written > _SETTLED:
        return True
    worth = one.rows - one.largest >= _WORTH * one.rows
    return small >= _MANY or (small >= _SEVERAL and worth)


def _same(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows
