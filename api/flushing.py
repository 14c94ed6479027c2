"""What requests leave behind, written a second later by a task of its own."""

import asyncio
from contextlib import suppress
from typing import Protocol

_SECONDS = 1.0


class Gathered(Protocol):
    """Something that gathers in memory and is written elsewhere."""

    async def flush(self) -> None:
        """Write what has gathered; may be called when there is nothing."""


async def flush_until(stop: asyncio.Event, *gathered: Gathered) -> None:
    """Write all of it each second, and a last time once `stop` is set."""
    while not stop.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _SECONDS)
        for one in gathered:
            await one.flush()
