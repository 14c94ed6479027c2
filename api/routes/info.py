"""What the service is, for everybody."""

import asyncio
import time

from fastapi import APIRouter

from api.answers import Answer
from api.auth import OPEN
from api.models.base import documented
from api.models.system import ServiceInfo
from api.queries.info import configuration, feeds, rate_limits, store
from api.services import VERSION, ServicesDep

router = APIRouter(tags=["system"])


@router.get("/info", dependencies=[OPEN], responses=documented(ServiceInfo))
async def info(services: ServicesDep) -> Answer:
    """Version, settings without secrets and paths, store, limits of callers, scheduler, sockets."""
    settings = services.settings
    scheduler, stored = await asyncio.gather(
        services.scheduler.status(), asyncio.to_thread(store, services.ledger)
    )
    held = {
        "application": {"name": "Headwater", "version": VERSION, "mode": services.mode},
        "configuration": configuration(settings),
        "database": stored,
        "rate_limits": rate_limits(settings),
        "scheduler": {
            "status": scheduler,
            "schedule": settings.collection_schedule,
            "feeds": feeds(),
        },
        "websocket": {
            "paths": ["/ws", "/ws/live", "/api/v2/ws"],
            "max_connections": settings.max_sockets,
            "max_connections_per_address": settings.max_sockets_per_address,
        },
    }
    uptime = round(time.monotonic() - services.opened_at, 1)
    now = {
        "application": {**held["application"], "uptime": uptime},
        "websocket": {**held["websocket"], **services.hub.totals()},
    }
    return Answer({**held, **now}, held=held)
