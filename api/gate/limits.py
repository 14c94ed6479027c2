"""How many requests a caller may make: counted here, once each, and told in each answer."""

from starlette.datastructures import MutableHeaders
from starlette.responses import Response

from api.gate.visit import Visit
from api.limiter import too_many
from api.problems import answer_to
from api.routes.documentation import FILES_PATH
from api.services import services_of
from api.unguarded import UNGUARDED
from resources.errors import TooManyRequests

_FILES = f"{FILES_PATH}/"
_READS = ("GET", "HEAD")
QUOTA_HEADERS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
_LIMIT, _REMAINING, _RESET = (name.lower().encode() for name in QUOTA_HEADERS)


class RateLimits:
    """Refuses what is one request too many; the identity must be known before."""

    async def enter(self, visit: Visit) -> Response | None:
        if _is_exempt(visit):
            return None
        connection = visit.connection
        if isinstance(visit.refused, TooManyRequests):
            return answer_to(connection, visit.refused)
        visit.quota = services_of(connection).limiter.count(visit.caller)
        if visit.quota is None or visit.quota.allowed:
            return None
        return answer_to(connection, too_many(visit.quota))

    def head(self, visit: Visit, headers: MutableHeaders) -> None:
        if quota := visit.quota:
            headers.raw.extend(
                (
                    (_LIMIT, b"%d" % quota.limit),
                    (_REMAINING, b"%d" % quota.remaining),
                    (_RESET, b"%d" % quota.reset),
                )
            )

    def leave(self, visit: Visit) -> None:
        """What was counted stays counted."""


def _is_exempt(visit: Visit) -> bool:
    path = visit.scope["path"]
    if path not in UNGUARDED and not path.startswith(_FILES):
        return False
    # Other methods are for nothing there.
    return visit.scope["method"] in _READS
