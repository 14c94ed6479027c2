"""A line for each request that was answered, written within a second."""

import asyncio
import logging
import time
from typing import Any

from api.gate.visit import Visit
from resources.log_lines import line

_log = logging.getLogger(__name__)
# Of more than so many in a second the others are only counted.
_MOST = 20_000


class AccessLog:
    """Lines on their way to the log, which may be a disk that is slow."""

    def __init__(self) -> None:
        self._waiting: list[dict[str, Any]] = []
        self._left_out = 0

    def note(self, visit: Visit) -> None:
        """Write a line of this request with the next flush."""
        if not _log.isEnabledFor(logging.INFO):
            return
        if len(self._waiting) >= _MOST:
            self._left_out += 1
            return
        key = visit.caller.key
        self._waiting.append(
            {
                "at": time.time(),
                "request_id": visit.request_id,
                "method": visit.scope["method"],
                "route": visit.route,
                "path": visit.path,
                "status": visit.outcome,
                "ms": round((time.perf_counter() - visit.started) * 1000, 2),
                "bytes": visit.sent,
                "key_id": key and key.id,
                "address": visit.caller.address,
            }
        )

    async def flush(self) -> None:
        """Write what waits."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        left_out, self._left_out = self._left_out, 0
        await asyncio.to_thread(_write, waiting, left_out)


def _write(waiting: list[dict[str, Any]], left_out: int) -> None:
    for fields in waiting:
        level = logging.INFO if fields["status"] < 500 else logging.ERROR
        _log.handle(line(_log.name, level, "request", fields.pop("at"), fields))
    if left_out:
        _log.warning("%d more requests have no line", left_out)
