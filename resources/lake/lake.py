"""Reading and writing the lake's tables."""

import copy
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TypeVar, cast

import polars as pl
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError, DeltaError

from resources.errors import StoreUnavailable
from resources.lake.index import FileIndex, Partition
from resources.lake.merge import (
    Merged,
    append_batch,
    merge_batch,
    prepared,
    replace_partition,
    split_changed,
)
from resources.schemas import CANDLE_REVISIONS, CANDLES, TABLES, Table

_ATTEMPTS = 12
T = TypeVar("T")


class Lake:
    """All tables below one URL; safe to use from several processes and threads."""

    def __init__(self, url: str) -> None:
        self.url = url
        # What was read for revisions must be what the merge sees: one merge at a time in a process.
        self._merging = threading.RLock()
        # Of frozen ones too: they share it.
        self._reads: Counter[str] = Counter()
        self._counting = threading.Lock()
        self._indexes = {name: FileIndex(url, table) for name, table in TABLES.items()}

    def merge(self, table: Table, frame: pl.DataFrame) -> Merged:
        """Store a batch; rows that are stored already with the same values change nothing.

        A candle that its provider tells anew replaces the stored one, whose row moves to
        `candle_revisions` first; so does any that was imported. Conflicts with other writers are
        merged again. Raises StoreUnavailable when the lake cannot be written.
        """
        batch = prepared(table, frame)
        if batch.is_empty():
            return Merged(None)
        return self._retried(table, lambda: self._merge(table, batch))

    def rewrite(
        self,
        table: Table,
        partition: Mapping[str, str | int],
        change: Callable[[pl.LazyFrame], pl.LazyFrame],
    ) -> int | None:
        """Replace the rows of one partition by what `change` leaves of them, in the table's order
        and as one file, in one commit; returns its version, None where the partition has no rows.

        Whatever others commit meanwhile is read anew. Raises StoreUnavailable when they do not
        leave the time for it, or the lake cannot be written.
        """
        return self._retried(table, lambda: self._rewrite(table, partition, change))

    def scan(
        self,
        table: Table,
        partitions: Mapping[str, Sequence[str | int]],
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> pl.LazyFrame:
        """The stored rows of these partitions with times in [start, end), all columns."""
        with self._counting:
            self._reads[table.name] += 1
        with _translated():
            files = [file.path for file in self._indexes[table.name].files(partitions, start, end)]
        if not files:
            return pl.LazyFrame(schema=table.schema)
        kinds = {name: table.schema[name] for name in table.partitions}
        rows = pl.scan_parquet(files, hive_partitioning=True, hive_schema=kinds)
        if start is not None:
            rows = rows.filter(pl.col(table.time) >= start)
        if end is not None:
            rows = rows.filter(pl.col(table.time) < end)
        return rows.select(table.schema.names())

    def frozen(self) -> "Lake":
        """The rows that are stored now, for a question of many reads that must agree."""
        frozen = copy.copy(self)
        with _translated():
            frozen._indexes = {name: index.frozen() for name, index in self._indexes.items()}
        return frozen

    def times(
        self, table: Table, partitions: Mapping[str, Sequence[str | int]]
    ) -> tuple[datetime, datetime] | None:
        """The first and the last time among the stored rows of these partitions."""
        with _translated():
            files = self._indexes[table.name].files(partitions)
        if not files:
            return None
        return min(file.low for file in files), max(file.high for file in files)

    def periods(self, table: Table) -> list[str]:
        """The values of the table's last partition column that stored rows have, sorted."""
        with _translated():
            return sorted({file.period for file in self._indexes[table.name].files({})})

    def files(self, table: Table) -> list[str]:
        """Every file of the newest version of a table."""
        with _translated():
            return [file.path for file in self._indexes[table.name].files({})]

    def reads(self) -> dict[str, int]:
        """How often each table was scanned here."""
        with self._counting:
            return dict(self._reads)

    def version(self, table: Table) -> int:
        with _translated():
            return self._indexes[table.name].snapshot().version()

    def tables(self) -> list[Table]:
        """Those that were ever written or read."""
        with _translated():
            return [index.table for index in self._indexes.values() if index.exists()]

    def partitions(self, table: Table) -> list[Partition]:
        with _translated():
            return self._indexes[table.name].partitions()

    @contextmanager
    def held(self, table: Table) -> Iterator[DeltaTable]:
        """The newest snapshot of a table, for what concerns its files and log alone.

        What is raised in the block of a commit that others were faster than is StoreUnavailable.
        """
        try:
            with _translated(), self._indexes[table.name].held() as delta:
                yield delta
        except CommitFailedError as error:
            raise StoreUnavailable(f"{table.name} is too busy to write: {error}") from error

    def _retried(self, table: Table, write: Callable[[], T]) -> T:
        """Write, again as long as others were faster."""
        for attempt in range(_ATTEMPTS):
            try:
                with self._merging, _translated():
                    return write()
            except CommitFailedError as error:
                if attempt == _ATTEMPTS - 1:
                    raise StoreUnavailable(f"{table.name} is too busy to write: {error}") from error
                time.sleep(random.uniform(0, 0.05 * 2 ** min(attempt, 5)))
        raise AssertionError("unreachable")

    def _rewrite(
        self,
        table: Table,
        partition: Mapping[str, str | int],
        change: Callable[[pl.LazyFrame], pl.LazyFrame],
    ) -> int | None:
        # As in _merge: nobody moves the snapshot between the reading and the commit.
        with self._indexes[table.name].held() as delta:
            wanted = {name: [value] for name, value in partition.items()}
            if not self._indexes[table.name].files(wanted):
                return None
            rows = change(self.scan(table, wanted)).sort(table.sort).collect()
            return replace_partition(delta, table, partition, rows)

    def _merge(self, table: Table, batch: pl.DataFrame) -> Merged:
        # What is looked at must be what the commit follows: nobody moves the snapshot meanwhile.
        with self._indexes[table.name].held() as delta:
            if not table.values:
                return merge_batch(delta, table, batch)
            split = split_changed(table, self._stored(table, batch), batch)
            if split.fresh.is_empty():
                return Merged(None, kept=split.kept)
            if split.old.is_empty():
                return replace(append_batch(delta, table, split.fresh), kept=split.kept)
            if table is CANDLES:
                self.merge(CANDLE_REVISIONS, split.old)
            return replace(merge_batch(delta, table, split.fresh), kept=split.kept)

    def _stored(self, table: Table, batch: pl.DataFrame) -> pl.DataFrame:
        """All rows with the keys of the batch, and some more."""
        told = {name: batch[name].unique().to_list() for name in table.key if name != table.time}
        partitions = {name: told.pop(name) for name in table.partitions}
        if table.time in table.key:
            times = batch[table.time]
            low, high = cast(datetime, times.min()), cast(datetime, times.max())
            rows = self.scan(table, partitions, low).filter(pl.col(table.time) <= high)
        else:
            rows = self.scan(table, partitions)
        for name, values in told.items():
            rows = rows.filter(pl.col(name).is_in(values))
        return rows.collect()


def collect(rows: pl.LazyFrame) -> pl.DataFrame:
    """Read what was scanned. Raises StoreUnavailable when a file of the lake cannot be read."""
    try:
        return rows.collect()
    except (OSError, pl.exceptions.ComputeError) as error:
        raise StoreUnavailable(f"the lake cannot be read: {error}") from error


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except CommitFailedError:
        raise
    except (DeltaError, OSError, pl.exceptions.ComputeError) as error:
        raise StoreUnavailable(f"the lake cannot be used: {error}") from error
