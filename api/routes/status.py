"""The system in numbers."""

import asyncio

from fastapi import APIRouter

from api.answers import Answer
from api.auth import OPEN
from api.queries.providers import count_states, provider_states, system_health
from api.routes.health import overall
from api.services import ServicesDep

router = APIRouter(tags=["monitoring"])


@router.get("/api/status", dependencies=[OPEN])
async def status(services: ServicesDep) -> Answer:
    """Providers by state, and whether they are real (`mode`); null is what nobody has counted."""
    states = await asyncio.to_thread(provider_states, services.ledger)
    counts = count_states(states)
    return Answer(
        {
            "status": overall(await services.scheduler.status(), states),
            "mode": services.mode,
            "total_apis": counts["total"],
            "total_providers": counts.pop("total"),
            **counts,
            "avg_response_time_ms": None,
            "total_requests": None,
            "successful_requests": None,
            "success_rate": None,
            "system_health": system_health(states),
        }
    )
