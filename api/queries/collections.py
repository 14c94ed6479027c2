"""Collections of candles as the admin sees them: whether one is going, and how each market fares."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from api.answers import iso
from resources import collecting
from resources.ledger import Ledger, collections
from resources.ledger.collections import ENDED, Collection, SymbolState


def status(ledger: Ledger) -> dict[str, Any]:
    """The collection that is going, else the last one; nulls before the first."""
    one = collecting.current(ledger)
    if one is None:
        return {**_NEVER}
    states = collections.states(ledger, one.id)
    until = one.ended_at if one.ended_at is not None else ledger.now()
    return {
        "is_running": one.going,
        "current_operation": one.mode if one.going else None,
        "status": one.state,
        "elapsed_seconds": round((until - one.started_at) / 1000, 1),
        **_facts(one),
        "progress": _progress(states),
        "last_results": results(states),
        # Schedules collect beside one that somebody has asked for.
        "runs_going": [other.run_id for other in collections.going(ledger)],
    }


_NEVER: dict[str, Any] = {
    "is_running": False,
    "current_operation": None,
    "status": "idle",
    "elapsed_seconds": None,
    "collection_id": None,
    "run_id": None,
    "mode": None,
    "origin": None,
    "started_at": None,
    "ended_at": None,
    "error": None,
    "progress": None,
    "last_results": None,
    "runs_going": [],
}


def _facts(one: Collection) -> dict[str, Any]:
    return {
        "collection_id": one.id,
        "run_id": one.run_id,
        "mode": one.mode,
        "origin": one.origin,
        "started_at": iso(one.started_at),
        "ended_at": iso(one.ended_at) if one.ended_at is not None else None,
        "error": one.error,
    }


def _progress(states: Sequence[SymbolState]) -> dict[str, Any]:
    """How many markets, each interval of its own, are done with."""
    done = sum(state.status in ENDED for state in states)
    percent = round(100 * done / len(states), 1) if states else None
    return {"done": done, "total": len(states), "percent": percent}


def results(states: Sequence[SymbolState]) -> dict[str, Any]:
    """The markets by how they ended; those that have not ended are told in `details` alone."""
    counts = Counter(state.status for state in states)
    return {
        "total_cryptos": len({state.symbol for state in states}),
        **{name: counts[name] for name in ENDED},
        "total_records": sum(state.records for state in states),
        "details": [_detail(state) for state in states],
    }


def _detail(state: SymbolState) -> dict[str, Any]:
    return {
        "symbol": state.symbol,
        "interval": state.interval,
        "status": state.status,
        "records": state.records,
        "retries": state.retries,
        "missing": [{"from": iso(gap.start), "to": iso(gap.end)} for gap in state.missing],
        "error": state.error,
    }
