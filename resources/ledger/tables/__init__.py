"""The tables of the ledger. Times are milliseconds since 1970, UTC, of the database's clock."""

from resources.ledger.tables.access import api_keys, audit_log, daily_usage, sign_ins
from resources.ledger.tables.calls import (
    breaker_counts,
    breakers,
    budget_leases,
    budgets,
    rotations,
)
from resources.ledger.tables.collections import (
    candle_gaps,
    collection_symbols,
    collections,
    market_statuses,
    quality_events,
    watchlist,
)
from resources.ledger.tables.derived import commit_readers, feed_times, resampled_spans
from resources.ledger.tables.market import (
    commits,
    coverage,
    forming_candles,
    latest_prices,
    listings,
    quarantine,
)
from resources.ledger.tables.metadata import METADATA
from resources.ledger.tables.monitoring import (
    alerts,
    diagnoses,
    logs,
    metric_snapshots,
    proposals,
    provider_health,
    provider_latencies,
    provider_outcomes,
)
from resources.ledger.tables.news import news_articles, news_tags
from resources.ledger.tables.pools import pool_members, pool_seeds, pools, rotation_history
from resources.ledger.tables.providers import custom_providers
from resources.ledger.tables.snapshots import (
    forced_updates,
    provider_schedules,
    snapshot_bodies,
    snapshots,
)
from resources.ledger.tables.webhooks import webhook_deliveries, webhooks

__all__ = [
    "METADATA",
    "alerts",
    "api_keys",
    "audit_log",
    "breaker_counts",
    "breakers",
    "budget_leases",
    "budgets",
    "candle_gaps",
    "collection_symbols",
    "collections",
    "commit_readers",
    "commits",
    "coverage",
    "custom_providers",
    "daily_usage",
    "diagnoses",
    "feed_times",
    "forced_updates",
    "forming_candles",
    "latest_prices",
    "listings",
    "logs",
    "market_statuses",
    "metric_snapshots",
    "news_articles",
    "news_tags",
    "pool_members",
    "pool_seeds",
    "pools",
    "proposals",
    "provider_health",
    "provider_latencies",
    "provider_outcomes",
    "provider_schedules",
    "quality_events",
    "quarantine",
    "resampled_spans",
    "rotation_history",
    "rotations",
    "sign_ins",
    "snapshot_bodies",
    "snapshots",
    "watchlist",
    "webhook_deliveries",
    "webhooks",
]
