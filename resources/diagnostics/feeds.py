"""Whether the data are fresh, and how much of what comes is refused."""

from collections.abc import Iterator

import sqlalchemy as sa

from resources.diagnostics.issue import Check, Issue
from resources.diagnostics.platform import Platform
from resources.ledger.tables import quarantine
from resources.monitoring.freshness import TARGETS, newest, stale

_DAY_MS = 86_400_000
# So many refused rows of a day are told of where a usual day of the week before had a third.
_ENOUGH, _TIMES = 100, 3


def _fresh(platform: Platform) -> Iterator[Issue]:
    found, now = newest(platform.ledger), platform.ledger.now()
    for feed, at in found.items():
        target = TARGETS[feed] / 60_000
        if at is None:
            yield Issue("info", f"{feed} has no data yet", {"feed": feed})
        elif stale(feed, at, now):
            age = (now - at) / 60_000
            message = f"the newest data of {feed} are {age:,.0f} min old, the target is {target:g}"
            yield Issue("warning", message, {"feed": feed, "age_ms": now - at})


def _refused(platform: Platform) -> Iterator[Issue]:
    """Rows that broke a rule, of the last day beside those of the week before it."""
    table = quarantine.c
    today = table.at > platform.ledger.clock - _DAY_MS
    week = table.at > platform.ledger.clock - 8 * _DAY_MS
    query = sa.select(
        table.table_name, sa.func.count().filter(today), sa.func.count().filter(sa.not_(today))
    )
    with platform.ledger.read() as connection:
        found = connection.execute(query.where(week).group_by(table.table_name)).all()
        for name, fresh, before in found:
            if fresh < max(_ENOUGH, _TIMES * before / 7):
                continue
            whose = sa.select(table.provider, table.reason, sa.func.count().label("rows"))
            mine = whose.where(today, table.table_name == name)
            most = mine.group_by(table.provider, table.reason).order_by(sa.desc("rows")).limit(5)
            rows = [dict(row) for row in connection.execute(most).mappings()]
            message = f"{fresh:,} rows of {name} broke a rule within a day, {before / 7:,.0f} in a usual one"
            yield Issue("warning", message, {"table": name, "most": rows})


CHECKS: dict[str, Check] = {"feeds_fresh": _fresh, "quarantine_growth": _refused}
