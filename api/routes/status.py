"""The system in numbers."""

import asyncio

from fastapi import APIRouter

from api.answers import Answer
from api.auth import OPEN
from api.models.base import documented
from api.models.monitoring import SystemStatus
from api.routes.health import overall
from api.services import ServicesDep
from resources.monitoring.totals import totals

router = APIRouter(tags=["monitoring"])
_HOURS = 24


@router.get("/api/status", dependencies=[OPEN], responses=documented(SystemStatus))
async def status(services: ServicesDep) -> Answer:
    """Providers by state and their calls of the last 24 hours, and whether they are real (`mode`)."""
    providers = await asyncio.to_thread(services.directory.providers)
    found = await asyncio.to_thread(totals, services.ledger, providers.values(), _HOURS)
    return Answer(
        {
            "status": overall(await services.scheduler.status(), found["system_health"]),
            "mode": services.mode,
            "total_apis": found["total_providers"],
            **found,
        }
    )
