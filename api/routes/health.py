"""Whether the service lives, can work, and how its parts are."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.answers import Answer
from api.auth import OPEN
from api.models.base import documented
from api.models.root import Alive, Ready, ServiceHealth
from api.problems import problem
from api.readiness import Checks, failed
from api.services import VERSION, Services, ServicesDep
from resources.monitoring.totals import State, count_states, states_of, system_health

router = APIRouter(tags=["health"])


@router.get("/livez", dependencies=[OPEN], responses=documented(Alive))
async def livez() -> Answer:
    """That the process answers; touches no database."""
    return Answer({"status": "alive"})


@router.get("/readyz", dependencies=[OPEN], responses=documented(Ready))
async def readyz(request: Request, services: ServicesDep) -> Response:
    """Whether ledger, lake and disk allow reading and writing, and all tasks in the background go
    on; 503 with the reasons."""
    tasks = "ok" if services.background_works else "one has ended, which the log tells of"
    checks = {**await services.readiness.ready(), "background_tasks": tasks}
    if reasons := failed(checks):
        return _not_available(request, reasons, checks=checks)
    return Answer({"status": "ready", "checks": checks})


@router.get("/health", dependencies=[OPEN], responses=documented(ServiceHealth))
@router.get("/api/health", dependencies=[OPEN], responses=documented(ServiceHealth))
async def health(request: Request, services: ServicesDep) -> Response:
    """How each part is; 503 when the store cannot be read."""
    parts = await look(services)
    if parts.reasons:
        return _not_available(request, parts.reasons, components=parts.components)
    providers = parts.components["providers"]
    totals = services.hub.totals()
    return Answer(
        {
            "status": parts.status,
            "version": VERSION,
            "components": parts.components,
            "providers_count": providers["total"],
            "online_count": providers["online"],
            "connected_clients": totals["active_connections"],
            "total_sessions": totals["total_sessions"],
        }
    )


@dataclass(frozen=True, slots=True)
class Parts:
    """How each part is, with its `status`; `reasons` say why the store cannot be read."""

    status: str
    components: Mapping[str, Mapping[str, Any]]
    reasons: list[str]


async def look(services: Services) -> Parts:
    """How each part is now, providers a second ago; waits for none longer than it is worth."""
    checks = await services.readiness.readable()
    reasons = failed(checks)
    scheduler = await services.scheduler.status()
    states: Mapping[str, State] = {} if reasons else await asyncio.to_thread(_states, services)
    components = _components(services, checks, scheduler, states)
    status = "unhealthy" if reasons else overall(scheduler, system_health(states))
    return Parts(status, components, reasons)


def overall(scheduler: str, providers: str) -> str:
    """healthy, or degraded where a part is known not to work."""
    broken = scheduler == "stopped" or providers in ("degraded", "unhealthy")
    return "degraded" if broken else "healthy"


def _states(services: Services) -> Mapping[str, State]:
    def find() -> Mapping[str, State]:
        return states_of(services.ledger, services.directory.providers().values())

    return services.provider_states.get(find)


def _components(
    services: Services, checks: Checks, scheduler: str, states: Mapping[str, State]
) -> dict[str, Mapping[str, Any]]:
    connections = services.hub.totals()["active_connections"]
    return {
        "database": {"status": "unhealthy" if failed(checks) else "healthy", "checks": checks},
        "scheduler": {"status": scheduler},
        "websocket": {
            "status": "running" if services.background_works else "stopped",
            "active_connections": connections,
        },
        "providers": {"status": system_health(states), **count_states(states)},
        "models": _models(services),
    }


def _models(services: Services) -> Mapping[str, Any]:
    setting = services.settings.sentiment_model
    engine = services.reader.loaded()
    if engine is None:
        return {"status": "not_loaded", "setting": setting}
    return {"status": "loaded", "setting": setting, "engine": engine.name, "model": engine.model}


def _not_available(request: Request, reasons: list[str], **more: Any) -> Response:
    return problem(request, 503, "Not available now", "; ".join(reasons), **more)
