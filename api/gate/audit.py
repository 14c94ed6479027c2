"""Every write that somebody asks for, with who, when and what came of it."""

import time

from starlette.datastructures import MutableHeaders
from starlette.responses import Response

from api.auth import access_of
from api.gate.visit import Visit
from api.services import services_of
from resources.ledger.audit import LONGEST_PATH, Entry
from resources.redaction import redacted

_WRITES = frozenset(("POST", "PUT", "PATCH", "DELETE"))
_FOR_WRITERS = frozenset(("write", "admin"))
# Open to all, and yet they give or end the right to write.
_OF_RIGHTS = frozenset(("/api/auth/token", "/sign-in", "/sign-out"))


class Audit:
    """Notes each request to a route that writes, refused ones too.

    Left out is what nobody needs a right for: what no route answers, what reads although it is a
    POST, and what is over the limit. Of these a caller could send as many as it takes to push all
    others out. The access log has them.
    """

    async def enter(self, visit: Visit) -> Response | None:  # noqa: ARG002 (of a concern)
        return None

    def head(self, visit: Visit, headers: MutableHeaders) -> None:
        """Nothing is told."""

    def leave(self, visit: Visit) -> None:
        if visit.scope["method"] in _WRITES and visit.status != 429 and _is_for_writers(visit):
            services_of(visit.connection).audit.note(_entry(visit))


def _is_for_writers(visit: Visit) -> bool:
    declared = getattr(visit.scope.get("route"), "dependencies", ())
    return access_of(declared) in _FOR_WRITERS or visit.route in _OF_RIGHTS


def _entry(visit: Visit) -> Entry:
    key = visit.caller.key
    return Entry(
        at=int(time.time() * 1000),
        request_id=visit.request_id,
        key_id=key.id if key else None,
        key_name=key.name if key else None,
        address=visit.caller.address,
        method=visit.scope["method"],
        path=redacted(visit.path)[:LONGEST_PATH],
        status=visit.outcome,
    )
