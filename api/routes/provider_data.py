"""What providers answered when they were looked at."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.answers import Answer
from api.auth import OPEN, READ
from api.cursors import from_cursor, to_cursor
from api.models.base import documented
from api.models.looks import Snapshot, SnapshotHistory, SnapshotStatistics
from api.params import CursorQuery
from api.queries.snapshots import held_row, newest, to_row
from api.routes.provider_schedules import ProviderPath
from api.services import ServicesDep
from resources.errors import NotFound
from resources.ledger import snapshots

router = APIRouter(tags=["data sources"])
# A page of history ends where its answers together are larger.
_MOST_BYTES = 8_000_000


@router.get("/api/v2/data/cached", dependencies=[OPEN], responses=documented(dict[str, Snapshot]))
def cached(services: ServicesDep) -> Answer:
    """The newest answer of every provider that has one, by its id."""
    providers = services.directory.providers()
    return Answer(newest(services.ledger, providers, services.mode), stamped=False)


@router.get("/api/v2/data/cached/{api_id}", dependencies=[OPEN], responses=documented(Snapshot))
def cached_one(services: ServicesDep, api_id: ProviderPath) -> Answer:
    """The newest answer of one provider."""
    provider = services.directory.provider(api_id)
    found = newest(services.ledger, [provider.id], services.mode)
    if provider.id not in found:
        raise NotFound(f"{provider.id} has not answered yet")
    return Answer(found[provider.id], stamped=False)


@router.get(
    "/api/v2/data/history/{api_id}", dependencies=[READ], responses=documented(SnapshotHistory)
)
def history(
    services: ServicesDep,
    api_id: ProviderPath,
    limit: Annotated[int, Query(ge=1, le=1_000, description="Snapshots of a page.")] = 100,
    cursor: CursorQuery = None,
) -> Answer:
    """The snapshots of a provider, newest first; those that failed say why."""
    provider = services.directory.provider(api_id)
    before = from_cursor(cursor, "snapshots", provider.id) if cursor else None
    found, more = snapshots.page(services.ledger, provider.id, before, limit, _MOST_BYTES)
    return Answer(
        {
            "api_id": provider.id,
            "history": [to_row(one, services.mode) for one in found],
            "count": len(found),
            "next_cursor": to_cursor(found[-1].id, "snapshots", provider.id) if more else None,
        }
    )


@router.get(
    "/api/v2/data/statistics", dependencies=[OPEN], responses=documented(SnapshotStatistics)
)
def statistics(services: ServicesDep) -> Answer:
    """How many snapshots are stored, of whom and since when."""
    held = snapshots.held(services.ledger)
    return Answer(
        {
            "cached_apis": sum(one.answers > 0 for one in held.values()),
            "total_history_records": sum(one.snapshots for one in held.values()),
            "apis_with_history": len(held),
            "api_statistics": {provider: held_row(one) for provider, one in held.items()},
        }
    )
