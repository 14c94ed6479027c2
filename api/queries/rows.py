"""How stored rows look in an answer."""

import polars as pl

from resources.errors import StoreUnavailable
from resources.market import Interval

_ISO = "%Y-%m-%dT%H:%M:%S%.fZ"

# Rows from the sandbox say so: sandbox:binance.
SOURCE = (
    pl.when(pl.col("mode") == "live")
    .then("provider")
    .otherwise(pl.concat_str("mode", "provider", separator=":"))
)


def source_of(provider: str, mode: str) -> str:
    """A provider's name; with its mode where it is not the real one."""
    return provider if mode == "live" else f"{mode}:{provider}"


def iso(column: str | pl.Expr) -> pl.Expr:
    """A column of times as ISO 8601 in UTC."""
    times = pl.col(column) if isinstance(column, str) else column
    return times.dt.strftime(_ISO)


def close_time(interval: Interval) -> pl.Expr:
    return (pl.col("open_time") + pl.duration(milliseconds=interval.ms)).alias("close_time")


def collect(rows: pl.LazyFrame) -> pl.DataFrame:
    """Read what was scanned. Raises StoreUnavailable when a file of the lake cannot be read."""
    try:
        return rows.collect()
    except (OSError, pl.exceptions.ComputeError) as error:
        raise StoreUnavailable(f"the lake cannot be read: {error}") from error
