"""One call of a provider, through the whole stack."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import httpx

from resources.errors import KeyMissing, RefusedRequest, StoreUnavailable
from resources.http.addresses import AddressRules
from resources.http.breaker import BreakerTransport
from resources.http.budget import BudgetTransport, http_date
from resources.http.gate import GateTransport
from resources.http.journal import JournalTransport
from resources.http.masking import MaskingTransport
from resources.http.patience import PatienceTransport
from resources.http.permits import Permits
from resources.http.pick import Pick
from resources.http.reading import ReadingTransport
from resources.http.retry import RetryTransport
from resources.http.status import StatusTransport
from resources.http.tally import TallyTransport
from resources.http.transport import AiohttpTransport
from resources.ledger.custom_providers import StoredKeys
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
    status: int
    body: bytes
    sent_at: int
    fetched_at: int
    server_time: int | None
    headers: Mapping[str, str]


class Client:
    """Asks providers within their limits; an async context manager.

    `deadline` bounds a whole call in seconds, waits and retries included; `retry_base`
    is the first pause between tries. With `sandbox_url` nothing else is ever called;
    without it no private or local address, but for the `allowed_addresses`.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        sandbox_url: str | None = None,
        deadline: float = 20.0,
        max_response_mb: int = 16,
        retry_base: float = 0.5,
        allowed_addresses: Sequence[str] = (),
    ) -> None:
        self.permits = Permits(ledger)
        self.deadline = deadline
        self.sandboxed = sandbox_url is not None
        self._keys = StoredKeys(ledger)
        self._sockets = AiohttpTransport(
            sandbox_url=sandbox_url,
            max_response_mb=max_response_mb,
            rules=AddressRules(allowed_addresses),
        )
        # A call enters at the end of this list. The breaker stands before the budget, so
        # that an open one spends nothing, and within the retries, so that it sees each try.
        stack: httpx.AsyncBaseTransport = MaskingTransport(self._sockets)
        stack = BudgetTransport(stack, self.permits.budgets)
        stack = TallyTransport(ReadingTransport(StatusTransport(stack)), self.permits.tally)
        stack = JournalTransport(BreakerTransport(stack, self.permits.breakers), ledger)
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
        with contextlib.suppress(StoreUnavailable):
            self.permits.history.write()
        await self._stack.aclose()

    async def get(
        self,
        provider: Provider,
        call: Call,
        parse: Callable[[bytes], T],
        *,
        max_wait: float | None = None,
        pick: Pick | None = None,
    ) -> Answer[T]:
        """Send a call and parse its answer; `parse` may raise a ProviderError itself.

        `max_wait` is how many seconds it may wait for the provider's budget, half of the
        deadline unless told; 0 where another provider can be asked instead. `pick` is the
        provider's reservation, for at least the call's weight: it is used by the first try, or
        given back.

        Raises TemporaryError, RateLimited, RefusedRequest or MalformedResponse for what
        the provider did, BreakerOpen, BudgetExhausted or KeyMissing where it was not called.
        """
        if pick is not None and (pick.provider.id != provider.id or pick.weight < call.weight):
            raise ValueError("the pick is of another provider, or of too little weight")
        extensions = {
            "provider": provider,
            "weight": call.weight,
            "parse": parse,
            "max_wait": self.deadline / 2 if max_wait is None else max_wait,
            "deadline": asyncio.get_running_loop().time() + self.deadline,
            "pick": pick,
            "most_mb": call.most_mb,
        }
        try:
            request = request_of(provider, call, self._key(provider), extensions)
            response = await self._stack.handle_async_request(request)
        finally:
            if pick is not None:
                self.permits.release(pick)
        return _answer_of(response)

    def _key(self, provider: Provider) -> str | None:
        """The caller's key, a made-up one in the sandbox; raises KeyMissing or KeyUnreadable."""
        if provider.auth is None:
            return None
        key = provider_key(provider.id) or self._keys.get(provider.id)
        if key is None and provider.auth.required:
            if self.sandboxed:
                return "sandbox"
            raise KeyMissing(provider.id)
        return key

    def blocked_until(self, provider: Provider) -> int:
        """The ledger's time before which a call would not be sent, 0 when it may be."""
        self.permits.look()
        return self.permits.blocked_until(provider)


def _answer_of(response: httpx.Response) -> Answer[Any]:
    return Answer(
        value=response.extensions["value"],
        status=response.status_code,
        body=response.content,
        sent_at=response.extensions["sent_at"],
        fetched_at=time.time_ns() // 1_000_000,
        server_time=http_date(response.headers.get("date", "")),
        headers=response.headers,
    )


def request_of(
    provider: Provider, call: Call, key: str | None, extensions: Mapping[str, Any]
) -> httpx.Request:
    """The call as it is sent, with the caller's key where the provider takes one.

    Raises RefusedRequest where none can be made of it: that is a fault of this provider alone.
    """
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
    try:
        return httpx.Request(
            "GET" if call.body is None else "POST",
            address,
            params=params or None,
            headers=headers,
            content=call.body,
            extensions={**extensions, "secret": key if auth else None},
        )
    except (httpx.InvalidURL, ValueError) as error:
        # Without the text of the error, which may tell of the key.
        raise RefusedRequest(
            f"a call of {provider.id} cannot be sent: {type(error).__name__}", provider.id
        ) from None
