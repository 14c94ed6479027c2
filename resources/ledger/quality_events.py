"""Candles that sources do not agree on: what is stored, and what else was told."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.rows import insert_missing
from resources.ledger.tables import quality_events

KEPT_MS = 400 * 86_400_000
Kind = Literal["disagreement", "resampled"]


@dataclass(frozen=True, slots=True)
class Event:
    """One candle: `close` of `provider` is stored, `other_provider` told `other_close`.

    A `disagreement` is of two providers; `resampled` compares a candle with the ones of a
    lower interval. `open_time` is ms since 1970, UTC.
    """

    kind: Kind
    symbol: str
    interval: str
    open_time: int
    provider: str
    close: float
    other_provider: str
    other_close: float


def record(connection: sa.Connection, ledger: Ledger, events: Iterable[Event]) -> None:
    """Add events within the caller's transaction; what was told before adds nothing."""
    for event in events:
        values = {name: getattr(event, name) for name in Event.__slots__}
        insert_missing(connection, quality_events, **values, at=ledger.clock)


def between(ledger: Ledger, interval: str, start: int, end: int) -> list[Event]:
    """The events of candles that open in [start, end), in order of their time."""
    table = quality_events.c
    query = (
        sa.select(*(table[name] for name in Event.__slots__))
        .where(table.interval == interval, table.open_time >= start, table.open_time < end)
        .order_by(table.open_time, table.symbol)
    )
    with ledger.read() as connection:
        return [Event(*row) for row in connection.execute(query)]


def prune(connection: sa.Connection, ledger: Ledger) -> int:
    """Delete events that were told more than 400 days ago; returns how many."""
    old = quality_events.c.at < ledger.clock - KEPT_MS
    return connection.execute(sa.delete(quality_events).where(old)).rowcount
