"""The interactive documentation, from files of our own machine alone."""

from fastapi import APIRouter, Request
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from api.answers import Answer
from api.auth import OPEN
from api.models.base import documented
from api.models.root import Spec

router = APIRouter(tags=["root"])
FILES_PATH = "/docs-files"
_NO_OTHER_HOST = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'none'; form-action 'none'; base-uri 'none'; object-src 'none'"
)


def files() -> StaticFiles:
    return StaticFiles(packages=[("fastapi_offline", "static")])


@router.get("/openapi.json", dependencies=[OPEN], responses=documented(Spec))
def openapi(request: Request) -> Response:
    """This interface as OpenAPI."""
    return Answer(request.app.openapi(), stamped=False)


@router.get("/docs", dependencies=[OPEN], responses=documented(None, files="text/html"))
async def docs() -> Response:
    """This interface to read and to try out (Swagger UI), from files of this machine alone."""
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Headwater",
        swagger_js_url=f"{FILES_PATH}/swagger-ui-bundle.js",
        swagger_css_url=f"{FILES_PATH}/swagger-ui.css",
        swagger_favicon_url=f"{FILES_PATH}/favicon.png",
    )
    page.headers["Content-Security-Policy"] = _NO_OTHER_HOST
    return page


@router.get("/redoc", dependencies=[OPEN], include_in_schema=False)
async def redoc() -> Response:
    return RedirectResponse("/docs")
