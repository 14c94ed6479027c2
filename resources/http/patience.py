"""Waiting for a budget, where that is worth it."""

import asyncio
from collections.abc import Callable

import httpx

from resources.errors import BudgetExhausted
from resources.http.layer import Layer, deadline_of, max_wait_of


class PatienceTransport(Layer):
    """Waits for a budget that is used up, no longer than the request's max_wait and deadline.

    It stands before the breaker, so that a call that has waited asks the breaker anew,
    and between the breaker, the budget and the socket no call ever waits. `clock` is
    the ledger's, in ms. Where the wait would be longer, BudgetExhausted passes at once.
    """

    def __init__(self, next_transport: httpx.AsyncBaseTransport, clock: Callable[[], int]) -> None:
        super().__init__(next_transport)
        self._clock = clock

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        loop, deadline = asyncio.get_running_loop(), deadline_of(request)
        last = loop.time() + max_wait_of(request)
        last = last if deadline is None else min(last, deadline)
        while True:
            try:
                return await self.next_transport.handle_async_request(request)
            except BudgetExhausted as shortage:
                if shortage.not_before is None:
                    raise
                wait = max(0.0, (shortage.not_before - self._clock()) / 1000)
                if loop.time() + wait >= last:
                    raise
            await asyncio.sleep(wait)
