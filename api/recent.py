"""A blocking question that is asked seldom and never waited for long."""

import asyncio
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
_KEPT = 5.0
_PATIENCE = 0.9


class Recent(Generic[T]):
    """What `ask` answered at most five seconds ago.

    Whoever wants it waits for under a second, and then gets the answer before; `first` stands
    for it while there has been none.
    """

    def __init__(self, ask: Callable[[], T], first: T) -> None:
        self._ask = ask
        self._answer = first
        self._until = 0.0
        self._asking: asyncio.Task[T] | None = None

    async def get(self) -> T:
        if time.monotonic() < self._until:
            return self._answer
        if self._asking is None:
            self._asking = asyncio.create_task(asyncio.to_thread(self._ask))
        asking = self._asking
        await asyncio.wait({asking}, timeout=_PATIENCE)
        if self._asking is asking:
            self._until = time.monotonic() + (_KEPT if asking.done() else _PATIENCE)
            if asking.done():
                self._asking = None
                self._answer = asking.result()
        return self._answer
