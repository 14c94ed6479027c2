"""The tables of the ledger. Times are milliseconds since 1970, UTC, of the database's clock."""

from resources.ledger.tables.access import api_keys
from resources.ledger.tables.calls import breakers, budget_leases, budgets, rotations
from resources.ledger.tables.market import (
    commits,
    coverage,
    forming_candles,
    latest_prices,
    listings,
    quarantine,
)
from resources.ledger.tables.metadata import METADATA
from resources.ledger.tables.monitoring import provider_latencies, provider_outcomes

__all__ = [
    "METADATA",
    "api_keys",
    "breakers",
    "budget_leases",
    "budgets",
    "commits",
    "coverage",
    "forming_candles",
    "latest_prices",
    "listings",
    "provider_latencies",
    "provider_outcomes",
    "quarantine",
    "rotations",
]
