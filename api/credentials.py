"""Keys in the query string are taken out of it before anything can log it."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

_TAKEN = "headwater.query_secret"
_NAMES = ("api_key", "token")
_ADMIN = "/api/admin/"


class TakeSecrets:
    """Moves `api_key` and `token` out of the query; servers log the query that is left."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("query_string"):
            _take(scope)
        await self.app(scope, receive, send)


def _take(scope: Scope) -> None:
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    taken = {name: value for name, value in pairs if name in _NAMES}
    if taken:
        scope[_TAKEN] = taken
        rest = [pair for pair in pairs if pair[0] not in _NAMES]
        scope["query_string"] = urlencode(rest).encode()


def secret_of(connection: HTTPConnection) -> str | None:
    """The key that a caller sent: X-API-Key, Authorization: Bearer, ?api_key= for the admin's
    paths alone, ?token= for sockets alone."""
    headers: Headers = connection.headers
    if key := headers.get("x-api-key"):
        return key
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    taken: dict[str, Any] = connection.scope.get(_TAKEN, {})
    if connection.scope["type"] == "websocket":
        return taken.get("token") or None
    if connection.scope["path"].startswith(_ADMIN):
        return taken.get("api_key") or None
    return None
