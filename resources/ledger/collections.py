"""Collections of candles: who asked for them, whether one is going, and how each market fared.

One that a person asked for is claimed first: while any is going, there is no other. Whoever
collects says so all the time, so that one that was killed is none any more after 30 s.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import sqlalchemy as sa

from resources.errors import Conflict
from resources.ledger.database import Ledger
from resources.ledger.rows import add_counts
from resources.ledger.tables import collection_symbols, collections
from resources.plan import Window

Status = Literal["pending", "running", "complete", "partial", "failed", "skipped"]
Ending = Literal["success", "failure", "canceled"]
# Of a market that is not gone on with.
ENDED: tuple[Status, ...] = ("complete", "partial", "failed", "skipped")

# Who has not said for so long that it goes on is gone, ms; beats come each few seconds.
STALE_MS = 30_000
# Whoever launches a run has its id within this time, ms, or is gone.
_LAUNCHED_MS = 120_000
# A run that waits for its turn behind others says nothing until it begins.
_QUEUED_MS = 3_600_000
_BEGUN = ("launching", "running")
_KEPT = 50


@dataclass(frozen=True, slots=True)
class SymbolState:
    """How far one market of one interval is.

    `missing` are the ranges of open times that are not covered yet, `records` the candles
    that were fetched, `retries` how often a page was asked for again. A market is `partial`
    where some was fetched and some is missing, `skipped` where no provider has it.
    """

    symbol: str
    interval: str
    status: Status
    records: int = 0
    retries: int = 0
    missing: tuple[Window, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection; times are ms since 1970, UTC. `state` is "lost" where it was killed, which
    the next start makes "failure"."""

    id: str
    mode: str
    origin: str
    run_id: str | None
    state: str
    started_at: int
    ended_at: int | None
    error: str | None

    @property
    def going(self) -> bool:
        return self.state in ("launching", "running")


def claim(ledger: Ledger, mode: str, origin: str) -> str:
    """The id of a collection that may be launched now.

    Raises Conflict, naming mode and run, while any is going, whoever has started it.
    """
    with ledger.write() as connection:
        for one in _going(connection, ledger):
            run = f" (run {one.run_id})" if one.run_id else ""
            raise Conflict(f"a collection ({one.mode}) is going already{run}")
        return _insert(connection, ledger, mode, origin, "launching", None)


def launched(ledger: Ledger, collection_id: str, run_id: str) -> None:
    """Name the run of a claim."""
    with ledger.write() as connection:
        mine = collections.c.id == collection_id
        connection.execute(sa.update(collections).where(mine).values(run_id=run_id))


def begin(ledger: Ledger, collection_id: str | None, mode: str, origin: str, run_id: str) -> str:
    """A run begins, or begins anew after a retry; with `collection_id` what was claimed for it.

    Raises Conflict where that was cancelled: Dagster starts some runs that it was told to end.
    """
    with ledger.write() as connection:
        mine = collections.c.run_id == run_id
        if collection_id is not None:
            mine |= collections.c.id == collection_id
        table = collections.c
        row = connection.execute(sa.select(table.id, table.state, table.run_id).where(mine)).first()
        if row is None:
            return _insert(connection, ledger, mode, origin, "running", run_id)
        if (row.state, row.run_id) == ("canceled", run_id):
            raise Conflict("the collection was cancelled before it began")
        again = {"state": "running", "run_id": run_id, "ended_at": None, "error": None}
        connection.execute(
            sa.update(collections).where(table.id == row.id).values(**again, beat_at=ledger.clock)
        )
        return str(row.id)


def tell(
    ledger: Ledger, collection_id: str, states: Sequence[SymbolState], ahead: float = 0
) -> None:
    """How markets are now, and that the collection goes on; without any only that.

    `ahead` is for how many seconds it says so in advance: it waits for its next try.
    """
    with ledger.write() as connection:
        now = connection.execute(sa.select(ledger.clock)).scalar_one()
        mine = collections.c.id == collection_id
        connection.execute(
            sa.update(collections).where(mine).values(beat_at=now + round(ahead * 1000))
        )
        if states:
            rows = [_symbol_row(collection_id, state, now) for state in states]
            add_counts(connection, collection_symbols, rows)


def end(ledger: Ledger, collection_id: str, state: Ending, error: str | None = None) -> None:
    """It is over; the newest 50 are kept."""
    with ledger.write() as connection:
        mine = collections.c.id == collection_id
        over = {"state": state, "error": error, "ended_at": ledger.clock}
        connection.execute(sa.update(collections).where(mine).values(**over))
        _prune(connection, ledger)


