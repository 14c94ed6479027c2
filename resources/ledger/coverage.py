"""Which ranges of candles were asked for and answered: what resume and gaps are computed from."""

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.tables import coverage
from resources.plan import Window, union


def covered(ledger: Ledger, symbol: str, interval: str) -> list[Window]:
    """The covered [start, end) ranges, disjoint and in order."""
    return covered_many(ledger, [symbol], interval).get(symbol, [])


def covered_many(
    ledger: Ledger, symbols: Sequence[str], interval: str
) -> Mapping[str, list[Window]]:
    """The same for many symbols in one query; a symbol without coverage is left out."""
    query = (
        sa.select(coverage)
        .where(coverage.c.interval == interval, coverage.c.symbol.in_(symbols))
        .order_by(coverage.c.start)
    )
    found: dict[str, list[Window]] = {}
    with ledger.read() as connection:
        for row in connection.execute(query):
            found.setdefault(row.symbol, []).append(Window(row.start, row.end))
    return found


def symbols_covered(ledger: Ledger) -> list[tuple[str, str]]:
    """Every (symbol, interval) that anything was collected of, sorted."""
    query = sa.select(coverage.c.symbol, coverage.c.interval).distinct().order_by(*coverage.c[:2])
    with ledger.read() as connection:
        return [(row.symbol, row.interval) for row in connection.execute(query)]


def extend(connection: sa.Connection, interval: str, windows: Iterable[tuple[str, Window]]) -> None:
    """Add ranges per symbol within the caller's transaction, joined with what they touch."""
    added: dict[str, list[Window]] = {}
    for symbol, window in windows:
        added.setdefault(symbol, []).append(window)
    for symbol, fresh in added.items():
        mine = (coverage.c.symbol == symbol) & (coverage.c.interval == interval)
        rows = connection.execute(sa.select(coverage.c.start, coverage.c.end).where(mine))
        joined = union([*(Window(row.start, row.end) for row in rows), *fresh])
        connection.execute(coverage.delete().where(mine))
        values = [
            {"symbol": symbol, "interval": interval, "start": w.start, "end": w.end} for w in joined
        ]
        connection.execute(coverage.insert(), values)
