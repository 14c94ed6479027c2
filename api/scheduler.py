"""Whether Dagster's scheduler runs, asked seldom and never waited for long."""

import asyncio
import time
from typing import Literal

from resources.errors import HeadwaterError
from resources.graphql import Dagster

Status = Literal["running", "stopped", "unknown"]
_KEPT = 5.0
_PATIENCE = 0.9


class SchedulerProbe:
    """Asks Dagster's webserver at most every five seconds, and waits for it under a second."""

    def __init__(self, port: int) -> None:
        self._dagster = Dagster(f"http://127.0.0.1:{port}", timeout=_PATIENCE)
        self._status: Status = "unknown"
        self._until = 0.0
        self._asking: asyncio.Task[Status] | None = None

    async def status(self) -> Status:
        """`unknown` where the webserver does not answer: the scheduler may run all the same."""
        if time.monotonic() < self._until:
            return self._status
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(asyncio.to_thread(self._ask))
        await asyncio.wait({self._asking}, timeout=_PATIENCE)
        self._status = self._asking.result() if self._asking.done() else "unknown"
        self._until = time.monotonic() + _KEPT
        return self._status

    def close(self) -> None:
        self._dagster.close()

    def _ask(self) -> Status:
        try:
            return "running" if self._dagster.scheduler_runs() else "stopped"
        except (HeadwaterError, LookupError, TypeError, AttributeError):
            # The last three: what listens there is no Dagster, and answered something else.
            return "unknown"
