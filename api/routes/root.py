"""The entrance."""

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.responses import RedirectResponse, Response

from api.answers import Answer
from api.auth import OPEN
from api.models.base import Responses, documented
from api.models.root import Entrance
from api.services import VERSION

router = APIRouter(tags=["root"])
_LED_ON: Responses = {307: {"description": "A browser is led to a page."}}


@router.get("/", dependencies=[OPEN], responses={**documented(Entrance), **_LED_ON})
async def entrance(request: Request) -> Response:
    """What this service is, and its endpoints; a browser is led to a page."""
    if "text/html" in request.headers.get("accept", ""):
        return RedirectResponse("/docs", headers={"Vary": "Accept"})
    answer = Answer(
        {
            "name": "Headwater",
            "version": VERSION,
            "description": request.app.description,
            "status": "running",
            "endpoints": _endpoints(request),
        }
    )
    answer.headers["Vary"] = "Accept"
    return answer


@router.get("/dashboard", dependencies=[OPEN], include_in_schema=False)
@router.get("/enhanced_dashboard.html", dependencies=[OPEN], include_in_schema=False)
async def former_dashboard() -> Response:
    return RedirectResponse("/")


def _endpoints(request: Request) -> list[str]:
    """Every documented endpoint as "GET /api/prices"."""
    return sorted(
        f"{method} {route.path_format}"
        for route in iter_route_contexts(request.app.routes)
        if isinstance(route.original_route, APIRoute) and route.include_in_schema
        for method in route.methods or ()
    )
