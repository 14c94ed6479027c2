"""Gaps of candles: ranges that providers were asked for and that the table holds no candle of.

A stored row is one range, one reason and everyone who was asked about the whole of it. Rows of
a market and interval are disjoint; those that touch and say the same are one. Reasons:

- `not listed`: no earlier candle of the market is known, or all who were asked had delisted it.
- `outage`: most markets of a provider lack candles at the same time (`classify` finds these).
- `no trade`: any other; exchanges leave out the candles of minutes in which nobody traded.

Windows are [start, end) of open times, ms since 1970 UTC.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa

from resources.ledger import coverage, market_statuses
from resources.ledger.database import Ledger
from resources.ledger.gap_ranges import (
    NO_TRADE,
    NOT_LISTED,
    OUTAGE,
    Gap,
    Seen,
    after,
    joined,
    reasoned,
)
from resources.ledger.outages import classified
from resources.ledger.tables import candle_gaps
from resources.market import Interval
from resources.plan import Window, overlaps, union, without

__all__ = [
    "NOT_LISTED",
    "NO_TRADE",
    "OUTAGE",
    "Gap",
    "Seen",
    "classify",
    "observe",
    "read",
    "subtract",
    "unsettled",
]


def subtract(connection: sa.Connection, interval: str, seen: Sequence[Seen]) -> list[Seen]:
    """The same with holes of the table in place of holes of the answers.

    What was covered and is no gap holds a candle. To be called in the transaction of a flush
    before its windows are added to the coverage.
    """
    holes = [hole for one in seen for hole in one.holes]
    if not holes:
        return list(seen)
    symbols = sorted({one.symbol for one in seen if one.holes})
    span = Window(min(hole.start for hole in holes), max(hole.end for hole in holes))
    covered = coverage.read_within(connection, symbols, interval)
    asked = {symbol: overlaps(windows, [span]) for symbol, windows in covered.items()}
    near = _read(connection, interval, [s for s, some in asked.items() if some], _near(span))
    held = {
        symbol: without(windows, [gap.window for gap in near.get(symbol, ())])
        for symbol, windows in asked.items()
    }
    return [replace(s, holes=without(s.holes, held.get(s.symbol, ()))) for s in seen]


def observe(connection: sa.Connection, ledger: Ledger, interval: str, seen: Sequence[Seen]) -> None:
    """Keep what answers proved, within the caller's transaction.

    A hole is a gap from now on, or one more provider was asked about it; what lies in a window
    and in no hole of it is a gap no more, whatever others of `seen` lack there.
    """
    found = [one for one in seen if one.window.length]
    if not found:
        return
    mine = _by_symbol(found)
    span = Window(min(one.window.start for one in found), max(one.window.end for one in found))
    near = _near(span) | (candle_gaps.c.reason == NOT_LISTED)
    stored = _read(connection, interval, sorted(mine), near)
    changed = [s for s, each in mine.items() if _matters(stored.get(s, ()), each)]
    if not changed:
        return
    covered = coverage.read_within(connection, changed, interval)
    delisted = market_statuses.delisted_within(connection, changed)
    new: dict[str, list[Gap]] = {}
    for symbol in changed:
        known = union([*covered.get(symbol, ()), *(one.window for one in mine[symbol])])
        ended = _aligned(delisted.get(symbol, {}), interval)
        pieces = after(stored.get(symbol, []), mine[symbol])
        new[symbol] = joined(reasoned(pieces, known, ended))
    _replace(connection, ledger, interval, stored, new)


def classify(ledger: Ledger, interval: str) -> None:
    """Tell outages of providers from times without trade, for every gap of an interval.

    An outage is where at least half of the markets that a provider listed, and at least three,
    have a gap at the same time. It reads all gaps of the interval, and keeps others from
    writing no longer than the gaps of one market take; those that others change meanwhile are
    left to the next time.
    """
    symbols = [symbol for symbol, of in coverage.symbols_covered(ledger) if of == interval]
    with ledger.read() as connection:
        stored = _read(connection, interval, symbols)
        covered = coverage.read_within(connection, symbols, interval)
        markets = market_statuses.markets_within(connection)
    for symbol, pieces in classified(stored, covered, markets).items():
        new = joined(pieces)
        if new == stored[symbol]:
            continue
        with ledger.write() as connection:
            now = _read(connection, interval, [symbol])
            if now.get(symbol) == stored[symbol]:
                _replace(connection, ledger, interval, now, {symbol: new})


def unsettled(
    ledger: Ledger, interval: str, symbols: Sequence[str], window: Window, opinions: int
) -> Mapping[str, list[tuple[Window, frozenset[str]]]]:
    """The gaps of a window that fewer than `opinions` providers were asked about, by symbol,
    in order, each with those who were."""
    with ledger.read() as connection:
        found = _read(connection, interval, symbols, _within(window))
    left = {
        symbol: [
            (gap.window.clip(window), frozenset(gap.providers))
            for gap in gaps
            if len(gap.providers) < opinions
        ]
        for symbol, gaps in found.items()
    }
    return {symbol: gaps for symbol, gaps in left.items() if gaps}


def read(ledger: Ledger, symbol: str, interval: str, window: Window | None = None) -> list[Gap]:
    """The gaps of a market, in order; with a window those that lie in it at least in part."""
    where = None if window is None else _within(window)
    with ledger.read() as connection:
        return _read(connection, interval, [symbol], where).get(symbol, [])


def _within(window: Window) -> sa.ColumnElement[bool]:
    return sa.and_(candle_gaps.c.start < window.end, candle_gaps.c.end > window.start)


def _near(window: Window) -> sa.ColumnElement[bool]:
    """What lies in a window or touches it."""
    return sa.and_(candle_gaps.c.start <= window.end, candle_gaps.c.end >= window.start)


def _read(
    connection: sa.Connection,
    interval: str,
    symbols: Sequence[str],
    where: sa.ColumnElement[bool] | None = None,
) -> dict[str, list[Gap]]:
    table = candle_gaps.c
    query = (
        sa.select(table.symbol, table.start, table.end, table.reason, table.providers)
        .where(table.interval == interval, table.symbol.in_(symbols))
        .order_by(table.symbol, table.start)
    )
    found: dict[str, list[Gap]] = {}
    named: dict[str, tuple[str, ...]] = {}
    rows = connection.execute(query if where is None else query.where(where))
    for symbol, start, end, reason, providers in rows:
        if providers not in named:
            named[providers] = tuple(json.loads(providers))
        gap = Gap(Window(start, end), reason, named[providers])
        found.setdefault(symbol, []).append(gap)
    return found


def _replace(
    connection: sa.Connection,
    ledger: Ledger,
    interval: str,
    old: Mapping[str, Iterable[Gap]],
    new: Mapping[str, Iterable[Gap]],
) -> None:
    """Write what is new of the markets of `new`, and delete what is not among it."""
    gone, rows = [], []
    for symbol, gaps in new.items():
        had, have = set(old.get(symbol, ())), set(gaps)
        gone += [{"market": symbol, "began": gap.window.start} for gap in had - have]
        rows += [
            {
                "symbol": symbol,
                "interval": interval,
                "start": gap.window.start,
                "end": gap.window.end,
                "reason": gap.reason,
                "providers": json.dumps(gap.providers),
            }
            for gap in sorted(have - had)
        ]
    if gone:
        one = sa.and_(
            candle_gaps.c.symbol == sa.bindparam("market"),
            candle_gaps.c.interval == interval,
            candle_gaps.c.start == sa.bindparam("began"),
        )
        connection.execute(candle_gaps.delete().where(one), gone)
    if rows:
        connection.execute(candle_gaps.insert().values(seen_at=ledger.clock), rows)


def _matters(stored: Sequence[Gap], seen: Sequence[Seen]) -> bool:
    """Whether answers may change what is stored: what lies before them stays as it is."""
    first = min(one.window.start for one in seen)
    return any(one.holes for one in seen) or any(gap.window.end >= first for gap in stored)


def _by_symbol(seen: Iterable[Seen]) -> dict[str, list[Seen]]:
    found: dict[str, list[Seen]] = {}
    for one in seen:
        found.setdefault(one.symbol, []).append(one)
    return found


def _aligned(
    delisted: Mapping[str, Sequence[Window]], interval: str
) -> Mapping[str, Sequence[Window]]:
    """The candles that open while a market is delisted, by provider."""
    ceil = Interval(interval).ceil
    return {
        name: [Window(ceil(one.start), ceil(one.end)) for one in windows]
        for name, windows in delisted.items()
    }
