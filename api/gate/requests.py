"""The id of each request, and its line in the access log."""

import re
import secrets

from starlette.datastructures import MutableHeaders
from starlette.responses import Response

from api.gate.visit import Visit
from api.services import services_of

REQUEST_ID = "X-Request-ID"
_HEADER = REQUEST_ID.lower().encode()
_TAKEN = re.compile(rb"[A-Za-z0-9._-]{1,64}").fullmatch


class Requests:
    """Gives each request an id, or takes the caller's own, and notes what came of it."""

    async def enter(self, visit: Visit) -> Response | None:
        for name, value in visit.scope["headers"]:
            if name == _HEADER and _TAKEN(value):
                visit.request_id = value.decode()
                return None
        visit.request_id = secrets.token_hex(8)
        return None

    def head(self, visit: Visit, headers: MutableHeaders) -> None:
        headers.raw.append((_HEADER, visit.request_id.encode()))

    def leave(self, visit: Visit) -> None:
        services_of(visit.connection).access_log.note(visit)
