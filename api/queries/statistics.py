"""The platform in numbers."""

from collections import Counter
from typing import Any

from api.queries.providers import statistics_row
from resources.directory import Directory
from resources.ledger import Ledger, pools, rotations, statistics
from resources.monitoring.totals import totals

_HOURS = 24


def summary(directory: Directory, ledger: Ledger) -> dict[str, Any]:
    """The last 24 hours: all calls, those of each provider that was called, and the pools."""
    providers = directory.providers()
    calls = statistics.by_provider(ledger, _HOURS)
    turned = rotations.totals(ledger)
    return {
        "summary": {"hours": _HOURS, **totals(ledger, providers.values(), _HOURS)},
        "providers": [
            statistics_row(providers[name], calls[name], _HOURS)
            for name in sorted(calls.keys() & providers.keys())
        ],
        "pools": [
            {
                "pool_id": pool.id,
                "pool_name": pool.name,
                "category": pool.category,
                "rotation_strategy": pool.strategy,
                "enabled": pool.enabled,
                "total_providers": len(pool.members),
                "total_rotations": turned.get(pool.id, 0),
            }
            for pool in pools.read_all(ledger)
        ],
    }


def configured(directory: Directory) -> dict[str, Any]:
    """How many providers there are, of which categories, and for how many a key is set."""
    providers = list(directory.providers().values())
    by_category = Counter(provider.category for provider in providers)
    return {
        "total_providers": len(providers),
        "enabled_providers": sum(directory.enabled(provider) for provider in providers),
        "custom_providers": sum(directory.is_custom(provider) for provider in providers),
        "providers_requiring_keys": sum(
            provider.auth is not None and provider.auth.required for provider in providers
        ),
        "providers_with_keys": sum(directory.holds_key(provider) for provider in providers),
        "categories": len(by_category),
        "categories_list": sorted(by_category),
        "providers_by_category": dict(sorted(by_category.items())),
    }
