"""When each provider is looked at, and looks that are asked for by hand."""

import asyncio
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query, Request

from api.answers import Answer, Download, now_iso
from api.auth import OPEN, READ, WRITE
from api.bodies import json_object
from api.models.base import documented
from api.models.looks import ScheduleChanged, ScheduleDetail, ScheduleTask, UpdateForced
from api.queries.schedules import Row, to_row
from api.services import Services, ServicesDep
from resources.errors import Conflict, InvalidInput, KeyMissing, UnknownName
from resources.ledger import provider_schedules
from resources.providers.base import Provider
from resources.schedules import MOST_SECONDS, Schedule, checked_interval, watched_call

router = APIRouter(tags=["data sources"])
ProviderPath = Annotated[str, Path(max_length=100, description="Id or name of a provider.")]
_Interval = Annotated[
    int | None, Query(ge=1, le=MOST_SECONDS, description="Seconds between two looks.")
]
_Enabled = Annotated[bool | None, Query(description="Whether it is looked at.")]


_BODY = {
    "requestBody": {
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "interval": {"type": "integer"},
                        "enabled": {"type": "boolean"},
                    },
                }
            }
        }
    }
}


class ScheduleChange(msgspec.Struct, forbid_unknown_fields=True):
    """What is not given stays as it is."""

    interval: int | None = None
    enabled: bool | None = None


@router.get(
    "/api/v2/schedule/tasks", dependencies=[OPEN], responses=documented(dict[str, ScheduleTask])
)
def schedules(services: ServicesDep) -> Answer:
    """The schedule of every provider, by its id."""
    return Answer(_all(services), stamped=False)


@router.get(
    "/api/v2/schedule/tasks/{api_id}", dependencies=[OPEN], responses=documented(ScheduleDetail)
)
def schedule(services: ServicesDep, api_id: ProviderPath) -> Answer:
    """One provider's schedule."""
    return Answer(to_row(schedule_of(services, api_id)))


@router.put(
    "/api/v2/schedule/tasks/{api_id}",
    dependencies=[WRITE],
    openapi_extra=_BODY,
    responses=documented(ScheduleChanged),
)
async def change_schedule(
    services: ServicesDep,
    request: Request,
    api_id: ProviderPath,
    interval: _Interval = None,
    enabled: _Enabled = None,
) -> Answer:
    """Change a schedule, by the query or the body; what is not given stays as it is."""
    body = await _change_in(request)
    interval = body.interval if interval is None else interval
    enabled = body.enabled if enabled is None else enabled
    row = await asyncio.to_thread(edit, services, api_id, interval, enabled)
    message = f"the schedule of {row['api_id']} was changed"
    return Answer({"status": "success", "message": message, "task": row})


@router.post(
    "/api/v2/schedule/tasks/{api_id}/force-update",
    dependencies=[WRITE],
    status_code=202,
    responses=documented(UpdateForced, 409, status=202),
)
async def force_update(services: ServicesDep, api_id: ProviderPath) -> Answer:
    """Look at a provider now: the run that does it, or the one that does it already."""
    found, run_id = await forced(services, api_id)
    return Answer(
        {
            "status": "launched",
            "message": f"run {run_id} looks at {found.provider.id}",
            "task": to_row(found),
            "run_id": run_id,
        },
        status=202,
    )


@router.get(
    "/api/v2/schedule/export", dependencies=[READ], responses=documented(dict[str, ScheduleTask])
)
def export(services: ServicesDep) -> Download:
    """All schedules as a JSON file."""
    content = msgspec.json.format(msgspec.json.encode(_all(services)))
    return Download(content, "application/json", f"schedules_{now_iso()[:10]}.json", {})


def schedule_of(services: Services, spelling: str) -> Schedule:
    """The schedule of an id or name. Raises UnknownName with the nearest ids."""
    provider = services.directory.provider(spelling)
    return _known(services, provider)


def edit(services: Services, spelling: str, interval: int | None, enabled: bool | None) -> Row:
    """Change a schedule; returns it as it holds now. Raises InvalidInput, UnknownName."""
    provider = services.directory.provider(spelling)
    if interval is None and enabled is None:
        raise InvalidInput("give an interval, enabled, or both")
    if interval is not None:
        interval = checked_interval(provider, interval)
    provider_schedules.change(services.ledger, provider.id, interval, enabled)
    return to_row(_known(services, provider))


async def forced(services: Services, spelling: str) -> tuple[Schedule, str]:
    """Look at a provider now: its schedule and the id of the run.

    Raises UnknownName, Conflict where it is disabled, KeyMissing, Busy, Unavailable without Dagster.
    """
    found = await asyncio.to_thread(schedule_of, services, spelling)
    if not found.has_key:
        raise KeyMissing(found.provider.id)
    if not found.enabled:
        raise Conflict(f"{found.provider.id} is disabled; enable it first")
    if watched_call(found.provider) is None:
        raise Conflict(f"{found.provider.id} has no endpoint to look at")
    return found, await services.forced_updates.run_of(found.provider.id)


async def _change_in(request: Request) -> ScheduleChange:
    """What the body says, nothing where there is none. Raises InvalidInput."""
    if (
        request.headers.get("content-length", "0") == "0"
        and "transfer-encoding" not in request.headers
    ):
        return ScheduleChange()
    try:
        return msgspec.convert(await json_object(request), ScheduleChange)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"the body is no change of a schedule: {error}") from error


def _known(services: Services, provider: Provider) -> Schedule:
    found = services.schedules.one(provider.id)
    if found is None:
        raise UnknownName("provider", provider.id)
    return found


def _all(services: Services) -> dict[str, Row]:
    return {found.provider.id: to_row(found) for found in services.schedules.all()}
