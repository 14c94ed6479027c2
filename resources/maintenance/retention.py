"""Rows of the lake that have become old: thinned or deleted, as their table says."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import polars as pl

from resources.errors import Unavailable
from resources.lake import Lake, Partition, collect
from resources.ledger import Ledger, commits
from resources.schemas import Table, Thin, utc

_DAY = 86_400_000
# Who runs it at weekends alone has no longer breaks.
_LONGEST_BREAK = 7 * _DAY


def trusts_clock(ledger: Ledger) -> bool:
    """Whether the clock may say what is old: the lake must have been written by it for a day.

    Rows that go do not come back, so a clock that was just set forth must not decide; False before
    anything is a day old. Raises Unavailable where more than a week is missing before this day:
    Headwater was off, or the clock is wrong, and somebody should look at it.
    """
    yesterday = ledger.now() - _DAY
    last = commits.written_before(ledger, yesterday)
    if last is not None and last < yesterday - _LONGEST_BREAK:
        raise Unavailable(
            f"nothing was stored from {utc(last):%Y-%m-%d %H:%M} to {utc(yesterday):%Y-%m-%d %H:%M}"
            ", as after a long stop or with a clock that is ahead: old rows stay for a day more"
        )
    return last is not None


def retain(lake: Lake, now: datetime) -> dict[str, int]:
    """Thin or delete what is older than its table keeps it; how many rows of each table went.

    A partition is looked at once all of it is old enough, and rewritten in one commit, or dropped
    where nothing is left. Doing it again changes nothing. Tables without a rule are kept for ever.
    """
    gone = {}
    for table in lake.tables():
        count = 0
        if table.keep_days is not None:
            count += drop(lake, table, now - timedelta(days=table.keep_days))
        if table.thin is not None:
            count += _thin(lake, table, table.thin, now)
        if count:
            gone[table.name] = count
    return gone


def thinned(table: Table, thin: Thin, rows: pl.LazyFrame) -> pl.LazyFrame:
    """The first row of each `thin.to` of everything that the key names beside the time.

    Of prices that is the one of the full hour, or what follows next where it is missing.
    """
    return rows.sort(table.time).unique(_groups(table, thin), keep="first", maintain_order=True)


def drop(lake: Lake, table: Table, limit: datetime) -> int:
    newer = pl.col(table.time) >= limit
    old = list(_older(lake, table, limit))
    for one in old:
        # What somebody has added since it was looked at stays.
        lake.rewrite(table, one.values, lambda rows: rows.filter(newer))
    return sum(one.rows for one in old)


def _thin(lake: Lake, table: Table, thin: Thin, now: datetime) -> int:
    count = 0
    for one in _older(lake, table, now - timedelta(days=thin.after_days)):
        surplus = _surplus(lake, table, thin, one)
        if surplus:
            lake.rewrite(table, one.values, lambda rows: thinned(table, thin, rows))
            count += surplus
    return count


def _older(lake: Lake, table: Table, limit: datetime) -> Iterator[Partition]:
    return (one for one in lake.partitions(table) if one.high < limit)


def _surplus(lake: Lake, table: Table, thin: Thin, one: Partition) -> int:
    """How many rows thinning would take away; reads the columns of the key alone."""
    rows = lake.scan(table, {name: [value] for name, value in one.values.items()})
    left = pl.struct(_groups(table, thin)).n_unique()
    return int(collect(rows.select(pl.len() - left)).item())


def _groups(table: Table, thin: Thin) -> list[pl.Expr]:
    slot = pl.col(table.time).dt.truncate(str(thin.to))
    return [pl.col(name) for name in table.key if name != table.time] + [slot.alias("slot")]
