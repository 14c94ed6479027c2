"""One call of a provider, through the whole stack."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import httpx

from resources.errors import KeyMissing
from resources.http.breaker import BreakerTransport
from resources.http.budget import BudgetTransport, http_date
from resources.http.gate import GateTransport
from resources.http.patience import PatienceTransport
from resources.http.reading import ReadingTransport
from resources.http.retry import RetryTransport
from resources.http.status import StatusTransport
from resources.http.transport import AiohttpTransport
from resources.ledger.breakers import Breakers
from resources.ledger.budgets import Budgets
from resources.ledger.database import Ledger
from resources.providers.base import Call, Provider
from resources.settings import provider_key

T = TypeVar("T")

_USER_AGENT = "headwater/0.1"


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What a provider answered; times are ms since 1970, UTC.

    `value` is what the caller's `parse` made of `body`. `sent_at` and `fetched_at` are of
    our clock, `server_time` is of the provider's, None where it does not say: what had
    happened by `sent_at` is in the answer, what happened after `fetched_at` is not.
    """

    value: T
    body: bytes
    sent_at: int
    fetched_at: int
    server_time: int | None
    headers: Mapping[str, str]


class Client:
    """Asks providers within their limits; an async context manager.

    `deadline` bounds a whole call in seconds, waits and retries included; `retry_base`
    is the first pause between tries. With `sandbox_url` nothing else is ever called.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        sandbox_url: str | None = None,
        deadline: float = 20.0,
        max_response_mb: int = 16,
        retry_base: float = 0.5,
    ) -> None:
        self._deadline = deadline
        self._sandboxed = sandbox_url is not None
        self._budgets = Budgets(ledger)
        self._breakers = Breakers(ledger)
        self._sockets = AiohttpTransport(sandbox_url=sandbox_url, max_response_mb=max_response_mb)
        # A call enters at the end of this list. The breaker stands before the budget, so
        # that an open one spends nothing, and within the retries, so that it sees each try.
        stack: httpx.AsyncBaseTransport = BudgetTransport(self._sockets, self._budgets)
        stack = ReadingTransport(StatusTransport(stack))
        stack = BreakerTransport(stack, self._breakers)
        stack = PatienceTransport(stack, ledger.now)
        self._stack = RetryTransport(GateTransport(stack), base=retry_base)

    async def __aenter__(self) -> "Client":
        await self._sockets.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def get(
        self,
        provider: Provider,
        call: Call,
        parse: Callable[[bytes], T],
        *,
        max_wait: float | None = None,
    ) -> Answer[T]:
        """Send a call and parse its answer; `parse` may raise a ProviderError itself.

        `max_wait` is how many seconds it may wait for the provider's budget, half of the
        deadline unless told; 0 where another provider can be asked instead.

        Raises TemporaryError, RateLimited, RefusedRequest or MalformedResponse for what
        the provider did, BreakerOpen, BudgetExhausted or KeyMissing where it was not called.
        """
        extensions = {
            "provider": provider,
            "weight": call.weight,
            "parse": parse,
            "max_wait": self._deadline / 2 if max_wait is None else max_wait,
            "deadline": asyncio.get_running_loop().time() + self._deadline,
        }
        request = request_of(provider, call, self._key(provider), extensions)
        response = await self._stack.handle_async_request(request)
        return Answer(
            value=response.extensions["value"],
            body=response.content,
            sent_at=response.extensions["sent_at"],
            fetched_at=time.time_ns() // 1_000_000,
            server_time=http_date(response.headers.get("date", "")),
            headers=response.headers,
        )

    def _key(self, provider: Provider) -> str | None:
        """The caller's key, a made-up one in the sandbox; raises KeyMissing."""
        key = provider_key(provider.id)
        if key is None and provider.auth and provider.auth.required:
            if self._sandboxed:
                return "sandbox"
            raise KeyMissing(provider.id)
        return key

    def blocked_until(self, provider: Provider) -> int:
        """The ledger's time before which a call would not be sent, 0 when it may be.

        Breakers and bans alone: a budget that is used up is worth waiting for.
        """
        return max(
            self._breakers.blocked_until(provider.id), self._budgets.banned_until(provider.id)
        )


def request_of(
    provider: Provider, call: Call, key: str | None, extensions: Mapping[str, Any]
) -> httpx.Request:
    """The call as it is sent, with the caller's key where the provider takes one."""
    address = provider.base_url.rstrip("/") + call.path
    headers = {"User-Agent": _USER_AGENT}
    params = dict(call.params)
    auth = provider.auth
    if key and auth and auth.kind == "header":
        headers[auth.name] = auth.prefix + key
    elif key and auth and auth.kind == "query":
        params[auth.name] = auth.prefix + key
    elif key and auth:
        address = address.replace("{key}", quote(key, safe=""))
    if call.body is not None:
        headers["Content-Type"] = "application/json"
    return httpx.Request(
        "GET" if call.body is None else "POST",
        address,
        params=params or None,
        headers=headers,
        content=call.body,
        extensions={**extensions, "secret": key if auth else None},
    )
