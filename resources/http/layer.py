"""What the layers of the stack have in common.

A request travels down the stack with these extensions: "provider" (Provider),
"weight" (int), "parse" (bytes to a value), "max_wait" (seconds that it may wait for
its budget), "deadline" (of the loop's clock, in seconds, None for no bound) and "pick"
(the Pick that reserved its weight, None where the stack must).
"""

from typing import cast

import httpx

from resources.http.pick import Pick
from resources.providers.base import Provider


class Layer(httpx.AsyncBaseTransport):
    """A transport with one concern, before the one that it hands requests to."""

    def __init__(self, next_transport: httpx.AsyncBaseTransport) -> None:
        self.next_transport = next_transport

    async def aclose(self) -> None:
        await self.next_transport.aclose()


def provider_of(request: httpx.Request) -> Provider:
    return cast(Provider, request.extensions["provider"])


def weight_of(request: httpx.Request) -> int:
    return cast(int, request.extensions["weight"])


def max_wait_of(request: httpx.Request) -> float:
    return cast(float, request.extensions["max_wait"])


def deadline_of(request: httpx.Request) -> float | None:
    return cast("float | None", request.extensions.get("deadline"))


def pick_of(request: httpx.Request) -> Pick | None:
    """What was reserved for this request, until it is used: another try reserves for itself."""
    pick = cast("Pick | None", request.extensions.get("pick"))
    return None if pick is None or pick.used else pick


def secret_of(request: httpx.Request) -> str | None:
    """The key that the request carries, which nothing may repeat."""
    return cast("str | None", request.extensions.get("secret"))
