"""Another try, where it is worth one."""

import asyncio
import random

import httpx

from resources.errors import (
    MalformedResponse,
    NotCalled,
    ProviderError,
    RateLimited,
    TemporaryError,
)
from resources.http.layer import Layer, deadline_of

_LONGEST_PAUSE = 5.0


class RetryTransport(Layer):
    """Tries up to `attempts` times before the request's deadline, an unreadable answer once more.

    The pause before a retry is random between nothing and `base` seconds, doubled each
    time. When a retry may not be sent, the error is what the provider answered before.
    """

    def __init__(
        self, next_transport: httpx.AsyncBaseTransport, *, attempts: int = 3, base: float = 0.5
    ) -> None:
        super().__init__(next_transport)
        self._attempts = attempts
        self._base = base

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        failure: ProviderError | None = None
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self.next_transport.handle_async_request(request)
            except NotCalled as error:
                if failure is None:
                    raise
                raise failure from error
            except (TemporaryError, RateLimited, MalformedResponse) as error:
                failure = error
                tries = 2 if isinstance(error, MalformedResponse) else self._attempts
                if attempt >= tries or not await self._pause(attempt, deadline_of(request)):
                    raise

    async def _pause(self, attempt: int, deadline: float | None) -> bool:
        """False, at once, where the pause would outlast the deadline."""
        pause = random.uniform(0, min(self._base * 2 ** (attempt - 1), _LONGEST_PAUSE))
        if deadline is not None and asyncio.get_running_loop().time() + pause >= deadline:
            return False
        await asyncio.sleep(pause)
        return True
