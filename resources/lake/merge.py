"""How a batch is merged into a table, so that writing it twice adds nothing.

The predicate is built from the batch itself: a predicate narrower than its batch
would miss stored rows and double them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from deltalake import ColumnProperties, DeltaTable, WriterProperties
from deltalake.exceptions import CommitFailedError, DeltaError
from deltalake.table import TableMerger

from resources.schemas import Table

_STREAMS = ColumnProperties(dictionary_enabled=False, encoding="BYTE_STREAM_SPLIT")
_DELTAS = ColumnProperties(dictionary_enabled=False, encoding="DELTA_BINARY_PACKED")


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did: the version that acknowledges it is None when nothing was new."""

    version: int | None
    inserted: int = 0
    revised: int = 0


def prepared(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """The batch in the table's columns and order, the last of rows with the same key kept."""
    return (
        frame.select(pl.col(name).cast(kind) for name, kind in table.schema.items())
        .unique(subset=table.key, keep="last", maintain_order=True)
        .sort(*table.partitions, *table.sort)
    )


def predicate(table: Table, batch: pl.DataFrame) -> str:
    """Matches each row of the batch by key, and names the partitions and times it lies in."""
    same = [f"target.{name} = source.{name}" for name in table.key]
    partitions = [
        f"target.{name} IN ({', '.join(_literal(v) for v in batch[name].unique().sort())})"
        for name in table.partitions
    ]
    low, high = (str(bound) for bound in (batch[table.time].min(), batch[table.time].max()))
    times = [f"target.{table.time} >= '{low}'", f"target.{table.time} <= '{high}'"]
    return " AND ".join([*same, *partitions, *times])


def merge_batch(delta: DeltaTable, table: Table, batch: pl.DataFrame) -> Merged:
    """Insert what is new and, where the table has values that may be revised, update the rest.

    Raises CommitFailedError when another writer was faster.
    """
    merger = delta.merge(
        batch,
        predicate(table, batch),
        source_alias="source",
        target_alias="target",
        writer_properties=_writer(table),
    ).when_not_matched_insert_all()
    if table.values:
        merger = merger.when_matched_update_all()
    before = delta.version()
    metrics = _executed(merger)
    inserted = metrics["num_target_rows_inserted"]
    revised = metrics["num_target_rows_updated"]
    return Merged(delta.version() if delta.version() != before else None, inserted, revised)


def _executed(merger: TableMerger) -> Mapping[str, Any]:
    try:
        return merger.execute()
    except DeltaError as error:
        # Whether a faster writer is in the way it asks a predicate that it writes as SQL, in which
        # our column `interval` cannot stand: what it could not check is in the way.
        if "sql parser error" in str(error):
            raise CommitFailedError(str(error)) from error
        raise


def split_changed(
    table: Table, stored: pl.DataFrame, batch: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(rows of the batch that say something new, the stored rows that they change)."""
    if stored.is_empty():
        return batch, stored
    key = list(table.key)
    both = batch.join(stored.select(*key, *table.values), on=key, how="left", suffix="_stored")
    known = batch.select(key).join(
        stored.select(*key, pl.lit(value=True).alias("known")), on=key, how="left"
    )["known"]
    differs = pl.any_horizontal(
        pl.col(name).ne_missing(pl.col(f"{name}_stored")) for name in table.values
    )
    changed = both.select(differs).to_series() & known.fill_null(value=False)
    fresh = batch.filter(known.is_null() | changed)
    old = stored.join(batch.filter(changed).select(key), on=key, how="semi")
    return fresh, old


def _writer(table: Table) -> WriterProperties:
    """Numbers hardly repeat: as split bytes or as differences they take a third less room and a
    fifth less CPU than in the dictionaries that parquet tries first."""
    kinds = {pl.Float64(): _STREAMS, pl.Int64(): _DELTAS, table.schema[table.time]: _DELTAS}
    columns = {name: kinds[kind] for name, kind in table.schema.items() if kind in kinds}
    return WriterProperties(compression="ZSTD", compression_level=3, column_properties=columns)


def _literal(value: object) -> str:
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
