"""The sockets: aiohttp beneath httpx's interface, for a third of the CPU."""

import asyncio
import time
import zlib

import aiohttp
import httpx
import yarl
from aiohttp.abc import AbstractResolver

from resources.errors import MalformedResponse, RefusedRequest, TemporaryError
from resources.http.addresses import AddressRules, CheckedResolver
from resources.http.layer import deadline_of, provider_of

_MB = 1_000_000
_CONNECT_SECONDS = 5


class AiohttpTransport(httpx.AsyncBaseTransport):
    """Sends one request and reads its whole answer before the request's deadline.

    Connection errors, time-outs and truncated answers become TemporaryError here and
    nowhere else; an answer larger than the cap becomes MalformedResponse before it is
    unpacked any further. Redirects are answers like others. With `sandbox_url`, what
    is meant for https://host/path goes to <sandbox_url>/host/path, whatever the host.
    Without it, what `rules` refuse raises AddressRefused: hosts before they are resolved
    by `resolver` (the system's, unless told), and addresses before they are connected to.
    The response carries `sent_at` (ms since 1970, local UTC) in its extensions.
    """

    def __init__(
        self,
        *,
        sandbox_url: str | None = None,
        max_response_mb: int = 16,
        rules: AddressRules | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._rules = rules or AddressRules()
        self._resolver = resolver
        self._sandbox_url = sandbox_url.rstrip("/") if sandbox_url else None
        self._cap = max_response_mb * _MB
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "AiohttpTransport":
        self._session = aiohttp.ClientSession(
            # How many calls there are at once is the gate's concern: a call that waited
            # here would already have been counted as sent.
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30, resolver=self._names()),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            middlewares=(_once,),
            read_bufsize=2**18,
        )
        return self

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _names(self) -> AbstractResolver:
        resolver = self._resolver or aiohttp.ThreadedResolver()
        # A sandbox is called by the one address that it was started on.
        return resolver if self._sandbox_url else CheckedResolver(self._rules, resolver)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        provider = provider_of(request).id
        try:
            async with asyncio.timeout_at(deadline_of(request)):
                return await self._exchange(request, provider)
        except (aiohttp.ClientError, OSError) as error:
            what = str(error) or type(error).__name__
            raise TemporaryError(
                f"{provider} gave no whole answer: {what}",
                provider,
                kind="timeout" if isinstance(error, TimeoutError) else "connection",
            ) from error
        except ValueError as error:
            # Of the socket's own library, which is stricter than that of the request.
            raise RefusedRequest(
                f"a call of {provider} cannot be sent: {type(error).__name__}", provider
            ) from None

    async def _exchange(self, request: httpx.Request, provider: str) -> httpx.Response:
        if self._session is None:
            raise RuntimeError("the transport is used before it was entered, or after aclose")
        headers = {k.decode(): v.decode() for k, v in request.headers.raw if k.lower() != b"host"}
        headers["Accept-Encoding"] = "gzip"
        sent_at = time.time_ns() // 1_000_000
        async with self._session.request(
            request.method,
            self._address(request.url),
            headers=headers,
            data=request.content or None,
            allow_redirects=False,
        ) as answer:
            cap = max(self._cap, (request.extensions.get("most_mb") or 0) * _MB)
            body = await _read(answer, provider, cap)
        kept = [h for h in answer.raw_headers if h[0].lower() not in _UNPACKED]
        return httpx.Response(
            answer.status, headers=kept, content=body, extensions={"sent_at": sent_at}
        )

    def _address(self, url: httpx.URL) -> yarl.URL:
        if self._sandbox_url is None:
            address = yarl.URL(str(url), encoded=True)
            # aiohttp asks no resolver for literals.
            self._rules.require_host(address.raw_host or "")
            return address
        return yarl.URL(f"{self._sandbox_url}/{url.host}{url.raw_path.decode()}", encoded=True)


async def _read(answer: aiohttp.ClientResponse, provider: str, cap: int) -> bytes:
    encoding = answer.headers.get("Content-Encoding", "identity").lower()
    if encoding not in ("gzip", "identity"):
        raise MalformedResponse(f"{provider} answered in {encoding}", provider, answer.status)
    if (answer.content_length or 0) > cap:
        raise _too_large(answer, provider, cap)
    unpack = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    body, size, received = [], 0, 0
    async for chunk in answer.content.iter_any():
        received += len(chunk)
        # One byte over the cap is enough to know, and all that is ever unpacked.
        piece = _unpacked(unpack, chunk, cap + 1 - size, provider) if unpack else chunk
        size += len(piece)
        if size > cap:
            raise _too_large(answer, provider, cap)
        body.append(piece)
    if unpack and received and not unpack.eof:
        raise TemporaryError(
            f"{provider} gave no whole answer: gzip ended early", provider, kind="connection"
        )
    return b"".join(body)


def _too_large(answer: aiohttp.ClientResponse, provider: str, cap: int) -> MalformedResponse:
    limit = f"larger than {cap // _MB} MB"
    return MalformedResponse(f"{provider} answered {limit}", provider, answer.status)


async def _once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Keeps aiohttp from sending a request again by itself: only one was reserved and seen to fail."""
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise aiohttp.ClientConnectionError(f"{type(error).__name__} {error}") from error


# They tell of the body on the wire, not of the one that is handed on.
_UNPACKED = (b"content-encoding", b"content-length", b"transfer-encoding")


def _unpacked(unpack: "zlib._Decompress", chunk: bytes, room: int, provider: str) -> bytes:
    try:
        return unpack.decompress(chunk, room)
    except zlib.error as error:
        raise MalformedResponse(f"{provider} answered broken gzip: {error}", provider) from error
