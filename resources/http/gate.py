"""How many calls of one provider are on their way at once."""

import asyncio
from collections import defaultdict

import httpx

from resources.errors import BudgetExhausted
from resources.http.layer import Layer, deadline_of, provider_of


class GateTransport(Layer):
    """Lets `width` calls of each provider through at once; the others wait, first come first served.

    A slow provider so holds up nobody else, and the sockets never queue a call whose
    weight was already counted. Raises BudgetExhausted at the deadline.
    """

    def __init__(self, next_transport: httpx.AsyncBaseTransport, *, width: int = 16) -> None:
        super().__init__(next_transport)
        self._gates: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(width)
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        provider = provider_of(request).id
        gate = self._gates[provider]
        try:
            async with asyncio.timeout_at(deadline_of(request)):
                await gate.acquire()
        except TimeoutError as error:
            raise BudgetExhausted(f"too many calls of {provider} wait already") from error
        try:
            return await self.next_transport.handle_async_request(request)
        finally:
            gate.release()
