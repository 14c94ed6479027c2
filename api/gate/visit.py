"""One request, as the gate sees it."""

import time
from dataclasses import dataclass, field
from typing import Protocol

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Scope

from api.caller import ANONYMOUS, Caller
from api.limiter import Quota
from resources.errors import HeadwaterError

_IN_SCOPE = "headwater.visit"
# What is kept of a path is shorter, also without the secrets in it.
_LONGEST_PATH = 4_000


@dataclass(slots=True)
class Visit:
    """From the first byte of a request to the last of its answer.

    `status` is 0 until the answer begins; `caller` is anonymous until somebody has looked, and
    `refused` says why the key that was sent is none, or could not be looked up.
    """

    scope: Scope
    started: float = field(default_factory=time.perf_counter)
    caller: Caller = ANONYMOUS
    refused: HeadwaterError | None = None
    request_id: str = ""
    quota: Quota | None = None  # None: not counted
    status: int = 0
    sent: int = 0  # bytes of the body

    @property
    def connection(self) -> HTTPConnection:
        return HTTPConnection(self.scope)

    @property
    def path(self) -> str:
        """What was asked for, without its query; of a longer path than any of ours its beginning."""
        path: str = self.scope["path"]
        return path[:_LONGEST_PATH]

    @property
    def outcome(self) -> int:
        """The status that the client was answered with."""
        # What no answer began for is a bug, which the server answers from outside of the gate.
        return self.status or 500

    @property
    def route(self) -> str:
        """The template of the route that answered, "/api/providers/{provider_id}"; "" for none."""
        route = self.scope.get("route")
        return str(getattr(route, "path_format", None) or getattr(route, "path", ""))


class Concern(Protocol):
    """What the gate does of each HTTP request. None of these may fail for what a client sends."""

    async def enter(self, visit: Visit) -> Response | None:
        """Before the route; an answer is sent in its place."""

    def head(self, visit: Visit, headers: MutableHeaders) -> None:
        """As the answer begins; `visit.status` is known."""

    def leave(self, visit: Visit) -> None:
        """After the last byte, or when the client has left."""


def put_visit(scope: Scope) -> Visit:
    visit = Visit(scope)
    scope[_IN_SCOPE] = visit
    return visit


def visit_of(connection: HTTPConnection) -> Visit:
    """The visit of a request that came through the gate; sockets get one of their own."""
    found = connection.scope.get(_IN_SCOPE)
    return found if isinstance(found, Visit) else put_visit(connection.scope)
