"""Providers, how they are, and how their calls ended."""

from collections.abc import Mapping
from typing import Any

from api.answers import iso
from resources.directory import Directory
from resources.ledger import Ledger, health, proposals, statistics
from resources.ledger.breakers import Breaker, Breakers
from resources.ledger.health import Health
from resources.ledger.statistics import Statistics
from resources.monitoring.totals import State, count_states, states_of
from resources.providers.base import UPDATE_SECONDS, Provider

Row = dict[str, Any]
_DAY = 24


class Providers:
    """The providers of a directory with what is known of them now."""

    def __init__(self, directory: Directory, ledger: Ledger) -> None:
        self._directory = directory
        self._ledger = ledger

    def rows(
        self, category: str | None = None, status: str | None = None, search: str | None = None
    ) -> list[Row]:
        """One row each, in the order of their ids, of those that are asked for.

        `search` is part of an id, name or address, in any case. Raises UnknownName for a category.
        """
        wanted = None if category is None else self._directory.category(category)
        text = (search or "").lower()
        chosen = [
            provider
            for provider in self._sorted()
            if wanted in (None, provider.category)
            and any(
                text in told.lower() for told in (provider.id, provider.name, provider.base_url)
            )
        ]
        states = states_of(self._ledger, chosen)
        known = health.read_all(self._ledger)
        calls = statistics.by_provider(self._ledger, _DAY)
        proposed = proposals.proposed(self._ledger)
        return [
            self._row(
                one, states[one.id], known.get(one.id), calls.get(one.id, Statistics()), proposed
            )
            for one in chosen
            if status in (None, states[one.id])
        ]

    def detail(self, provider: Provider) -> Row:
        """A provider with its endpoints, limits and breaker."""
        calls = statistics.of_provider(self._ledger, provider.id, _DAY)
        found = health.read(self._ledger, provider.id)
        state = states_of(self._ledger, [provider])[provider.id]
        breaker = Breakers(self._ledger).state(provider.id)
        ever = statistics.of_provider(self._ledger, provider.id, statistics.KEPT_HOURS)
        return {
            **self._row(provider, state, found, calls, proposals.proposed(self._ledger)),
            "endpoints": [
                {
                    "feed": one.feed,
                    "path": one.call.path,
                    "method": "GET" if one.call.body is None else "POST",
                }
                for one in provider.endpoints
            ],
            "websocket_url": provider.ws_url,
            "consecutive_failures": breaker.failures,
            "breaker": breaker_row(breaker),
            "last_error": found.finding.error if found else None,
            "last_success": _iso(ever.last_success_at),
            "last_failure": _iso(ever.last_failure_at),
        }

    def categories(self) -> list[Row]:
        """Each category with how many of its providers are in each state, in percent online."""
        providers = self._sorted()
        states = states_of(self._ledger, providers)
        rows = []
        for category in self._directory.categories():
            mine = {p.id: states[p.id] for p in providers if p.category == category}
            if mine:
                rows.append({"category": category, **_counts(mine)})
        return rows

    def _sorted(self) -> list[Provider]:
        return sorted(self._directory.providers().values(), key=lambda provider: provider.id)

    def _row(
        self,
        provider: Provider,
        state: State,
        found: Health | None,
        calls: Statistics,
        proposed: set[str],
    ) -> Row:
        auth = provider.auth
        return {
            "provider_id": provider.id,
            "name": provider.name,
            "category": provider.category,
            "status": state,
            "enabled": self._directory.enabled(provider),
            "custom": self._directory.is_custom(provider),
            "proposed": provider.id in proposed,
            "base_url": provider.base_url,
            "docs_url": provider.docs_url,
            "feeds": sorted({endpoint.feed for endpoint in provider.endpoints}),
            "update_type": provider.update,
            "update_seconds": UPDATE_SECONDS[provider.update],
            "requires_key": auth is not None and auth.required,
            "has_key": self._directory.holds_key(provider),
            "limits": [{"amount": one.amount, "seconds": one.seconds} for one in provider.limits],
            "success_rate": calls.success_rate,
            "total_requests": calls.total,
            "avg_response_time_ms": calls.average_ms,
            "response_time_ms": found.finding.response_ms if found else None,
            "last_check": iso(found.checked_at) if found else None,
            "status_since": iso(found.changed_at) if found else None,
        }


def statistics_row(provider: Provider, calls: Statistics, hours: int) -> Row:
    """How the calls of some hours ended, and how long they took."""
    return {
        "provider": provider.id,
        "name": provider.name,
        "category": provider.category,
        "hours": hours,
        "total_requests": calls.total,
        "successful": calls.successful,
        "failed": calls.failed,
        "rate_limited": calls.rate_limited,
        "success_rate": calls.success_rate,
        "avg_response_time_ms": calls.average_ms,
        "p50_response_time_ms": calls.percentile(0.5),
        "p95_response_time_ms": calls.percentile(0.95),
        "error_types": calls.error_types,
        "last_success": _iso(calls.last_success_at),
        "last_failure": _iso(calls.last_failure_at),
    }


def hours_of(by_hour: Mapping[int, Statistics]) -> list[Row]:
    """The same per hour, oldest first, in short."""
    return [
        {
            "hour": iso(hour),
            "total_requests": calls.total,
            "failed": calls.failed,
            "success_rate": calls.success_rate,
            "p50_response_time_ms": calls.percentile(0.5),
            "p95_response_time_ms": calls.percentile(0.95),
        }
        for hour, calls in by_hour.items()
    ]


def breaker_row(breaker: Breaker) -> Row:
    waits = breaker.state == "open"
    return {
        "state": breaker.state,
        "failures": breaker.failures,
        "open_until": iso(breaker.open_until) if waits else None,
    }


def _counts(states: Mapping[str, State]) -> Row:
    counts = count_states(states)
    online = round(100 * counts["online"] / counts["total"], 1)
    judged = counts["total"] - counts["unknown"]
    return {**counts, "online_ratio": online if judged else None}


def _iso(ms: int | None) -> str | None:
    return None if ms is None else iso(ms)
