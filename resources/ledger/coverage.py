"""Which ranges of candles were asked for and answered: what resume and gaps are computed from."""

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.tables import coverage
from resources.market import Interval
from resources.plan import Window, missing, union


def covered(ledger: Ledger, symbol: str, interval: str) -> list[Window]:
    """The covered [start, end) ranges, disjoint and in order."""
    return covered_many(ledger, [symbol], interval).get(symbol, [])


def covered_many(
    ledger: Ledger, symbols: Sequence[str], interval: str
) -> Mapping[str, list[Window]]:
    """The same for many symbols in one query; a symbol without coverage is left out."""
    with ledger.read() as connection:
        return read_within(connection, symbols, interval)


def missing_many(
    ledger: Ledger, symbols: Sequence[str], interval: Interval, window: Window
) -> Mapping[str, list[Window]]:
    """Which candles that open in a window, and have closed, are not covered, by symbol."""
    wanted = window.opens(interval, ledger.now())
    have = covered_many(ledger, symbols, interval)
    return {symbol: missing(wanted, have.get(symbol, [])) for symbol in symbols}


def symbols_covered(ledger: Ledger) -> list[tuple[str, str]]:
    """Every (symbol, interval) that anything was collected of, sorted."""
    query = sa.select(coverage.c.symbol, coverage.c.interval).distinct().order_by(*coverage.c[:2])
    with ledger.read() as connection:
        return [(row.symbol, row.interval) for row in connection.execute(query)]


def covered_by_interval(ledger: Ledger) -> Mapping[Interval, Mapping[str, list[Window]]]:
    """The covered ranges of everything that was collected, as `covered_many` by interval."""
    symbols: dict[Interval, list[str]] = {}
    for symbol, interval in symbols_covered(ledger):
        symbols.setdefault(Interval(interval), []).append(symbol)
    return {one: covered_many(ledger, names, one) for one, names in symbols.items()}


def extend(connection: sa.Connection, interval: str, windows: Iterable[tuple[str, Window]]) -> None:
    """Add ranges per symbol within the caller's transaction, joined with what they touch."""
    added: dict[str, list[Window]] = {}
    for symbol, window in windows:
        added.setdefault(symbol, []).append(window)
    stored = read_within(connection, list(added), interval)
    joined = [
        {"symbol": symbol, "interval": interval, "start": window.start, "end": window.end}
        for symbol, fresh in added.items()
        for window in union([*stored.get(symbol, ()), *fresh])
    ]
    connection.execute(
        coverage.delete().where(coverage.c.interval == interval, coverage.c.symbol.in_(added))
    )
    if joined:
        connection.execute(coverage.insert(), joined)


def read_within(
    connection: sa.Connection, symbols: Sequence[str], interval: str
) -> dict[str, list[Window]]:
    """`covered_many` within the caller's transaction."""
    query = (
        sa.select(coverage.c.symbol, coverage.c.start, coverage.c.end)
        .where(coverage.c.interval == interval, coverage.c.symbol.in_(symbols))
        .order_by(coverage.c.symbol, coverage.c.start)
    )
    found: dict[str, list[Window]] = {}
    for symbol, start, end in connection.execute(query):
        found.setdefault(symbol, []).append(Window(start, end))
    return found
