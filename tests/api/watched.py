"""A store in which providers have been called, checked, limited and told of."""

from typing import Any

import sqlalchemy as sa

from resources.ledger import Ledger, alerts, health, logs, metrics
from resources.ledger.alerts import News
from resources.ledger.budgets import Budgets
from resources.ledger.health import Finding
from resources.ledger.logs import Line
from resources.ledger.statistics import HOUR_MS
from resources.ledger.tables import provider_latencies, provider_outcomes
from resources.monitoring.totals import totals
from resources.providers import load_providers

ONLINE, DEGRADED, OFFLINE = "binance", "kraken", "coingecko"


def fill(ledger: Ledger) -> None:
    """Three providers that were looked at, with calls of this hour, lines and alerts."""
    providers = load_providers()
    health.note(ledger, providers[ONLINE], Finding("online", 40))
    health.note(ledger, providers[DEGRADED], Finding("degraded", 3_500, "an answer took 3.5 s"))
    health.note(ledger, providers[OFFLINE], Finding("offline", None, "no answer", 3))
    count(ledger, ONLINE, ok=98, timeout=2)
    count(ledger, OFFLINE, client_error=10)
    took(ledger, ONLINE, {20: 90, 30: 8})
    budgets = Budgets(ledger)
    budgets.arrived(budgets.reserve(providers[ONLINE], 3_000))
    logs.append(
        ledger,
        [
            Line("failure", "error", "coingecko answered 451: not here", OFFLINE, "market_data",
                 {"kind": "client_error", "http_status": 451}),
            Line("collection", "info", "prices: 5 stored", details={"feed": "prices"}),
        ],
    )  # fmt: skip
    with ledger.write() as connection:
        alerts.tell(connection, ledger, News("k", "stale_feed", "warning", "old", feed="prices"))
    metrics.record(ledger, "metrics", totals(ledger, providers.values(), 24))


def count(ledger: Ledger, provider: str, **outcomes: int) -> None:
    """Calls of this hour that ended so."""
    now = ledger.now()
    hour: dict[str, Any] = {"provider": provider, "hour": now // HOUR_MS * HOUR_MS}
    with ledger.write() as connection:
        for outcome, calls in outcomes.items():
            row = {**hour, "outcome": outcome, "count": calls, "last_at": now}
            connection.execute(sa.insert(provider_outcomes).values(**row))


def took(ledger: Ledger, provider: str, buckets: dict[int, int]) -> None:
    hour = ledger.now() // HOUR_MS * HOUR_MS
    with ledger.write() as connection:
        for bucket, calls in buckets.items():
            row = {"provider": provider, "hour": hour, "bucket": bucket, "count": calls}
            connection.execute(sa.insert(provider_latencies).values(**row))
