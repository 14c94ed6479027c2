"""How old the newest data of each feed may be, and alerts where it is older."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from resources.cadence import CADENCES
from resources.ledger import Ledger, alerts, feed_times
from resources.ledger.database import AHEAD_MS
from resources.ledger.tables import coverage, latest_prices, pools
from resources.market import Interval
from resources.plan import OHLCV_ASSET, PRICES_ASSET
from resources.schemas import FEED_TABLES, Table

# In ms.
TARGETS: Mapping[str, int] = {feed: cadence.target for feed, cadence in CADENCES.items()}


def newest(ledger: Ledger) -> dict[str, int | None]:
    """When the newest data of each feed is of, ms since 1970, UTC; None where there is none.

    Of candles the newest close counts, of intervals of up to an hour; of a feed of several tables
    the one that is behind, but for histories by day beside what is told of one time. What was
    stored under a clock that was ahead counts where there is nothing else.
    """
    short = [str(interval) for interval in Interval if interval.ms <= Interval.H1.ms]
    closed = _newest(ledger, coverage.c.end).where(coverage.c.interval.in_(short))
    queries = {PRICES_ASSET: _newest(ledger, latest_prices.c.at), OHLCV_ASSET: closed}
    with ledger.read() as connection:
        found = {feed: connection.execute(query).scalar() for feed, query in queries.items()}
    times = feed_times.read(ledger)
    for feed in FEED_TABLES:
        known = [times[table.name] for table in _counted(feed) if table.name in times]
        found[feed] = min(known, default=None)
    return found


def _newest(ledger: Ledger, time: sa.ColumnElement[int]) -> sa.Select[Any]:
    possible = sa.func.max(time).filter(time <= ledger.horizon)
    return sa.select(sa.func.coalesce(possible, sa.func.max(time)))


def stale(feed: str, at: int, now: int) -> bool:
    """Whether the newest data of a feed, of the time `at`, are older than they may be, or so far
    ahead of `now` that nobody knows how old they are."""
    return not -AHEAD_MS <= now - at <= TARGETS[feed]


def watch(ledger: Ledger) -> list[str]:
    """Tell of feeds that have become stale, or have no data although their pool has been there for
    longer than their target, once, and end what was told of the others; returns those told of."""
    now, found = ledger.now(), newest(ledger)
    news = _without_data(ledger, found, now)
    for feed, at in found.items():
        if at is not None and stale(feed, at, now):
            age, target = now - at, TARGETS[feed]
            how = f"{_minutes(-age)} ahead of the clock" if age < 0 else f"{_minutes(age)} old"
            message = f"the newest data of {feed} is {how}, its target is {_minutes(target)}"
            news[feed] = _news(feed, message, age_ms=age)
    with ledger.write() as connection:
        for feed in found:
            if feed in news:
                alerts.tell(connection, ledger, news[feed])
            else:
                alerts.resolve(connection, ledger, _key(feed))
    return list(news)


def _without_data(
    ledger: Ledger, found: Mapping[str, int | None], now: int
) -> dict[str, alerts.News]:
    """What is to be told of feeds that were to be collected for long enough, and of which all or
    a table is lacking."""
    with ledger.read() as connection:
        enabled = connection.execute(sa.select(pools).where(pools.c.enabled))
        created = {pool.id: pool.created_at for pool in enabled}
    times, news = feed_times.read(ledger), {}
    for feed, at in found.items():
        lacking = [table.name for table in _counted(feed) if table.name not in times]
        if now - created.get(feed, now) > TARGETS[feed] and (at is None or lacking):
            where = f" in {', '.join(lacking)}" if at is not None else ""
            news[feed] = _news(feed, f"{feed} has no data yet{where}")
    return news


def _counted(feed: str) -> Sequence[Table]:
    """The tables of a feed by which its freshness goes."""
    tables = FEED_TABLES.get(feed, ())
    return [table for table in tables if table.time == "at"] or tables


def _key(feed: str) -> str:
    return f"stale:{feed}"


def _news(feed: str, message: str, **details: int) -> alerts.News:
    told = {**details, "target_ms": TARGETS[feed]}
    return alerts.News(_key(feed), "stale_feed", "warning", message, feed=feed, details=told)


def _minutes(ms: int) -> str:
    minutes = round(ms / 60_000)
    return f"{minutes} min" if minutes < 120 else f"{round(minutes / 60)} h"
