"""Rows that broke a rule of their schema, kept with the reason."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from resources.ledger.database import Ledger
from resources.ledger.tables import quarantine

KEPT_MS = 90 * 86_400_000
KEPT_ROWS = 100_000  # of each table


def keep(
    ledger: Ledger,
    connection: sa.Connection,
    table: str,
    provider: str,
    symbol: str,
    rows: Iterable[Mapping[str, Any]],
) -> None:
    """Add rows, each with its `reason`, within the caller's transaction; a repeat adds nothing."""
    insert = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    origin = {"table_name": table, "provider": provider, "symbol": symbol}
    for row in rows:
        values = {name: value for name, value in row.items() if name != "reason"}
        entry = {"reason": row["reason"], "row": json.dumps(values, default=str)}
        statement = insert(quarantine).values(**origin, **entry, at=ledger.clock)
        connection.execute(statement.on_conflict_do_nothing())


def count(ledger: Ledger, table: str) -> int:
    """How many rows of a table are quarantined."""
    query = sa.select(sa.func.count()).where(quarantine.c.table_name == table)
    with ledger.read() as connection:
        return int(connection.execute(query).scalar_one())


def prune(connection: sa.Connection, ledger: Ledger) -> int:
    """Delete rows that came more than 90 days ago or are beyond the newest 100,000 of their table;
    returns how many. A gap of candles that only such a row explained is asked for again."""
    table = quarantine.c
    place = sa.func.row_number().over(partition_by=table.table_name, order_by=table.id.desc())
    placed = sa.select(table.id, place.label("place")).subquery()
    beyond = sa.select(placed.c.id).where(placed.c.place > KEPT_ROWS)
    old = (table.at < ledger.clock - KEPT_MS) | table.id.in_(beyond)
    return connection.execute(sa.delete(quarantine).where(old)).rowcount


def candle_times(ledger: Ledger, symbol: str, interval: str) -> list[int]:
    """Open times (ms) of a market's quarantined candles, in order, each once."""
    query = sa.select(quarantine.c.row).where(
        quarantine.c.table_name == "candles", quarantine.c.symbol == symbol
    )
    with ledger.read() as connection:
        rows = [json.loads(row) for row in connection.execute(query).scalars()]
    # A row may be here because it has no time; rows of older versions do not name their interval.
    opens = {row["open_time"] for row in rows if row.get("interval") == interval}
    known = (datetime.fromisoformat(at) for at in opens if at not in (None, "None"))
    return sorted(round(at.timestamp() * 1000) for at in known)
