"""One commit of what a feed's providers have told: lake first, then one transaction of the ledger."""

from collections.abc import Sequence

import polars as pl

from resources.asking import Told
from resources.flush import Flushed
from resources.lake import Lake
from resources.ledger import Ledger, commits, feed_times
from resources.plan import day_key
from resources.schemas import UTC_TIME, Table, utc


def rows_of(told: Told, mode: str) -> pl.DataFrame:
    """The sound rows of an answer, with their origin."""
    fetched_at = pl.lit(utc(told.fetched_at), UTC_TIME)
    return (
        told.frame.filter(pl.col("reason").is_null())
        .drop("reason")
        .with_columns(
            provider=pl.lit(told.provider),
            mode=pl.lit(mode),
            fetched_at=fetched_at,
            known_at=fetched_at,
        )
    )


def snapshot_of(told: Sequence[Told], mode: str, at: int) -> pl.DataFrame:
    """The sound rows of these answers as those of one time, ms."""
    rows = pl.concat([rows_of(one, mode) for one in told], how="diagonal_relaxed")
    return rows.with_columns(day=pl.lit(day_key(at)), at=pl.lit(utc(at), UTC_TIME))


def flush_rows(lake: Lake, ledger: Ledger, table: Table, frame: pl.DataFrame) -> Flushed:
    """Store rows of a feed's table; those that are stored already stay, or are revised by `values`."""
    if frame.is_empty():
        return Flushed()
    merged = lake.merge(table, frame)
    newest = int(str(frame[table.time].dt.epoch("ms").max()))
    rows = merged.inserted + merged.revised
    with ledger.write() as connection:
        # Also where nothing is new: a run that was killed before this line has stored it.
        feed_times.advance(connection, table.name, newest)
        if merged.version is not None:
            keys: list[commits.Key] = [{"newest": newest}]
            commits.record(connection, ledger, table.name, merged.version, keys, rows)
    return Flushed(merged.inserted, merged.revised, commits=int(merged.version is not None))
