"""The providers: who they are, how they are, how their calls end."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from api.answers import Answer
from api.auth import OPEN, WRITE
from api.cursors import id_from_cursor, to_cursor
from api.models.base import documented
from api.models.providers import (
    Category,
    CategoryProviders,
    HealthCheck,
    ProviderDetail,
    ProviderList,
    ProviderStatistics,
)
from api.params import CursorQuery, HoursQuery
from api.queries.providers import Providers, hours_of, statistics_row
from api.services import Services, ServicesDep
from resources.http import Client
from resources.ledger import statistics
from resources.monitoring.health import check_one
from resources.monitoring.totals import states_of

router = APIRouter(tags=["providers"])
ProviderPath = Annotated[str, Path(max_length=100, description="Id or name of a provider.")]


@router.get("/api/providers", dependencies=[OPEN], responses=documented(ProviderList, 404))
def providers(
    services: ServicesDep,
    category: Annotated[str | None, Query(max_length=64, description="One category.")] = None,
    status: Annotated[
        Literal["online", "degraded", "offline", "unknown"] | None, Query(description="One state.")
    ] = None,
    search: Annotated[
        str | None, Query(max_length=100, description="Part of an id, name or address.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1_000, description="Providers of a page.")] = 500,
    cursor: CursorQuery = None,
) -> Answer:
    """Every provider, in the order of their ids."""
    rows = _queries(services).rows(category, status, search)
    after = id_from_cursor(cursor, "providers") if cursor else ""
    left = [row for row in rows if row["provider_id"] > after]
    page = left[:limit]
    following = to_cursor(page[-1]["provider_id"], "providers") if len(left) > limit else None
    return Answer(
        {"providers": page, "total": len(rows), "count": len(page), "next_cursor": following}
    )


@router.get(
    "/api/providers/category/{category}",
    dependencies=[OPEN],
    responses=documented(CategoryProviders),
)
def providers_of_category(
    services: ServicesDep,
    category: Annotated[str, Path(max_length=64, description="Name of a category.")],
) -> Answer:
    """The providers of one category."""
    rows = _queries(services).rows(category)
    name = services.directory.category(category)
    return Answer({"category": name, "providers": rows, "count": len(rows)})


@router.get(
    "/api/providers/{provider_id}", dependencies=[OPEN], responses=documented(ProviderDetail)
)
def provider_detail(services: ServicesDep, provider_id: ProviderPath) -> Answer:
    """One provider with its endpoints, its breaker and its calls of the last 24 hours."""
    return Answer(_queries(services).detail(services.directory.provider(provider_id)))


@router.get(
    "/api/providers/{provider_id}/stats",
    dependencies=[OPEN],
    responses=documented(ProviderStatistics),
)
def provider_statistics(
    services: ServicesDep, provider_id: ProviderPath, hours: HoursQuery = 24
) -> Answer:
    """How the calls of the last hours ended, and how long they took; together and per hour."""
    provider = services.directory.provider(provider_id)
    calls = statistics.of_provider(services.ledger, provider.id, hours)
    by_hour = statistics.by_hour(services.ledger, provider.id, hours)
    return Answer({**statistics_row(provider, calls, hours), "by_hour": hours_of(by_hour)})


_NOT_ASKED = "it was not asked: its budget is used up, its key is missing, or nothing can be asked"


@router.post(
    "/api/providers/{provider_id}/health-check",
    dependencies=[WRITE],
    responses=documented(HealthCheck),
)
async def check_health(services: ServicesDep, provider_id: ProviderPath) -> Answer:
    """Ask a provider now, within its limits."""
    provider = await asyncio.to_thread(services.directory.provider, provider_id)
    settings, ledger = services.settings, services.ledger
    client = Client(
        ledger,
        sandbox_url=settings.sandbox_url,
        deadline=settings.call_deadline,
        max_response_mb=settings.max_response_mb,
        allowed_addresses=settings.allowed_addresses,
    )
    began = await asyncio.to_thread(ledger.now)
    async with client:
        found = await check_one(client, ledger, provider)
    states = await asyncio.to_thread(states_of, ledger, [provider])
    asked = found is not None and found.checked_at >= began
    finding = found.finding if found and asked else None
    status = finding.status if finding else states[provider.id]
    return Answer(
        {
            "provider_id": provider.id,
            "name": provider.name,
            "is_healthy": status == "online" if asked else None,
            "status": status,
            "response_time": finding.response_ms if finding else None,
            "error": finding.error if finding else _NOT_ASKED,
        }
    )


@router.get("/api/categories", dependencies=[OPEN], responses=documented(list[Category]))
def categories(services: ServicesDep) -> Answer:
    """Each category with how many of its providers are in each state; ratios in percent."""
    return Answer(_queries(services).categories(), stamped=False)


def _queries(services: Services) -> Providers:
    return Providers(services.directory, services.ledger)
