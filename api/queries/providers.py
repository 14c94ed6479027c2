"""What is known of each provider's state."""

import json
from collections import Counter
from typing import Literal

import sqlalchemy as sa

from resources.ledger import Ledger
from resources.ledger.tables import (
    breakers,
    budgets,
    forming_candles,
    latest_prices,
    listings,
)

State = Literal["online", "degraded", "offline", "unknown"]
STATES: tuple[State, ...] = ("online", "degraded", "offline", "unknown")


def provider_states(ledger: Ledger) -> dict[str, State]:
    """The state of every provider that the ledger has met.

    `offline` while its breaker is open, `degraded` after failures or while it wants a pause,
    `online` once it has answered, `unknown` before that.
    """
    with ledger.read() as connection:
        broken = {
            row.provider: (row.state, row.failures)
            for row in connection.execute(
                sa.select(breakers.c.provider, breakers.c.state, breakers.c.failures)
            )
        }
        asked = set(connection.execute(sa.select(budgets.c.provider)).scalars())
        pausing = sa.select(budgets.c.provider).where(budgets.c.not_before > ledger.clock)
        paused = set(connection.execute(pausing).scalars())
        judged = _answered(connection) | set(broken)
    return {
        provider: _state(*broken.get(provider, ("closed", 0)), provider in paused)
        if provider in judged
        else "unknown"
        for provider in sorted(asked | judged)
    }


def count_states(states: dict[str, State]) -> dict[str, int]:
    """How many providers are in each state, and in `total`."""
    counts = Counter(states.values())
    return {"total": len(states), **{state: counts[state] for state in STATES}}


def system_health(states: dict[str, State]) -> str:
    """healthy, degraded, unhealthy (not one provider works) or unknown (none was called)."""
    called = {state for state in states.values() if state != "unknown"}
    if not called:
        return "unknown"
    if called == {"online"}:
        return "healthy"
    return "unhealthy" if called == {"offline"} else "degraded"


def _state(state: str, failures: int, paused: bool) -> State:
    if state == "open":
        return "offline"
    return "degraded" if state == "half_open" or failures or paused else "online"


def _answered(connection: sa.Connection) -> set[str]:
    """The providers of whom anything is stored."""
    listed = connection.execute(sa.select(listings.c.provider).distinct()).scalars()
    formed = connection.execute(sa.select(forming_candles.c.provider).distinct()).scalars()
    priced = connection.execute(sa.select(latest_prices.c.providers).distinct()).scalars()
    return {*listed, *formed, *(name for names in priced for name in json.loads(names))}
