"""How the services are that the data source area stands on."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.answers import Answer
from api.auth import OPEN
from api.models.base import documented
from api.models.system import SourceHealth, SourceStatus
from api.problems import problem
from api.queries.schedules import count
from api.routes.health import Parts, look
from api.services import Services, ServicesDep
from resources.ledger import snapshots

router = APIRouter(tags=["data sources"])


@router.get("/api/v2/status", dependencies=[OPEN], responses=documented(SourceStatus))
async def status(request: Request, services: ServicesDep) -> Response:
    """Each service with its state and figures; 503 when the store cannot be read."""
    parts = await look(services)
    if parts.reasons:
        return _unhealthy(request, parts)
    found = {**parts.components, **await asyncio.to_thread(_data_sources, services)}
    return Answer({"services": found})


@router.get("/api/v2/health", dependencies=[OPEN], responses=documented(SourceHealth))
async def health(request: Request, services: ServicesDep) -> Response:
    """The state of each service, and of all; 503 when the store cannot be read."""
    parts = await look(services)
    if parts.reasons:
        return _unhealthy(request, parts)
    return Answer({"status": parts.status, "services": _states(parts)})


def _data_sources(services: Services) -> Mapping[str, Any]:
    return services.data_sources.get(partial(_count_sources, services))


def _count_sources(services: Services) -> Mapping[str, Any]:
    held = snapshots.held(services.ledger)
    counts = count(services.schedules.all())
    return {
        "schedules": {"status": "running" if counts["active"] else "stopped", **counts},
        "snapshots": {
            "status": "healthy" if held else "unknown",
            "providers": len(held),
            "records": sum(one.snapshots for one in held.values()),
        },
    }


def _states(parts: Parts) -> dict[str, str]:
    return {name: part["status"] for name, part in parts.components.items()}


def _unhealthy(request: Request, parts: Parts) -> Response:
    reasons = "; ".join(parts.reasons)
    return problem(request, 503, "Not available now", reasons, services=_states(parts))
