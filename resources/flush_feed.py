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
    """Store rows of a feed's table; those that are stored already stay, or are revised by `values`.

    What a run stored that was killed before it told of it adds nothing, and is told of now.
    """
    if frame.is_empty():
        return Flushed()
    merged = lake.merge(table, frame)
    newest = int(str(frame[table.time].dt.epoch("ms").max()))
    rows = merged.inserted + merged.revised
    version = merged.version
    with ledger.write() as connection:
        untold = feed_times.advance(connection, ledger, table.name, newest)
        if version is None and untold:
            version, rows = lake.version(table), frame.height
        if version is not None:
            keys: list[commits.Key] = [{"newest": newest}]
            commits.record(connection, ledger, table.name, version, keys, rows)
    return Flushed(merged.inserted, merged.revised, commits=int(version is not None))
