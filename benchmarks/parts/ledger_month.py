"""What a month leaves in the ledger beside the rows that its flushes write."""

import json
import os
import random
from collections.abc import Iterator

import sqlalchemy as sa

from resources.ledger import Ledger, retention
from resources.ledger import commits as acknowledged
from resources.ledger import logs as lines
from resources.ledger.tables import (
    commits,
    logs,
    metric_snapshots,
    provider_latencies,
    provider_outcomes,
    snapshot_bodies,
    snapshots,
)

# Providers that are watched, and those of them that are looked at every minute.
PROVIDERS, OF_A_MINUTE = 350, 114
SNAPSHOT_BYTES = 128_000_000
_BODY, _KEPT = 16_000, 1_000
_DAY_MS, _HOUR_MS = 86_400_000, 3_600_000
_ROW = dict[str, object]


def fill_ledger(ledger: Ledger, days: int) -> None:
    """Rows of as many days as they are kept, `days` at most, and as many snapshots as there is room
    for, then what the hourly job deletes."""
    now = ledger.now()
    first = now // _HOUR_MS * _HOUR_MS - 24 * days * _HOUR_MS
    hours = range(first, now, _HOUR_MS)
    with ledger.write() as connection:
        connection.execute(provider_outcomes.insert(), list(_outcomes(hours)))
        connection.execute(provider_latencies.insert(), list(_latencies(hours)))
        connection.execute(logs.insert(), list(_lines(now, days)))
        connection.execute(metric_snapshots.insert(), list(_metrics(now, days)))
        connection.execute(commits.insert(), _repeated(connection, now))
    for provider in range(PROVIDERS):
        with ledger.write() as connection:
            _look(connection, provider, now, days)
    retention.clean_up(ledger, SNAPSHOT_BYTES)


def _outcomes(hours: range) -> Iterator[_ROW]:
    for hour in hours:
        for number in range(PROVIDERS):
            for outcome in ("ok", "timeout")[: 1 + (number % 4 == 0)]:
                yield {"provider": _id(number), "hour": hour, "outcome": outcome, "count": 60,
                       "last_at": hour + 3_000_000}  # fmt: skip


def _latencies(hours: range) -> Iterator[_ROW]:
    for hour in hours:
        for number in range(PROVIDERS):
            for bucket in range(6 if number < OF_A_MINUTE else 1):
                yield {"provider": _id(number), "hour": hour, "bucket": 20 + bucket, "count": 10}


def _lines(now: int, days: int) -> Iterator[_ROW]:
    """As many as are kept at most."""
    for number in range(lines.KEPT_ROWS):
        yield {
            "at": now - days * _DAY_MS + number * days * _DAY_MS // lines.KEPT_ROWS,
            "log_type": "failure", "level": "warning", "category": "exchange",
            "provider": _id(number % PROVIDERS),
            "message": f"{_id(number % PROVIDERS)} did not answer /api/v1/tickers within 20 s",
            "details": json.dumps({"error": "timeout", "status": None, "seconds": 20.0}),
        }  # fmt: skip


def _metrics(now: int, days: int) -> Iterator[_ROW]:
    window = {"provider": _id(0), "limit_type": "minute", "limit_value": 1200,
              "current_usage": 17, "percentage": 1.42}  # fmt: skip
    budgets, totals = json.dumps({"windows": [window] * 120}), json.dumps({"online": 340} | window)
    for number in range(min(days, 7) * 96):
        yield {"at": now - number * 900_000, "kind": "rate_limits", "totals": budgets}
    for number in range(days * 24):
        yield {"at": now - number * _HOUR_MS, "kind": "metrics", "totals": totals}


def _repeated(connection: sa.Connection, now: int) -> list[_ROW]:
    """Those of the first flushes again, until there are as many as two days have."""
    rows = connection.execute(sa.select(commits)).mappings().all()
    minutes = sum(row["table_name"] == "prices" for row in rows)
    kept = acknowledged.KEPT_MS // 60_000
    return [
        {**row, "seq": None, "at": now - acknowledged.KEPT_MS // 2}
        for _ in range(kept // minutes)
        for row in rows
    ]


def _look(connection: sa.Connection, provider: int, now: int, days: int) -> None:
    """The snapshots of one provider, each with a body of its own as long as there is room."""
    count = _KEPT if provider < OF_A_MINUTE else min(_KEPT, 24 * days)
    bodies = SNAPSHOT_BYTES // PROVIDERS // _BODY + 1
    chance = random.Random(provider)
    rows, stored = list[_ROW](), list[_ROW]()
    for number in range(count):
        digest = f"{chance.getrandbits(128):032x}" if number >= count - bodies else None
        rows.append({
            "provider": _id(provider), "seq": number, "fetched_at": now - (count - number) * 60_000,
            "ok": True, "http_status": 200, "content_type": "application/json", "is_json": True,
            "size": 3 * _BODY, "digest": digest, "error": None,
        })  # fmt: skip
        if digest:
            stored.append({"provider": _id(provider), "digest": digest, "body": os.urandom(_BODY)})
    connection.execute(snapshots.insert(), rows)
    connection.execute(snapshot_bodies.insert(), stored)


def _id(number: int) -> str:
    return f"provider_{number:03d}"
