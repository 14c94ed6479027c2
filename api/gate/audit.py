"""Every write that somebody asks for, with who, when and what came of it."""

import time

from starlette.datastructures import MutableHeaders
from starlette.responses import Response

from api.auth import access_of
from api.caller import Caller
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
            entry = entry_of(
                visit.caller, visit.request_id, visit.scope["method"], visit.path, visit.outcome
            )
            services_of(visit.connection).audit.note(entry)


def _is_for_writers(visit: Visit) -> bool:
    declared = getattr(visit.scope.get("route"), "dependencies", ())
    return access_of(declared) in _FOR_WRITERS or visit.route in _OF_RIGHTS


def entry_of(caller: Caller, request_id: str, method: str, path: str, status: int) -> Entry:
    """The line of a write that ends now."""
    key = caller.key
    return Entry(
        at=int(time.time() * 1000),
        request_id=request_id,
        key_id=key.id if key else None,
        key_name=key.name if key else None,
        address=caller.address,
        method=method,
        path=redacted(path)[:LONGEST_PATH],
        status=status,
    )
