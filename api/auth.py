"""Who may call what: every endpoint declares its access as a dependency."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Literal

from fastapi import Depends, Request, Security
from fastapi.params import Depends as Declared
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.requests import HTTPConnection

from api.caller import Caller
from api.credentials import shown
from api.gate.visit import visit_of
from api.proxies import forwarded, normal, split
from api.services import Services, services_of
from api.unguarded import UNGUARDED
from resources.errors import Forbidden, Unauthorized
from resources.ledger.keys import ApiKey
from resources.settings import LOOPBACK

Scope = Literal["read", "write", "admin"]

# Who calls from this machine while no key is required.
LOCAL = ApiKey("local", "local", ("admin",), "admin")
_SAFE = ("GET", "HEAD", "OPTIONS")

# These two only describe the access in /openapi.json: `caller` reads the headers.
_HEADER = APIKeyHeader(name="X-API-Key", auto_error=False)
_BEARER = HTTPBearer(auto_error=False)


async def caller(connection: HTTPConnection) -> ApiKey | None:
    """The key of a caller, None where it sent none. Raises Unauthorized for one that is not valid."""
    if connection.scope["type"] != "http":
        return (await caller_of(connection)).key
    visit = visit_of(connection)
    if visit.refused:
        raise visit.refused
    return visit.caller.key


async def caller_of(connection: HTTPConnection) -> Caller:
    """Who calls, looked up. Raises Unauthorized, and TooManyRequests for an address that tries
    one key after the other."""
    services = services_of(connection)
    address = services.proxies.client_of(connection)
    if not services.settings.api_key_required and _is_local(connection):
        return Caller(address, LOCAL)
    secret, session = shown(connection)
    if secret is not None:
        return Caller(address, await identify(services, secret, address))
    # A browser opens sockets for any page, and sends its cookie.
    if session is not None and (connection.scope["type"] == "http" or _same_origin(connection)):
        admit = partial(services.limiter.admit_key, address)
        key = await services.keyring.find_session(session, admit)
        # One that has ended is no bad key: the browser would send it to open endpoints too.
        return Caller(address, key, by_cookie=key is not None)
    return Caller(address)


async def identify(services: Services, secret: str, address: str) -> ApiKey:
    """The key that a secret is, or that a token was made of, with the token's scopes.

    Raises Unauthorized, with one sentence for all that is wrong with it, and TooManyRequests where
    the address that shows it has shown too many that are not known.
    """
    admit = partial(services.limiter.admit_key, address)
    if secret.count(".") != 2:
        key = await services.keyring.find(secret, admit)
    elif claims := services.tokens.read(secret):
        held = await services.keyring.find_by_id(claims.key_id, admit)
        key = claims.narrow(held) if held else None
    else:
        key = None
    if key is None:
        raise Unauthorized("the key is unknown, expired or revoked")
    return key


def origin_allowed(connection: HTTPConnection) -> bool:
    """Whether a browser's page may talk to us; what is no browser sends no Origin."""
    origin = connection.headers.get("origin")
    allowed = services_of(connection).settings.cors_origins
    if origin is None or origin in allowed or "*" in allowed:
        return True
    return _same_origin(connection)


def require_same_origin(connection: HTTPConnection) -> None:
    """Raises Forbidden where the page that has sent a browser's request is none of ours."""
    if not _same_origin(connection):
        raise Forbidden("a browser may ask for this from the service's own pages alone")


def _same_origin(connection: HTTPConnection) -> bool:
    origin = split(connection.headers.get("origin", ""))
    netloc = origin.netloc if origin else ""
    return bool(netloc) and netloc == connection.headers.get("host")


def _is_local(connection: HTTPConnection) -> bool:
    """Whether a program of this machine calls, and not a web page by way of its browser, nor
    somebody else by way of a proxy.

    A page elsewhere is known by its Origin, or by a Host that it made resolve to this machine.
    """
    client = normal(connection.client.host) if connection.client else ""
    host = split(f"//{connection.headers.get('host', '')}")
    local = client in LOOPBACK and host is not None and host.hostname in LOOPBACK
    return local and origin_allowed(connection) and not forwarded(connection)


def require(key: ApiKey | None, scope: str) -> None:
    """Raises Unauthorized where no key was sent, Forbidden where it does not hold the scope."""
    if key is None:
        raise Unauthorized("send a key as X-API-Key, or as Authorization: Bearer")
    if not key.allows(scope):
        raise Forbidden(f"the key {key.name!r} lacks the scope {scope!r}")


class OpenAccess:
    """Needs no key; a bad one is refused even so, but where everybody is answered."""

    name = "open"

    async def __call__(self, connection: HTTPConnection) -> None:
        if connection.scope["type"] == "http" and connection.scope["path"] not in UNGUARDED:
            await caller(connection)


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
        require(await caller(request), self.name)
        if visit_of(request).caller.by_cookie and request.method not in _SAFE:
            require_same_origin(request)


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
