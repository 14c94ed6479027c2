"""A provider that fails is left alone, by every process."""

import time
from collections import defaultdict, deque

import httpx

from resources.errors import (
    MalformedResponse,
    NotCalled,
    RateLimited,
    RefusedRequest,
    TemporaryError,
)
from resources.http.layer import Layer, provider_of
from resources.ledger.breakers import Breakers

_SPAN = 60.0
_ENOUGH_CALLS = 10


class Recent:
    """This process's calls of a provider in the last minute."""

    def __init__(self) -> None:
        self._calls: deque[tuple[float, bool]] = deque()
        self._failed = 0

    def add(self, at: float, *, failed: bool) -> bool:
        """Whether half of at least ten calls have failed; `at` is seconds of a monotonic clock."""
        self._calls.append((at, failed))
        self._failed += failed
        while self._calls[0][0] <= at - _SPAN:
            self._failed -= self._calls.popleft()[1]
        return len(self._calls) >= _ENOUGH_CALLS and self._failed * 2 >= len(self._calls)

    def clear(self) -> None:
        self._calls.clear()
        self._failed = 0


class BreakerTransport(Layer):
    """Raises BreakerOpen, without a call, while a provider is left alone.

    Time-outs, resets, 408, 5xx and unreadable answers are failures. A 4xx is the
    caller's fault: the provider works. 429 and what was never sent prove nothing.
    """

    def __init__(self, next_transport: httpx.AsyncBaseTransport, breakers: Breakers) -> None:
        super().__init__(next_transport)
        self._breakers = breakers
        self._recent: defaultdict[str, Recent] = defaultdict(Recent)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        provider = provider_of(request).id
        probe = self._breakers.enter(provider)
        try:
            response = await self.next_transport.handle_async_request(request)
        except (TemporaryError, MalformedResponse):
            self._failed(provider, probe)
            raise
        except RefusedRequest:
            self._worked(provider, probe)
            raise
        except (RateLimited, NotCalled):
            self._breakers.released(provider, probe)
            raise
        self._worked(provider, probe)
        return response

    def _failed(self, provider: str, probe: int | None) -> None:
        recent = self._recent[provider]
        half = recent.add(time.monotonic(), failed=True)
        if self._breakers.failed(provider, probe, trip=half).state == "open":
            # What led to the opening must not count again once the breaker has closed.
            recent.clear()

    def _worked(self, provider: str, probe: int | None) -> None:
        self._recent[provider].add(time.monotonic(), failed=False)
        self._breakers.succeeded(provider, probe)
