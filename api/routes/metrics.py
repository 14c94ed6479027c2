"""Metrics for Prometheus."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.auth import OPEN, caller
from api.metrics import CONTENT_TYPE, Metrics
from api.models.base import documented
from api.services import ServicesDep
from resources.errors import Forbidden, Unauthorized

router = APIRouter(tags=["monitoring"])


@router.get(
    "/metrics", dependencies=[OPEN], responses=documented(None, 401, 403, files="text/plain")
)
async def metrics(request: Request, services: ServicesDep) -> Response:
    """Requests, providers, feeds, runs, sockets, processes and room, as text for Prometheus.

    With HEADWATER_METRICS_KEY_REQUIRED it takes a key with the scope read.
    """
    if services.settings.metrics_key_required:
        key = await caller(request)
        if key is None:
            raise Unauthorized("send a key as X-API-Key, or as Authorization: Bearer")
        if not key.allows("read"):
            raise Forbidden(f"the key {key.name!r} lacks the scope 'read'")
    held: Metrics = request.app.state.metrics
    return Response(await held.text(services), media_type=CONTENT_TYPE)
