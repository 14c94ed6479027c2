"""Sleep that ends with the work, and what falls due at regular times."""

import asyncio
import time
from collections.abc import Callable


async def pause(seconds: float, stop: asyncio.Event) -> None:
    """Sleep, or wake at once when `stop` is set."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


class Beat:
    """Falls due every so many seconds, however late it is asked: delays do not add up.

    What fell due several times meanwhile is due once.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._next = clock() + seconds

    def due(self) -> bool:
        late = self._clock() - self._next
        if late < 0:
            return False
        self._next += self._seconds * (late // self._seconds + 1)
        return True

    def wait(self) -> float:
        """Seconds until then."""
        return max(0.0, self._next - self._clock())
