"""What is wrong with the platform, and what can be done about it at once."""

import asyncio
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request

from api.answers import Answer
from api.auth import ADMIN, READ
from api.bodies import json_object
from api.models.base import documented
from api.models.diagnostics import Diagnosis
from api.services import VERSION, Services, ServicesDep
from resources.diagnostics import Platform, diagnose
from resources.errors import InvalidInput, NotFound
from resources.graphql import Dagster
from resources.ledger import diagnoses

router = APIRouter(tags=["monitoring"])
_PATIENCE = 10.0
_MOST_FIXES = 1_000
_BODY = {
    "requestBody": {
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "auto_fix": {"type": "boolean"},
                        "fixes": {"type": "array", "items": {"type": "string"}},
                    },
                    "additionalProperties": False,
                }
            }
        }
    }
}
_AutoFix = Annotated[bool, Query(description="Do every fix that is offered and safe.")]
_Fixes = Annotated[
    list[str], Query(max_length=_MOST_FIXES, description="Ids of fixes that are done; repeated.")
]


class Wanted(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be done about what is found."""

    auto_fix: bool = False
    fixes: list[str] = []


@router.post(
    "/api/diagnostics/run",
    dependencies=[ADMIN],
    openapi_extra=_BODY,
    responses=documented(Diagnosis, 409),
)
async def run_diagnostics(
    services: ServicesDep,
    request: Request,
    auto_fix: _AutoFix = False,
    fixes: _Fixes = [],  # noqa: B006 (FastAPI copies it)
) -> Answer:
    """Make every check, and tell of each issue what could be done about it.

    Nothing is changed without `auto_fix` or `fixes`, by the query or the body. One at a time.
    """
    body = await _wanted_in(request)
    chosen = [*fixes, *body.fixes]
    report = await asyncio.to_thread(_diagnose, services, auto_fix or body.auto_fix, chosen)
    return Answer(report, stamped=False)


@router.get("/api/diagnostics/last", dependencies=[READ], responses=documented(Diagnosis, 404))
def last_diagnostics(services: ServicesDep) -> Answer:
    """What the newest diagnosis found, by the service or the command line."""
    report = diagnoses.last(services.ledger)
    if report is None:
        raise NotFound("no diagnosis was made yet")
    return Answer(report, stamped=False)


def _diagnose(services: Services, auto_fix: bool, chosen: list[str]) -> dict[str, object]:
    settings = services.settings
    dagster = Dagster(f"http://127.0.0.1:{settings.dagster_port}", timeout=_PATIENCE)
    try:
        platform = Platform(settings, services.ledger, dagster, VERSION)
        return diagnose(platform, auto_fix=auto_fix, chosen=chosen)
    finally:
        dagster.close()


async def _wanted_in(request: Request) -> Wanted:
    """What the body says, nothing where there is none. Raises InvalidInput."""
    if not await request.body():
        return Wanted()
    try:
        return msgspec.convert(await json_object(request), Wanted)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"the body does not say what to do: {error}") from error
