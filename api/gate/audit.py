"""Every write that somebody asks for, with who, when and what came of it."""

import time

from starlette.datastructures import MutableHeaders
from starlette.responses import Response

from api.gate.visit import Visit
from api.services import services_of
from resources.ledger.audit import LONGEST_PATH, Entry
from resources.redaction import redacted

_WRITES = frozenset(("POST", "PUT", "PATCH", "DELETE"))


class Audit:
    """Notes each request that may write, refused ones too.

    Those over the limit are left out: of these a caller could send as many as it takes to push
    all others out. The access log has them.
    """

    async def enter(self, visit: Visit) -> Response | None:  # noqa: ARG002 (of a concern)
        return None

    def head(self, visit: Visit, headers: MutableHeaders) -> None:
        """Nothing is told."""

    def leave(self, visit: Visit) -> None:
        if visit.scope["method"] in _WRITES and visit.status != 429:
            services_of(visit.connection).audit.note(_entry(visit))


def _entry(visit: Visit) -> Entry:
    key = visit.caller.key
    return Entry(
        at=int(time.time() * 1000),
        request_id=visit.request_id,
        key_id=key.id if key else None,
        key_name=key.name if key else None,
        address=visit.caller.address,
        method=visit.scope["method"],
        path=redacted(visit.scope["path"])[:LONGEST_PATH],
        status=visit.outcome,
    )
