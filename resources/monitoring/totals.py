"""The whole system in numbers."""

from collections.abc import Collection, Mapping
from typing import Any, Literal

import sqlalchemy as sa

from resources.ledger import Ledger, health, statistics
from resources.ledger.tables import breakers, budgets, provider_outcomes
from resources.providers.base import Provider

State = Literal["online", "degraded", "offline", "unknown"]
STATES: tuple[State, ...] = ("online", "degraded", "offline", "unknown")


def states_of(ledger: Ledger, providers: Collection[Provider]) -> dict[str, State]:
    """The state of each of these providers, by id: what was found when it was last looked at.

    A provider that was not looked at yet is online once it has answered a call within an
    hour, degraded where its calls failed, else unknown. Since the last look a breaker that has opened makes it offline, and
    one that is tried again, or a pause that it asked for, degraded.
    """
    known = health.read_all(ledger)
    with ledger.read() as connection:
        hour = ledger.clock - 2 * statistics.HOUR_MS
        calls = sa.select(provider_outcomes.c.provider, provider_outcomes.c.outcome)
        lately = connection.execute(calls.where(provider_outcomes.c.hour > hour)).all()
        states = connection.execute(sa.select(breakers.c.provider, breakers.c.state))
        broken = {row.provider: row.state for row in states}
        pausing = sa.select(budgets.c.provider).where(budgets.c.not_before > ledger.clock)
        paused = set(connection.execute(pausing).scalars())
    called = {one for one, _ in lately}
    answered = {one for one, outcome in lately if outcome == "ok"}
    found: dict[str, State] = {}
    for one in (provider.id for provider in providers):
        state = known[one].finding.status if one in known else None
        if broken.get(one) == "open" or state == "offline":
            found[one] = "offline"
        elif broken.get(one) == "half_open" or one in paused:
            found[one] = "degraded"
        else:
            untried: State = "degraded" if one in called else "unknown"
            found[one] = state or ("online" if one in answered else untried)
    return found


def count_states(states: Mapping[str, State]) -> dict[str, int]:
    """How many providers are in each state, and in `total`."""
    values = list(states.values())
    return {"total": len(values), **{state: values.count(state) for state in STATES}}


def system_health(states: Mapping[str, State]) -> str:
    """healthy, degraded, unhealthy or unknown.

    Unknown while no provider was looked at; unhealthy where of those that were not one
    works; degraded where more than a tenth of them do not work well.
    """
    judged = [state for state in states.values() if state != "unknown"]
    if not judged:
        return "unknown"
    if all(state == "offline" for state in judged):
        return "unhealthy"
    return "degraded" if judged.count("online") < 0.9 * len(judged) else "healthy"


def totals(ledger: Ledger, providers: Collection[Provider], hours: int) -> dict[str, Any]:
    """Providers by state, and the calls of the last hours; a rate or time without calls is None."""
    states = states_of(ledger, providers)
    counts = count_states(states)
    calls = statistics.overall(ledger, hours)
    return {
        "total_providers": counts.pop("total"),
        **counts,
        "system_health": system_health(states),
        "total_requests": calls.total,
        "successful_requests": calls.successful,
        "failed_requests": calls.failed,
        "rate_limited": calls.rate_limited,
        "success_rate": calls.success_rate,
        "avg_response_time_ms": calls.average_ms,
        "p95_response_time_ms": calls.percentile(0.95),
    }
