"""How providers are now: their states, breakers and budgets."""

import sqlalchemy as sa

from api.metrics.families import Collected, gauge
from api.metrics.scrape import Scrape
from resources.ledger.tables import breakers, budgets
from resources.ledger.usage import usage
from resources.monitoring.totals import STATES, count_states, states_of

_BREAKER = {"closed": 0, "half_open": 1, "open": 2}


def collect(scrape: Scrape) -> Collected:
    """States, breakers, and how much of each window of a limit is used."""
    services = scrape.services
    providers = services.directory.providers().values()
    counts = count_states(states_of(services.ledger, providers))
    yield gauge(
        "providers", "Providers by state.", ("state",),
        [((state,), counts[state]) for state in STATES],
    )  # fmt: skip
    with services.ledger.read() as connection:
        states = connection.execute(sa.select(breakers.c.provider, breakers.c.state)).all()
        now = connection.execute(sa.select(services.ledger.clock)).scalar_one()
        pauses = connection.execute(
            sa.select(budgets.c.provider, budgets.c.not_before).where(budgets.c.not_before > now)
        ).all()
    yield gauge(
        "breaker_state", "Of each provider that has ever failed: 0 closed, 1 half-open, 2 open.",
        ("provider",), [((provider,), _BREAKER.get(state)) for provider, state in states],
    )  # fmt: skip
    yield gauge(
        "provider_paused_seconds", "For how long a provider wants no call, since a 429, 418 or "
        "Retry-After.", ("provider",), [((one,), (until - now) / 1000) for one, until in pauses],
    )  # fmt: skip
    yield gauge(
        "provider_limit_used_ratio",
        "How much of a provider's limit is used, by window; those of which nothing is are left out.",
        ("provider", "window"),
        [
            ((one.provider, one.window), one.used / one.limit.amount)
            for one in usage(services.ledger, providers)
            if one.used
        ],
    )
