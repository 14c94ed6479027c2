"""Every error as problem details (RFC 9457)."""

import logging
import re
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import msgspec
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import Response

from api.gate.visit import visit_of
from resources.errors import HeadwaterError, StoreUnavailable, TooManyRequests

_log = logging.getLogger(__name__)
# An answer is of the type that it says, and no page: nothing in it runs, and no page frames it.
FOR_BROWSERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_SENTENCES = {404: "there is nothing at this path", 405: "this path does not take that method"}
# What an error knows beside its sentence, and a client can act upon.
_DETAILS = (
    "nearest", "candidates", "checks", "components", "errors", "rejected", "warnings",
)  # fmt: skip


# Of what is wrong with one request, so much is told: a client may send much that is.
_MOST_ERRORS = 20
_LONGEST_DETAIL, _LONGEST_MESSAGE, _LONGEST_NAME = 1_000, 300, 64


def add_problem_handlers(app: FastAPI) -> None:
    """Make problem details of every error that a route, the router or a bug raises."""
    app.add_exception_handler(HeadwaterError, _of_ours)
    app.add_exception_handler(HTTPException, _of_router)
    app.add_exception_handler(RequestValidationError, _of_input)
    app.add_exception_handler(Exception, _of_bug)


def problem(
    connection: HTTPConnection,
    status: int,
    title: str,
    detail: str,
    *,
    kind: str = "about:blank",
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """One answer of type application/problem+json; `more` are members of its own."""
    told = _cut(detail, _LONGEST_DETAIL)
    body = {"type": kind, "title": title, "status": status, "detail": told}
    # The path alone: a query may carry a key.
    instance = quote(connection.scope["path"])
    return Response(
        msgspec.json.encode({**body, "instance": instance, **more}),
        status,
        headers,
        media_type="application/problem+json",
    )


async def _of_ours(connection: HTTPConnection, error: Exception) -> Response:
    return answer_to(connection, cast(HeadwaterError, error))


def answer_to(connection: HTTPConnection, error: HeadwaterError) -> Response:
    """The problem details of an error of ours."""
    detail = str(error)
    if isinstance(error, StoreUnavailable):
        _log.warning("%s", error)
        # What follows names files and statements, which are nobody's business outside.
        detail = detail.partition(":")[0]
    more = {name: getattr(error, name) for name in _DETAILS if hasattr(error, name)}
    if error.status == 422:
        # Who reads the list alone finds the sentence too, about the question as a whole.
        whole = {"loc": [], "msg": _cut(detail, _LONGEST_MESSAGE), "type": "value_error"}
        more.setdefault("errors", [whole])
    kind = "urn:headwater:" + re.sub(r"(?<!^)(?=[A-Z])", "-", type(error).__name__).lower()
    return problem(
        connection,
        error.status,
        error.title,
        detail,
        kind=kind,
        headers=_headers_of(error),
        **more,
    )


def _headers_of(error: HeadwaterError) -> dict[str, str]:
    if error.status == 401:
        return {"WWW-Authenticate": 'Bearer realm="headwater"'}
    if isinstance(error, TooManyRequests):
        return {"Retry-After": str(error.seconds)}
    if not_before := getattr(error, "not_before", None):
        return {"Retry-After": str(max(1, round(not_before / 1000 - time.time())))}
    return {}


async def _of_router(connection: HTTPConnection, error: Exception) -> Response:
    error = cast(HTTPException, error)
    title = HTTPStatus(error.status_code).phrase
    detail = _SENTENCES.get(error.status_code, str(error.detail))
    return problem(connection, error.status_code, title, detail, headers=error.headers)


async def _of_input(connection: HTTPConnection, error: Exception) -> Response:
    error = cast(RequestValidationError, error)
    errors = [
        {
            "loc": [_cut(at, _LONGEST_NAME) if isinstance(at, str) else at for at in e["loc"]],
            "msg": _cut(str(e["msg"]), _LONGEST_MESSAGE),
            "type": e["type"],
        }
        for e in error.errors()[:_MOST_ERRORS]
    ]
    first = errors[0]
    detail = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    kind = "urn:headwater:invalid-input"
    return problem(connection, 422, "Invalid input", detail, kind=kind, errors=errors)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


async def _of_bug(connection: HTTPConnection, _error: Exception) -> Response:
    """The server logs the trace; the client learns that it was not at fault."""
    detail = "the service failed to answer; this is a fault of its own"
    # Sent from outside of all middleware.
    headers = {**FOR_BROWSERS, "X-Request-ID": visit_of(connection).request_id}
    return problem(connection, 500, "Internal error", detail, headers=headers)
