"""How old the newest data of each feed may be, and alerts where it is older."""

from collections.abc import Mapping

import sqlalchemy as sa

from resources.ledger import Ledger, alerts
from resources.ledger.tables import coverage, latest_prices
from resources.market import Interval
from resources.plan import OHLCV_ASSET, PRICES_ASSET

# In ms.
TARGETS: Mapping[str, int] = {PRICES_ASSET: 300_000, OHLCV_ASSET: 7_200_000}


def newest(ledger: Ledger) -> dict[str, int | None]:
    """When the newest data of each feed is of, ms since 1970, UTC; None where there is none.

    Of candles the newest close counts, of intervals of up to an hour.
    """
    short = [str(interval) for interval in Interval if interval.ms <= Interval.H1.ms]
    closed = sa.select(sa.func.max(coverage.c.end)).where(coverage.c.interval.in_(short))
    queries = {PRICES_ASSET: sa.select(sa.func.max(latest_prices.c.at)), OHLCV_ASSET: closed}
    with ledger.read() as connection:
        return {feed: connection.execute(query).scalar() for feed, query in queries.items()}


def watch(ledger: Ledger) -> list[str]:
    """Tell of feeds that have become stale, once, and end what was told of those that are
    fresh again; returns the stale ones. A feed that never had data is not stale."""
    now, stale = ledger.now(), []
    with_data = {feed: at for feed, at in newest(ledger).items() if at is not None}
    with ledger.write() as connection:
        for feed, at in with_data.items():
            age = now - at
            if age <= TARGETS[feed]:
                alerts.resolve(connection, ledger, _key(feed))
                continue
            stale.append(feed)
            alerts.tell(connection, ledger, _news(feed, age))
    return stale


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
