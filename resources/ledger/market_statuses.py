"""What a market was at each provider, from when to when, as the listings of providers tell it.

A market is `listed` from the first listing that names it and `delisted` from the first that
leaves it out. The intervals of a market at a provider follow each other without a hole, and the
last one has no end. Each begins when the change was noticed, which is up to a listing's age
after it. Times are ms since 1970 UTC of the database's clock.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.tables import market_statuses
from resources.plan import Window, missing, union

LISTED = "listed"
DELISTED = "delisted"
# Where a range ends that has no end: the year 2262.
_NEVER = 9_223_372_036_854


@dataclass(frozen=True, slots=True)
class Status:
    """What a market was from `start` to `end`, None while it lasts; at `provider`, or anywhere."""

    status: str
    start: int
    end: int | None
    provider: str | None = None

    @property
    def window(self) -> Window:
        return Window(self.start, self.end or _NEVER)


def note(
    connection: sa.Connection,
    ledger: Ledger,
    provider: str,
    listed: Iterable[str],
    delisted: Iterable[str],
) -> None:
    """Begin the intervals of markets that have changed, within the caller's transaction."""
    table = market_statuses.c
    mine = sa.and_(table.provider == provider, table.ended_at.is_(None))
    query = sa.select(table.symbol, table.status, table.started_at).where(mine)
    known = {row.symbol: (row.status, row.started_at) for row in connection.execute(query)}
    told = dict.fromkeys(listed, LISTED) | dict.fromkeys(delisted, DELISTED)
    now = int(connection.execute(sa.select(ledger.clock)).scalar_one())
    changed = {s: status for s, status in told.items() if known.get(s, ("", 0))[0] != status}
    if not changed:
        return
    # Where the clock went back, intervals still follow each other.
    began = {symbol: max(now, known.get(symbol, ("", 0))[1] + 1) for symbol in changed}
    ended = market_statuses.update().where(mine, table.symbol == sa.bindparam("market"))
    connection.execute(
        ended.values(ended_at=sa.bindparam("at")),
        [{"market": symbol, "at": at} for symbol, at in began.items()],
    )
    rows = [
        {"provider": provider, "symbol": symbol, "started_at": began[symbol], "status": status}
        for symbol, status in changed.items()
    ]
    connection.execute(market_statuses.insert(), rows)


def at_providers(ledger: Ledger, symbol: str) -> list[Status]:
    """The intervals of a market at each provider, in order of provider and time."""
    with ledger.read() as connection:
        return _read(connection, [symbol]).get(symbol, [])


def statuses(ledger: Ledger, symbol: str) -> list[Status]:
    """The intervals of a market over all providers, in order: `delisted` where none lists it."""
    known = at_providers(ledger, symbol)
    if not known:
        return []
    listed = union(one.window for one in known if one.status == LISTED)
    whole = Window(min(one.start for one in known), _NEVER)
    found = [(window, LISTED) for window in listed]
    found += [(window, DELISTED) for window in missing(whole, listed)]
    return [
        Status(status, window.start, None if window.end == _NEVER else window.end)
        for window, status in sorted(found)
    ]


def delisted_within(
    connection: sa.Connection, symbols: Sequence[str]
) -> Mapping[str, Mapping[str, list[Window]]]:
    """When these markets were delisted, by symbol and provider."""
    found: dict[str, dict[str, list[Window]]] = {}
    for symbol, known in _read(connection, symbols).items():
        for one in known:
            if one.status == DELISTED and one.provider:
                windows = found.setdefault(symbol, {}).setdefault(one.provider, [])
                windows.append(one.window)
    return found


def markets_within(connection: sa.Connection) -> Mapping[str, set[str]]:
    """Every market that each provider has ever listed."""
    found: dict[str, set[str]] = {}
    query = sa.select(market_statuses.c.provider, market_statuses.c.symbol).distinct()
    for provider, symbol in connection.execute(query):
        found.setdefault(provider, set()).add(symbol)
    return found


def _read(connection: sa.Connection, symbols: Sequence[str]) -> dict[str, list[Status]]:
    table = market_statuses.c
    query = (
        sa.select(table.symbol, table.status, table.started_at, table.ended_at, table.provider)
        .where(table.symbol.in_(symbols))
        .order_by(table.provider, table.symbol, table.started_at)
    )
    found: dict[str, list[Status]] = {}
    for symbol, *columns in connection.execute(query):
        found.setdefault(symbol, []).append(Status(*columns))
    return found
