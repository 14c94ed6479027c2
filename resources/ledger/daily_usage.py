"""How many requests each caller of the service has made today, so that a restart forgets none.

A caller is named as what it is counted by, "key 3f9c…" or "address 203.0.113.9". Days are counted
from 1970, UTC, and stored as YYYY-MM-DD. Two days are kept.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.rows import add_counts
from resources.ledger.tables import daily_usage

_DAY_MS = 86_400_000
_KEPT_DAYS = 2


def add(ledger: Ledger, counted: Mapping[tuple[int, str], int]) -> None:
    """Add requests by (day, caller), in one transaction."""
    rows = [
        {"caller": caller, "day": _text(day), "requests": requests}
        for (day, caller), requests in counted.items()
    ]
    with ledger.write() as connection:
        add_counts(connection, daily_usage, rows, "requests")


def read(ledger: Ledger, day: int, most: int) -> dict[str, int]:
    """Requests of one day by caller: of every key, and of more than `most` addresses those with
    the most."""
    asked = sa.select(daily_usage.c.caller, daily_usage.c.requests).where(
        daily_usage.c.day == _text(day)
    )
    is_key = daily_usage.c.caller.startswith("key ")
    addresses = asked.where(~is_key).order_by(daily_usage.c.requests.desc()).limit(most)
    with ledger.read() as connection:
        rows = [*connection.execute(asked.where(is_key)), *connection.execute(addresses)]
    return {row.caller: row.requests for row in rows}


def prune(connection: sa.Connection, ledger: Ledger) -> int:
    """Delete days before yesterday; returns how many rows."""
    now = connection.execute(sa.select(ledger.clock)).scalar_one()
    first = _text(now // _DAY_MS - _KEPT_DAYS + 1)
    return connection.execute(sa.delete(daily_usage).where(daily_usage.c.day < first)).rowcount


def _text(day: int) -> str:
    return datetime.fromtimestamp(day * _DAY_MS / 1000, UTC).date().isoformat()
