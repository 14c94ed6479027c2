"""What callers show of themselves; in the query string it is taken out before anything can log it."""

from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from starlette.requests import HTTPConnection, cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

COOKIE = "headwater_session"
SIGN_IN = "/sign-in"
_TAKEN = "headwater.query_secret"
_NAMES = ("api_key", "token")
_NAMES_SENT = frozenset(name.encode() for name in _NAMES)
_ADMIN = "/api/admin/"


class Shown(NamedTuple):
    """The key or token that was sent, and the session of the browser's cookie."""

    secret: str | None
    session: str | None


class TakeSecrets:
    """Moves `api_key` and `token` out of the query; servers log the query that is left."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _may_hold_secrets(scope.get("query_string", b"")):
            _take(scope)
        await self.app(scope, receive, send)


def _may_hold_secrets(query: bytes) -> bool:
    """Whether a name in a query is one of ours, or encoded so that it might be: a short look,
    which every request with a query takes."""
    names = (pair.partition(b"=")[0] for pair in query.split(b"&"))
    return any(name in _NAMES_SENT or b"%" in name for name in names) if query else False


def _take(scope: Scope) -> None:
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    taken = {name: value for name, value in pairs if name in _NAMES}
    if taken:
        scope[_TAKEN] = taken
        rest = [pair for pair in pairs if pair[0] not in _NAMES]
        scope["query_string"] = urlencode(rest).encode()


def shown(connection: HTTPConnection) -> Shown:
    """What was sent as X-API-Key, Authorization: Bearer, ?api_key= for the admin's paths alone,
    ?token= for sockets alone, in this order; and the cookie."""
    key = bearer = cookie = b""
    for name, value in connection.scope["headers"]:
        if name == b"x-api-key":
            key = key or value
        elif name == b"authorization":
            bearer = bearer or value
        elif name == b"cookie":
            cookie = value
    secret = key.decode("latin-1") or _bearer(bearer) or _of_query(connection)
    return Shown(secret, session_of(cookie) if cookie else None)


def link_of(connection: HTTPConnection) -> str:
    """What the link carries that the browser followed."""
    return _taken(connection).get("token", "")


def session_of(cookie: bytes) -> str | None:
    return cookie_parser(cookie.decode("latin-1")).get(COOKIE) or None


def _bearer(value: bytes) -> str:
    scheme, _, token = value.decode("latin-1").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _of_query(connection: HTTPConnection) -> str | None:
    if connection.scope["type"] == "websocket":
        return _taken(connection).get("token") or None
    if connection.scope["path"].startswith(_ADMIN):
        return _taken(connection).get("api_key") or None
    return None


def _taken(connection: HTTPConnection) -> dict[str, str]:
    taken: dict[str, str] = connection.scope.get(_TAKEN, {})
    return taken
