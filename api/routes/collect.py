"""Collections of candles by hand: start one, watch it, end it."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.answers import Answer
from api.auth import ADMIN
from api.bodies import body_of, described
from api.models.base import documented
from api.models.jobs import CollectionAsked, CollectionStarted, CollectionStatus
from api.queries.collections import status
from api.services import ServicesDep
from resources import collecting
from resources.errors import Conflict
from resources.ledger import collections

router = APIRouter(tags=["collect"])
_STATUS = "/api/admin/collect/status"
_Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)]


class Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    mode: _Word = Field(description="backward, forward or gap_fill.")
    start_date: _Word | None = Field(None, description="First day, YYYY-MM-DD, UTC.")
    end_date: _Word | None = Field(None, description="Last day, YYYY-MM-DD, UTC.")
    symbols: list[_Word] | None = Field(
        None, max_length=1000, description="In any spelling; none given: all."
    )
    interval: _Word | None = Field(None, description="One interval; default: all.")


WantedBody = Annotated[Wanted, Depends(body_of(Wanted))]


@router.post(
    "/api/admin/collect/trigger",
    dependencies=[ADMIN],
    status_code=202,
    openapi_extra=described(Wanted),
    responses=documented(CollectionStarted, 404, 409, status=202),
)
async def trigger(services: ServicesDep, body: WantedBody) -> Answer:
    """Start a collection; 409 while any is going, whoever has started it."""
    request = await asyncio.to_thread(
        collecting.asked,
        services.ledger,
        services.settings,
        body.mode,
        start=body.start_date or "",
        end=body.end_date or "",
        symbols=body.symbols,
        interval=body.interval or "",
    )
    run_id = await services.scheduler.collect(services.ledger, request)
    told = {"message": f"run {run_id} was started", "mode": body.mode, "run_id": run_id}
    return Answer({"success": True, **told, "status_endpoint": _STATUS}, status=202)


@router.get(
    "/api/admin/collect/status", dependencies=[ADMIN], responses=documented(CollectionStatus)
)
def collect_status(services: ServicesDep) -> Answer:
    """The collection that is going, else the last one, with how each market fares."""
    found = status(services.ledger)
    held = {name: value for name, value in found.items() if name != "elapsed_seconds"}
    return Answer(found, held=held)


@router.post(
    "/api/admin/collect/cancel",
    dependencies=[ADMIN],
    status_code=202,
    responses=documented(CollectionAsked, 409, status=202),
)
async def cancel(
    services: ServicesDep,
    run_id: Annotated[str | None, Query(max_length=100, description="Which, of several.")] = None,
) -> Answer:
    """Ask a collection that is going to end; what it has stored stays. 409 where none is."""
    all_going = await asyncio.to_thread(collections.going, services.ledger)
    going = next((one for one in all_going if run_id in (None, one.run_id)), None)
    if going is None:
        raise Conflict("no collection is going" if run_id is None else f"no run {run_id} is going")
    await services.scheduler.end_collection(services.ledger, going)
    told = {"message": f"run {going.run_id} is being ended", "run_id": going.run_id}
    return Answer({"success": True, **told, "status_endpoint": _STATUS}, status=202)
