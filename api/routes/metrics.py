"""Metrics for Prometheus."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.auth import OPEN, caller, require
from api.metrics import CONTENT_TYPE, Metrics
from api.models.base import documented
from api.services import ServicesDep

router = APIRouter(tags=["monitoring"])


@router.get(
    "/metrics", dependencies=[OPEN], responses=documented(None, 401, 403, files="text/plain")
)
async def metrics(request: Request, services: ServicesDep) -> Response:
    """Requests, providers, feeds, runs, sockets, processes and room, as text for Prometheus.

    With HEADWATER_METRICS_KEY_REQUIRED it takes a key with the scope read.
    """
    if services.settings.metrics_key_required:
        require(await caller(request), "read")
    held: Metrics = request.app.state.metrics
    return Response(await held.text(services), media_type=CONTENT_TYPE)
