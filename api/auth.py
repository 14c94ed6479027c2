"""Who may call what: every endpoint declares its access as a dependency."""

from collections.abc import Sequence
from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import Depends, Request, Security
from fastapi.params import Depends as Declared
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.requests import HTTPConnection

from api.credentials import secret_of
from api.gate.visit import visit_of
from api.services import services_of
from resources.errors import Forbidden, Unauthorized
from resources.ledger.keys import ApiKey
from resources.settings import LOOPBACK

Scope = Literal["read", "write", "admin"]

# Who calls from this machine while no key is required.
LOCAL = ApiKey("local", "local", ("admin",), "admin")

# These two only describe the access in /openapi.json: `caller` reads the headers.
_HEADER = APIKeyHeader(name="X-API-Key", auto_error=False)
_BEARER = HTTPBearer(auto_error=False)


async def caller(connection: HTTPConnection) -> ApiKey | None:
    """The key of a caller, None where it sent none. Raises Unauthorized for one that is not valid."""
    if connection.scope["type"] == "http":
        visit = visit_of(connection)
        if visit.refused:
            raise Unauthorized(visit.refused)
        return visit.caller.key
    return await key_of(connection)


async def key_of(connection: HTTPConnection) -> ApiKey | None:
    """The same, looked up."""
    services = services_of(connection)
    if not services.settings.api_key_required and _is_local(connection):
        return LOCAL
    secret = secret_of(connection)
    if secret is None:
        return None
    key = await services.keyring.find(secret)
    if key is None:
        raise Unauthorized("the key is unknown, expired or revoked")
    return key


def origin_allowed(connection: HTTPConnection) -> bool:
    """Whether a browser's page may talk to us; what is no browser sends no Origin."""
    origin = connection.headers.get("origin")
    allowed = services_of(connection).settings.cors_origins
    if origin is None or origin in allowed or "*" in allowed:
        return True
    return urlsplit(origin).netloc == connection.headers.get("host")


def _is_local(connection: HTTPConnection) -> bool:
    """Whether a program of this machine calls, and not a web page by way of its browser.

    A page elsewhere is known by its Origin, or by a Host that it made resolve to this machine.
    """
    client = connection.client.host if connection.client else ""
    host = urlsplit(f"//{connection.headers.get('host', '')}").hostname
    return client in LOOPBACK and host in LOOPBACK and origin_allowed(connection)


class OpenAccess:
    """Needs no key."""

    name = "open"

    async def __call__(self) -> None:
        return None


class ScopedAccess:
    """Needs a key that holds a scope; a wider scope holds the narrower ones."""

    def __init__(self, scope: Scope) -> None:
        self.name: str = scope

    async def __call__(
        self,
        request: Request,
        _header: Annotated[object, Security(_HEADER)],
        _bearer: Annotated[object, Security(_BEARER)],
    ) -> None:
        key = await caller(request)
        if key is None:
            raise Unauthorized("send a key as X-API-Key, or as Authorization: Bearer")
        if not key.allows(self.name):
            raise Forbidden(f"the key {key.name!r} lacks the scope {self.name!r}")


OPEN = Depends(OpenAccess())
READ = Depends(ScopedAccess("read"))
WRITE = Depends(ScopedAccess("write"))
ADMIN = Depends(ScopedAccess("admin"))


def access_of(dependencies: Sequence[Declared]) -> str | None:
    """The access that a route declares: open, read, write, admin; None where it declares none."""
    for declared in dependencies:
        if isinstance(declared.dependency, (OpenAccess, ScopedAccess)):
            return declared.dependency.name
    return None
