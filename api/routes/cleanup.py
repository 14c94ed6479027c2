"""Deleting what providers answered when they were looked at. Nothing else is ever deleted here."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.answers import Answer
from api.auth import ADMIN
from api.models.base import documented
from api.models.looks import Cleaned
from api.services import ServicesDep
from resources.ledger import snapshots

router = APIRouter(tags=["data sources"])


@router.post("/api/v2/cleanup/cache", dependencies=[ADMIN], responses=documented(Cleaned))
def cleanup_cache(services: ServicesDep) -> Answer:
    """Delete what all providers answered, and free its room; the history keeps how each look
    ended. Until the next look there is no data."""
    with services.ledger.write() as connection:
        gone = snapshots.clear_answers(connection)
    return _done(gone, f"the answers of {gone} snapshots were deleted")


@router.post("/api/v2/cleanup/history", dependencies=[ADMIN], responses=documented(Cleaned, 404))
def cleanup_history(
    services: ServicesDep,
    api_id: Annotated[
        str | None, Query(max_length=100, description="Id or name of a provider.")
    ] = None,
) -> Answer:
    """Delete all snapshots but the newest answer, of one provider or of each."""
    provider = None if api_id is None else services.directory.provider(api_id).id
    with services.ledger.write() as connection:
        gone = snapshots.clear_history(connection, provider)
    whose = "all providers" if provider is None else provider
    return _done(gone, f"{gone} snapshots of {whose} were deleted")


@router.post("/api/v2/cleanup/old-data", dependencies=[ADMIN], responses=documented(Cleaned))
def cleanup_old_data(
    services: ServicesDep,
    days: Annotated[int, Query(ge=1, le=3_650, description="Older than so many days.")] = 7,
) -> Answer:
    """Delete the snapshots of all providers that are older."""
    with services.ledger.write() as connection:
        gone = snapshots.delete_older(connection, services.ledger, days)
    return _done(gone, f"{gone} snapshots of more than {days} days ago were deleted")


def _done(gone: int, message: str) -> Answer:
    return Answer({"status": "success", "message": message, "removed_count": gone})
