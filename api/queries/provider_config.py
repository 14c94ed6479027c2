"""Providers as they are configured, and how answers show them: never with a key."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from api.services import Services
from resources.providers.base import Provider
from resources.providers.entries import entry_of
from resources.schedules import Schedule

Row = dict[str, Any]
MASK = "***"


def rows(
    services: Services,
    category: str | None = None,
    update: str | None = None,
    enabled: bool | None = None,
) -> list[Row]:
    """Every provider, of a category or update type, or enabled or not, where that is given."""
    return [
        _row(services, found)
        for found in services.schedules.all()
        if category in (None, found.provider.category)
        and update in (None, found.provider.update)
        and enabled in (None, found.enabled)
    ]


def row_of(services: Services, provider: Provider) -> Row:
    """One provider."""
    found = services.schedules.one(provider.id)
    return _row(services, found) if found else {**_entry(provider), "custom": True}


def stats(providers: Iterable[Provider]) -> dict[str, Row]:
    """How many providers there are of each category, of how many feeds."""
    kept = list(providers)
    counts = Counter(provider.category for provider in kept)
    return {
        category: {
            "total": count,
            "with_endpoints": sum(bool(p.endpoints) for p in kept if p.category == category),
        }
        for category, count in counts.items()
    }


def exported(services: Services) -> Row:
    """The custom providers as a file that the import takes; what holds a key says so.

    `interval` and `enabled` are there where somebody has set them.
    """
    custom = [one for one in services.schedules.all() if services.directory.is_custom(one.provider)]
    return {"version": 1, "providers": [_exported(services, one) for one in custom]}


def _exported(services: Services, found: Schedule) -> Row:
    entry, row = entry_of(found.provider), found.row
    chosen = {"interval": row.interval_seconds, "enabled": row.enabled}
    entry.pop("enabled")
    if services.directory.stores_key(found.provider):
        entry["key"] = MASK
    return {**entry, **{name: value for name, value in chosen.items() if value is not None}}


def _row(services: Services, found: Schedule) -> Row:
    provider = found.provider
    return {
        **_entry(provider),
        "interval": found.interval,
        "enabled": found.enabled,
        "custom": services.directory.is_custom(provider),
        "requires_key": provider.auth is not None and provider.auth.required,
        "key": MASK if services.directory.holds_key(provider) else None,
    }


def _entry(provider: Provider) -> Row:
    """The catalog's entry, under the names of this interface."""
    entry = entry_of(provider)
    entry["update_type"] = entry.pop("update")
    empty: Row = {"docs_url": None, "limits": [], "auth": None, "endpoints": [], "ws_url": None}
    return {**empty, **entry}
