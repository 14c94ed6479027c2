"""Rate limits: weight is reserved before a call, and what the answer says of them is obeyed."""

import contextlib
import time
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

import httpx

from resources.errors import RateLimited, StoreUnavailable
from resources.http.layer import Layer, pick_of, provider_of, weight_of
from resources.ledger.budgets import Budgets
from resources.ledger.leases import Slice
from resources.providers.base import Provider

# The longest ban that any provider documents is three days.
_LONGEST_PAUSE = 3 * 86_400.0
_BAN_PAUSE = 120.0


class BudgetTransport(Layer):
    """Reserves a request's weight; raises BudgetExhausted where there is too little.

    429 and 418 stop all processes until the time that the answer names, and raise
    RateLimited; a 503 that names a time stops them too, and is handed on.
    """

    def __init__(self, next_transport: httpx.AsyncBaseTransport, budgets: Budgets) -> None:
        super().__init__(next_transport)
        self._budgets = budgets

    async def aclose(self) -> None:
        # What is not given back is only free a little later.
        with contextlib.suppress(StoreUnavailable):
            self._budgets.give_back()
        await super().aclose()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        provider = provider_of(request)
        held = self._held(request, provider)
        try:
            response = await self.next_transport.handle_async_request(request)
        finally:
            self._budgets.arrived(held)
        if provider.used is not None:
            self._budgets.correct(provider, provider.used(response.headers))
        pause = pause_of(response, provider)
        if pause is not None:
            not_before = self._budgets.forbid(provider, round(pause * 1000))
            if response.status_code != 503:
                raise RateLimited(
                    f"{provider.id} asked for a pause of {pause:.0f} s",
                    provider.id,
                    response.status_code,
                    not_before,
                )
        return response

    def _held(self, request: httpx.Request, provider: Provider) -> Slice:
        weight, pick = weight_of(request), pick_of(request)
        if pick is None:
            return self._budgets.reserve(provider, weight)
        held = self._budgets.confirm(provider, pick.held, weight)
        pick.used = True
        return held


def pause_of(response: httpx.Response, provider: Provider) -> float | None:
    """The seconds for which an answer forbids calls, None where it does not."""
    status, asked = response.status_code, retry_after(response.headers)
    hidden = status in (200, 403) and provider.limited and provider.limited(response.content)
    if status not in (418, 429) and not hidden:
        return asked if status == 503 else None
    if asked is None and status in (403, 418):
        return _BAN_PAUSE
    shortest = min((limit.seconds for limit in provider.limits), default=60)
    return asked if asked is not None else float(min(max(shortest, 10), 60))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds, whether it is written as seconds or as an HTTP date; else None.

    A date is read against the answer's own Date, so that our clock does not matter.
    """
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        until = http_date(text)
        if until is None:
            return None
        seconds = (until - (http_date(headers.get("date", "")) or time.time() * 1000)) / 1000
    # NaN compares false, and so becomes the shortest pause.
    return min(max(0.0, seconds), _LONGEST_PAUSE)


def http_date(text: str) -> int | None:
    """Milliseconds since 1970 of an HTTP date such as `Tue, 15 Nov 1994 08:12:31 GMT`."""
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return round((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() * 1000)
