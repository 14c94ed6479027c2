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


def rows(services: Services, category: str | None = None, update: str | None = None) -> list[Row]:
    """Every provider, of a category or update type where one is given."""
    return [
        _row(services, found)
        for found in services.schedules.all()
        if category in (None, found.provider.category) and update in (None, found.provider.update)
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
    """The custom providers as a file that the import takes; what holds a key says so."""
    directory = services.directory
    custom = [p for p in directory.providers().values() if directory.is_custom(p)]
    keyed = {p.id: {"key": MASK} for p in custom if directory.stores_key(p)}
    return {"version": 1, "providers": [{**entry_of(p), **keyed.get(p.id, {})} for p in custom]}


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
