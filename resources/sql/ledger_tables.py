"""Tables of the ledger that SQL may read: copies, made for each statement that names them.

The database itself is never opened for users, so that of its keys, secrets and texts of errors
nothing can be reached. Each copy has the newest rows, at most `MOST_ROWS`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from resources.directory import Directory
from resources.ledger import Ledger, health
from resources.ledger.tables import (
    alerts,
    candle_gaps,
    collections,
    commits,
    coverage,
    latest_prices,
    provider_outcomes,
    quality_events,
)
from resources.monitoring.totals import states_of

MOST_ROWS = 100_000
_TIME = "TIMESTAMP WITH TIME ZONE"
Row = dict[str, Any]
Read = Callable[[Ledger, Directory], Iterable[Row]]


@dataclass(frozen=True, slots=True)
class LedgerTable:
    """`columns` are SQL types by name, `read` gives the rows, with times as datetimes in UTC."""

    about: str
    columns: Mapping[str, str]
    read: Read


def _copied(
    about: str, table: sa.Table, order: str, columns: Mapping[str, str], **renamed: str
) -> LedgerTable:
    """The newest rows by `order`. `renamed` says which column of the ledger ours is called after."""
    sources = [table.c[renamed.get(name, name)].label(name) for name in columns]
    times = [name for name, kind in columns.items() if kind == _TIME]
    lists = [name for name, kind in columns.items() if kind == "VARCHAR[]"]

    def read(ledger: Ledger, _: Directory) -> Iterable[Row]:
        newest = sa.select(*sources).order_by(table.c[order].desc()).limit(MOST_ROWS)
        with ledger.read() as connection:
            found = [dict(row) for row in connection.execute(newest).mappings()]
        for row in found:
            row |= {name: _moment(row[name]) for name in times}
            row |= {name: msgspec.json.decode(row[name]) for name in lists}
        return found

    return LedgerTable(about, columns, read)


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC)


def _providers(ledger: Ledger, directory: Directory) -> Iterable[Row]:
    providers = directory.providers()
    states = states_of(ledger, list(providers.values()))
    known = health.read_all(ledger)
    for one in providers.values():
        found = known.get(one.id)
        yield {
            "id": one.id,
            "name": one.name,
            "category": one.category,
            "status": states[one.id],
            "enabled": directory.enabled(one),
            "custom": directory.is_custom(one),
            "needs_key": one.auth is not None and one.auth.required,
            "response_ms": found.finding.response_ms if found else None,
            "checked_at": _moment(found.checked_at) if found else None,
        }


LEDGER_TABLES: Mapping[str, LedgerTable] = {
    "providers": LedgerTable(
        "One row per provider, as it is now.",
        {"id": "VARCHAR", "name": "VARCHAR", "category": "VARCHAR", "status": "VARCHAR",
         "enabled": "BOOLEAN", "custom": "BOOLEAN", "needs_key": "BOOLEAN",
         "response_ms": "BIGINT", "checked_at": _TIME},
        _providers,
    ),
    "api_calls": _copied(
        "One row per provider, hour and outcome of the calls that were made of it.",
        provider_outcomes, "hour",
        {"provider": "VARCHAR", "hour": _TIME, "outcome": "VARCHAR", "calls": "BIGINT",
         "last_at": _TIME},
        calls="count",
    ),
    "latest_prices": _copied(
        "One row per asset: its newest consensus price.",
        latest_prices, "at",
        {"symbol": "VARCHAR", "at": _TIME, "price": "DOUBLE", "quote": "VARCHAR",
         "change_24h": "DOUBLE", "providers": "VARCHAR[]", "n_sources": "INTEGER",
         "spread_bps": "DOUBLE", "observed_at": _TIME, "fetched_at": _TIME, "quality": "VARCHAR",
         "mode": "VARCHAR"},
    ),
    "coverage": _copied(
        "One row per span of open times of a market and interval that was asked for and answered.",
        coverage, "end",
        {"symbol": "VARCHAR", "interval": "VARCHAR", "start": _TIME, "end": _TIME},
    ),
    "gaps": _copied(
        "One row per span of open times that nobody who was asked has a candle of.",
        candle_gaps, "seen_at",
        {"symbol": "VARCHAR", "interval": "VARCHAR", "start": _TIME, "end": _TIME,
         "reason": "VARCHAR", "providers": "VARCHAR[]", "seen_at": _TIME},
    ),
    "quality_events": _copied(
        "One row per candle that two sources do not agree on.",
        quality_events, "at",
        {"kind": "VARCHAR", "symbol": "VARCHAR", "interval": "VARCHAR", "open_time": _TIME,
         "provider": "VARCHAR", "other_provider": "VARCHAR", "close": "DOUBLE",
         "other_close": "DOUBLE", "at": _TIME},
    ),
    "alerts": _copied(
        "One row per alert, resolved ones too.",
        alerts, "id",
        {"id": "BIGINT", "at": _TIME, "alert_type": "VARCHAR", "severity": "VARCHAR",
         "provider": "VARCHAR", "feed": "VARCHAR", "acknowledged_at": _TIME,
         "resolved_at": _TIME},
    ),
    "collections": _copied(
        "One row per collection of candles.",
        collections, "started_at",
        {"id": "VARCHAR", "mode": "VARCHAR", "origin": "VARCHAR", "state": "VARCHAR",
         "started_at": _TIME, "ended_at": _TIME},
    ),
    "commits": _copied(
        "One row per commit to a table of the lake.",
        commits, "seq",
        {"seq": "BIGINT", "table_name": "VARCHAR", "version": "BIGINT", "rows": "BIGINT",
         "at": _TIME},
    ),
}  # fmt: skip
