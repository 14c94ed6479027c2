"""The tables of feeds: what was told last, and rows of a window."""

import polars as pl

from resources.lake import Lake, collect
from resources.ledger import Ledger, feed_times
from resources.plan import Window, day_key
from resources.schemas import Table, utc


def newest(lake: Lake, ledger: Ledger, table: Table) -> pl.DataFrame:
    """The rows of the newest time of a table that is partitioned by day; none where it is empty."""
    at = feed_times.read(ledger).get(table.name)
    if at is None:
        return pl.DataFrame(schema=table.schema)
    return collect(lake.scan(table, {"day": [day_key(at)]}, utc(at), utc(at + 1)))


def between(lake: Lake, table: Table, window: Window) -> pl.LazyFrame:
    """The rows of a table in [start, end) of its time."""
    return lake.scan(table, {}, utc(window.start), utc(window.end))
