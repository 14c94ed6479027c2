"""What every table has: a schema, what identifies a row, and how it lies in the lake."""

from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from resources.market import Interval

UTC_TIME = pl.Datetime("us", "UTC")
IMPORTED = "imported"

PROVENANCE = {
    "provider": pl.String(),
    "mode": pl.String(),
    "fetched_at": UTC_TIME,
    "known_at": UTC_TIME,  # when this value became the stored one
}


@dataclass(frozen=True, slots=True)
class Thin:
    """Of rows older than `after_days` the first of each interval `to` stays."""

    after_days: int
    to: Interval


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the lake: `key` identifies a row, `time` orders and prunes, `values` may be revised.

    Where it is `owned`, a row is revised by its own provider alone. Rows stay for ever but for
    what `thin` says and, where it is set, those older than `keep_days`.
    """

    name: str
    schema: pl.Schema
    key: tuple[str, ...]
    partitions: tuple[str, ...]
    time: str
    values: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()
    owned: bool = False
    thin: Thin | None = None
    keep_days: int | None = None


def utc(ms: int) -> datetime:
    """A moment of frames and tables out of milliseconds since 1970."""
    return datetime.fromtimestamp(ms / 1000, UTC)
