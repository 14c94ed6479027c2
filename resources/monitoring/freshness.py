"""How old the newest data of each feed may be, and alerts where it is older."""

from collections.abc import Mapping

import sqlalchemy as sa

from resources.cadence import CADENCES
from resources.ledger import Ledger, alerts, feed_times
from resources.ledger.tables import coverage, latest_prices
from resources.market import Interval
from resources.plan import OHLCV_ASSET, PRICES_ASSET
from resources.schemas import FEED_TABLES

# In ms.
TARGETS: Mapping[str, int] = {feed: cadence.target for feed, cadence in CADENCES.items()}


def newest(ledger: Ledger) -> dict[str, int | None]:
    """When the newest data of each feed is of, ms since 1970, UTC; None where there is none.

    Of candles the newest close counts, of intervals of up to an hour; of a feed of several tables
    the one that is behind, but for histories by day beside what is told of one time.
    """
    short = [str(interval) for interval in Interval if interval.ms <= Interval.H1.ms]
    closed = sa.select(sa.func.max(coverage.c.end)).where(coverage.c.interval.in_(short))
    queries = {PRICES_ASSET: sa.select(sa.func.max(latest_prices.c.at)), OHLCV_ASSET: closed}
    with ledger.read() as connection:
        found = {feed: connection.execute(query).scalar() for feed, query in queries.items()}
    times = feed_times.read(ledger)
    for feed, tables in FEED_TABLES.items():
        counted = [table for table in tables if table.time == "at"] or tables
        known = [times[table.name] for table in counted if table.name in times]
        found[feed] = min(known, default=None)
    return found


def stale(feed: str, at: int, now: int) -> bool:
    """Whether the newest data of a feed, of the time `at`, are older than they may be."""
    return now - at > TARGETS[feed]


def watch(ledger: Ledger) -> list[str]:
    """Tell of feeds that have become stale, once, and end what was told of those that are
    fresh again; returns the stale ones. A feed that never had data is not stale."""
    now, found = ledger.now(), []
    with_data = {feed: at for feed, at in newest(ledger).items() if at is not None}
    with ledger.write() as connection:
        for feed, at in with_data.items():
            if not stale(feed, at, now):
                alerts.resolve(connection, ledger, _key(feed))
                continue
            found.append(feed)
            alerts.tell(connection, ledger, _news(feed, now - at))
    return found


def _key(feed: str) -> str:
    return f"stale:{feed}"


def _news(feed: str, age: int) -> alerts.News:
    target = TARGETS[feed]
    return alerts.News(
        _key(feed),
        "stale_feed",
        "warning",
        f"the newest data of {feed} is {_minutes(age)} old, its target is {_minutes(target)}",
        feed=feed,
        details={"age_ms": age, "target_ms": target},
    )


def _minutes(ms: int) -> str:
    minutes = round(ms / 60_000)
    return f"{minutes} min" if minutes < 120 else f"{round(minutes / 60)} h"
