"""The files of one Delta table as a cached, prunable index."""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl
from deltalake import DeltaTable, Schema

from resources.schemas import Table


class FileIndex:
    """One table of the lake: its newest snapshot and the files that hold it.

    Keeping the snapshot and reading only the new commits costs about 0.5 ms; opening
    the table anew 6 ms and more.
    """

    def __init__(self, url: str, table: Table) -> None:
        self.table = table
        self.url = f"{url}/{table.name}"
        self._lock = threading.Lock()
        self._delta: DeltaTable | None = None
        self._version = -1
        self._files = pl.DataFrame()

    def snapshot(self) -> DeltaTable:
        """The newest snapshot; creates the table where there is none."""
        with self._lock:
            return self._refresh()

    def files(
        self,
        partitions: Mapping[str, Sequence[str | int]],
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> list[str]:
        """Paths of the files that may hold rows of these partitions with times in [start, end)."""
        with self._lock:
            self._refresh()
            files = self._files
        time = self.table.time
        wanted = [pl.col(f"partition.{name}").is_in(values) for name, values in partitions.items()]
        if start is not None:
            wanted.append(pl.col(f"max.{time}") >= start)
        if end is not None:
            wanted.append(pl.col(f"min.{time}") < end)
        found = files.filter(*wanted) if wanted else files
        return [f"{self.url}/{path}" for path in found["path"]]

    def partition_values(
        self, name: str, partitions: Mapping[str, Sequence[str | int]]
    ) -> list[str]:
        """The values of one partition column that stored rows have, sorted."""
        with self._lock:
            self._refresh()
            files = self._files
        wanted = [pl.col(f"partition.{key}").is_in(values) for key, values in partitions.items()]
        found = files.filter(*wanted) if wanted else files
        return sorted(found[f"partition.{name}"].unique().to_list())

    def _refresh(self) -> DeltaTable:
        if self._delta is None:
            self._delta = _open(self.url, self.table)
        else:
            self._delta.update_incremental()
        if self._delta.version() != self._version:
            self._files = self._list(self._delta)
            self._version = self._delta.version()
        return self._delta

    def _list(self, delta: DeltaTable) -> pl.DataFrame:
        actions = pl.DataFrame(delta.get_add_actions(flatten=True))
        time = self.table.time
        partitions = [f"partition.{name}" for name in self.table.partitions]
        if actions.is_empty():
            kinds = [self.table.schema[name] for name in self.table.partitions]
            bounds = dict.fromkeys((f"min.{time}", f"max.{time}"), self.table.schema[time])
            columns = {"path": pl.String(), **dict(zip(partitions, kinds, strict=True)), **bounds}
            return pl.DataFrame(schema=columns)
        return actions.select("path", *partitions, f"min.{time}", f"max.{time}")


def _open(url: str, table: Table) -> DeltaTable:
    if not DeltaTable.is_deltatable(url):
        # Statistics only of what prunes files: those of every value would triple the log.
        statistics = ",".join(name for name in table.sort)
        DeltaTable.create(
            url,
            Schema.from_arrow(table.schema),
            mode="ignore",
            partition_by=list(table.partitions),
            configuration={"delta.dataSkippingStatsColumns": statistics},
        )
    return DeltaTable(url)
