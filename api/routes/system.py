"""The system, for its admin."""

import asyncio
import time

from fastapi import APIRouter

from api.answers import Answer
from api.auth import ADMIN
from api.models.base import documented
from api.models.system import SystemInfo
from api.queries.system import configuration, database
from api.services import VERSION, ServicesDep

router = APIRouter(tags=["system"])


@router.get("/api/admin/system/info", dependencies=[ADMIN], responses=documented(SystemInfo))
async def system_info(services: ServicesDep) -> Answer:
    """Version, seconds since the start of the API, store, scheduler and settings."""
    status, stored, settings = await asyncio.gather(
        services.scheduler.status(),
        asyncio.to_thread(database, services.ledger),
        asyncio.to_thread(configuration, services.settings, services.directory),
    )
    held = {
        "version": VERSION,
        "mode": services.mode,
        "database": stored,
        "scheduler": {"status": status, "schedule": services.settings.collection_schedule},
        "configuration": settings,
    }
    uptime = round(time.monotonic() - services.opened_at, 1)
    return Answer({**held, "uptime": uptime}, held=held)