def abandon(ledger: Ledger) -> None:
    """Whoever collected is gone: for a home that nobody works in."""
    with ledger.write() as connection:
        begun = collections.c.state.in_(_BEGUN)
        over = {"state": "failure", "error": "it was killed", "ended_at": ledger.clock}
        connection.execute(sa.update(collections).where(begun).values(**over))


def newest(ledger: Ledger, count: int = 1) -> list[Collection]:
    """The newest collections, newest first."""
    with ledger.read() as connection:
        return _read(connection, ledger, count=count)


def find(ledger: Ledger, collection_id: str) -> Collection | None:
    with ledger.read() as connection:
        return next(iter(_read(connection, ledger, collections.c.id == collection_id)), None)


def going(ledger: Ledger) -> list[Collection]:
    """Every collection that is going, newest first."""
    with ledger.read() as connection:
        return _going(connection, ledger)


def states(ledger: Ledger, collection_id: str) -> list[SymbolState]:
    """Every market of a collection, by interval and symbol.

    None is gone on with once the collection is over, however that came: what had not ended is
    `partial` where some was fetched, else `failed`.
    """
    table = collection_symbols.c
    query = (
        sa.select(collection_symbols)
        .where(table.collection == collection_id)
        .order_by(table.interval, table.symbol)
    )
    with ledger.read() as connection:
        rows = connection.execute(query).all()
        whose = _read(connection, ledger, collections.c.id == collection_id)
    found = [
        SymbolState(
            row.symbol,
            row.interval,
            row.status,
            row.records,
            row.retries,
            tuple(Window(*window) for window in json.loads(row.missing)),
            row.error,
        )
        for row in rows
    ]
    over = next((one for one in whose if not one.going), None)
    return found if over is None else [_left(state, over) for state in found]


def _left(state: SymbolState, over: Collection) -> SymbolState:
    """How a market is told once its collection is over."""
    if state.status in ENDED:
        return state
    why = "canceled" if over.state == "canceled" else "the run ended"
    status: Status = "partial" if state.records else "failed"
    return replace(state, status=status, error=state.error or why)


def _insert(
    connection: sa.Connection,
    ledger: Ledger,
    mode: str,
    origin: str,
    state: str,
    run_id: str | None,
) -> str:
    collection_id = secrets.token_hex(8)
    named = {"id": collection_id, "mode": mode, "origin": origin, "state": state, "run_id": run_id}
    times = {"started_at": ledger.clock, "beat_at": ledger.clock}
    connection.execute(sa.insert(collections).values(**named, **times))
    return collection_id


def _going(connection: sa.Connection, ledger: Ledger) -> list[Collection]:
    begun = collections.c.state.in_(_BEGUN)
    return [one for one in _read(connection, ledger, begun) if one.going]


def _read(
    connection: sa.Connection,
    ledger: Ledger,
    which: sa.ColumnElement[bool] | None = None,
    count: int | None = None,
) -> list[Collection]:
    table = collections.c
    age = (ledger.clock - table.beat_at).label("age")
    newest_first = sa.select(collections, age).order_by(table.started_at.desc(), table.id)
    wanted = newest_first if which is None else newest_first.where(which)
    return [
        Collection(
            row.id,
            row.mode,
            row.origin,
            row.run_id,
            _state(row.state, row.run_id, row.age),
            row.started_at,
            row.ended_at,
            row.error,
        )
        for row in connection.execute(wanted.limit(count))
    ]


def _state(state: str, run_id: str | None, age: int) -> str:
    if state not in _BEGUN:
        return state
    queued = _LAUNCHED_MS if run_id is None else _QUEUED_MS
    return "lost" if age > (STALE_MS if state == "running" else queued) else state


def _symbol_row(collection_id: str, state: SymbolState, now: int) -> dict[str, object]:
    return {
        "collection": collection_id,
        "symbol": state.symbol,
        "interval": state.interval,
        "status": state.status,
        "records": state.records,
        "retries": state.retries,
        "missing": json.dumps([(window.start, window.end) for window in state.missing]),
        "error": state.error,
        "updated_at": now,
    }


def _prune(connection: sa.Connection, ledger: Ledger) -> None:
    """One that takes days stays, however many others have begun and ended since."""
    table = collections.c
    kept = sa.select(table.id).order_by(table.started_at.desc()).limit(_KEPT)
    over = table.ended_at.is_not(None) | (table.beat_at < ledger.clock - _QUEUED_MS)
    connection.execute(sa.delete(collections).where(table.id.not_in(kept) & over))
    orphans = collection_symbols.c.collection.not_in(sa.select(table.id))
    connection.execute(sa.delete(collection_symbols).where(orphans))
