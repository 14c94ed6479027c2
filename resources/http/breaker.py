"""A provider that fails is left alone, by every process."""

import contextlib

import httpx

from resources.errors import (
    MalformedResponse,
    NotCalled,
    RateLimited,
    RefusedRequest,
    StoreUnavailable,
    TemporaryError,
)
from resources.http.layer import Layer, pick_of, provider_of
from resources.ledger.breakers import Breakers


class BreakerTransport(Layer):
    """Raises BreakerOpen, without a call, while a provider is left alone.

    Time-outs, resets, 408, 5xx and unreadable answers are failures. A 4xx is the
    caller's fault: the provider works. 429 and what was never sent prove nothing.
    A call that was picked has entered already; it is only asked whether that still holds.
    """

    def __init__(self, next_transport: httpx.AsyncBaseTransport, breakers: Breakers) -> None:
        super().__init__(next_transport)
        self._breakers = breakers

    async def aclose(self) -> None:
        # What is not written is only missing from a count of the last minute.
        with contextlib.suppress(StoreUnavailable):
            self._breakers.share()
        await super().aclose()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        provider, pick = provider_of(request).id, pick_of(request)
        if pick is None:
            probe = self._breakers.enter(provider)
        else:
            probe = pick.probe = self._breakers.confirm(provider, pick.probe)
        try:
            response = await self.next_transport.handle_async_request(request)
        except (TemporaryError, MalformedResponse):
            self._breakers.failed(provider, probe)
            raise
        except RefusedRequest:
            self._breakers.succeeded(provider, probe)
            raise
        except (RateLimited, NotCalled):
            self._breakers.released(provider, probe)
            if pick is not None:
                pick.probe = None
            raise
        self._breakers.succeeded(provider, probe)
        return response
