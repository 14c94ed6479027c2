"""The sockets: what is sent, where to, how much is read, and what goes wrong on the way."""

import asyncio
import gzip
import time
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import httpx
import pytest
from aiohttp import web

from resources.errors import MalformedResponse, TemporaryError
from resources.http.addresses import AddressRules
from resources.http.transport import AiohttpTransport
from tests.resources.http.played import Handler, a_provider, a_request, played

ACME = a_provider()
BODY = b'{"price": "42000.5"}' * 5_000


async def send(handler: Handler, *, cap_mb: int = 1, seconds: float = 5.0) -> httpx.Response:
    async with (
        played(handler) as server,
        AiohttpTransport(sandbox_url=server.url, max_response_mb=cap_mb) as transport,
    ):
        return await transport.handle_async_request(a_request(ACME, seconds=seconds))


async def plain(_: web.Request) -> web.Response:
    return web.Response(body=BODY, headers={"X-Weight": "7"})


async def packed(_: web.Request) -> web.Response:
    return web.Response(body=gzip.compress(BODY), headers={"Content-Encoding": "gzip"})


@pytest.mark.parametrize("handler", [plain, packed])
async def test_a_body_arrives_whole_and_unpacked(handler: Handler) -> None:
    before = time.time() * 1000
    response = await send(handler)
    assert response.status_code == 200
    assert response.content == BODY
    assert before - 1 <= response.extensions["sent_at"] <= time.time() * 1000


async def test_headers_arrive_both_ways_and_only_gzip_is_asked_for() -> None:
    async with (
        played(plain) as server,
        AiohttpTransport(sandbox_url=server.url) as transport,
    ):
        request = a_request(ACME)
        request.headers["X-Key"] = "secret"
        response = await transport.handle_async_request(request)
    sent = server.arrivals[0][1].headers
    assert (sent["X-Key"], sent["Accept-Encoding"]) == ("secret", "gzip")
    assert sent["Host"] == server.url.removeprefix("http://")
    assert response.headers["x-weight"] == "7"


async def test_the_sandbox_gets_what_is_meant_for_any_host() -> None:
    async with (
        played(plain) as server,
        AiohttpTransport(sandbox_url=server.url) as transport,
    ):
        for url in (
            "https://api.acme.test/v1/x?a=1&b=%5B2%5D",
            "http://169.254.1.1:9/@evil.test//y",
        ):
            request = httpx.Request("GET", url, extensions={"provider": ACME})
            await transport.handle_async_request(request)
    asked = [request.raw_path for _, request in server.arrivals]
    assert asked == ["/api.acme.test/v1/x?a=1&b=%5B2%5D", "/169.254.1.1/@evil.test//y"]


async def test_without_a_sandbox_the_address_itself_is_called() -> None:
    rules = AddressRules(["127.0.0.1"])
    async with played(plain) as server, AiohttpTransport(rules=rules) as transport:
        provider = a_provider(base_url=f"{server.url}/v1?a=%20b")
        await transport.handle_async_request(a_request(provider))
    assert server.arrivals[0][1].raw_path == "/v1?a=%20b"


async def test_redirects_are_not_followed() -> None:
    async def away(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "/elsewhere"})

    async with (
        played(away) as server,
        AiohttpTransport(sandbox_url=server.url) as transport,
    ):
        response = await transport.handle_async_request(a_request(ACME))
    assert response.status_code == 302
    assert len(server.arrivals) == 1


async def test_an_answer_at_the_cap_is_read_and_one_byte_more_is_not() -> None:
    async def sized(_: web.Request, size: int = 1_000_000) -> web.Response:
        return web.Response(body=bytes(size))

    assert len((await send(sized)).content) == 1_000_000
    with pytest.raises(MalformedResponse, match="larger than 1 MB"):
        await send(lambda request: sized(request, 1_000_001))


async def test_a_call_may_say_that_its_answer_is_larger() -> None:
    async def sized(_: web.Request) -> web.Response:
        return web.Response(body=bytes(2_000_000))

    async with (
        played(sized) as server,
        AiohttpTransport(sandbox_url=server.url, max_response_mb=1) as transport,
    ):
        request = a_request(ACME)
        request.extensions["most_mb"] = 2
        assert len((await transport.handle_async_request(request)).content) == 2_000_000
        request.extensions["most_mb"] = None
        with pytest.raises(MalformedResponse, match="larger than 1 MB"):
            await transport.handle_async_request(request)


async def test_a_gzip_bomb_is_stopped_at_the_cap_with_bounded_memory(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.gz"
    with gzip.open(bomb, "wb", compresslevel=1) as file:
        for _ in range(400):
            file.write(bytes(1_000_000))

    async def explode(_: web.Request) -> web.FileResponse:
        return web.FileResponse(bomb, headers={"Content-Encoding": "gzip"})

    tracemalloc.start()
    try:
        with pytest.raises(MalformedResponse, match="larger than 4 MB"):
            await send(explode, cap_mb=4)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 4_000_000 < peak < 12_000_000


async def test_an_endless_body_is_stopped_at_the_cap() -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(bytes(100_000))

    with pytest.raises(MalformedResponse, match="larger than 1 MB"):
        await send(endless)


async def test_a_slow_drip_ends_at_the_deadline() -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b".")
            await asyncio.sleep(0.05)

    started = time.monotonic()
    with pytest.raises(TemporaryError, match="no whole answer"):
        await send(drip, seconds=0.4)
    assert time.monotonic() - started > 0.35


async def cut_off(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b"half")
    assert request.transport
    request.transport.close()
    return response


async def cut_off_at_once(_: web.Request) -> web.Response:
    return web.Response(body=gzip.compress(BODY)[:9], headers={"Content-Encoding": "gzip"})


async def cut_off_gzip(_: web.Request) -> web.Response:
    body = gzip.compress(BODY)
    return web.Response(body=body[: len(body) // 2], headers={"Content-Encoding": "gzip"})


async def reset(request: web.Request) -> web.Response:
    assert request.transport
    request.transport.abort()
    return web.Response()


@pytest.mark.parametrize("handler", [cut_off, cut_off_gzip, cut_off_at_once, reset])
async def test_what_breaks_off_is_worth_another_try(handler: Handler) -> None:
    with pytest.raises(TemporaryError):
        await send(handler)


async def test_a_port_where_nobody_listens_is_worth_another_try() -> None:
    async with AiohttpTransport(sandbox_url="http://127.0.0.1:9") as transport:
        with pytest.raises(TemporaryError):
            await transport.handle_async_request(a_request(ACME))


@pytest.mark.parametrize(
    ("body", "encoding"), [(b"not gzip", "gzip"), (b"\x1f\x8b junk", "gzip"), (b"x", "br")]
)
async def test_an_encoding_that_cannot_be_read_is_malformed(body: bytes, encoding: str) -> None:
    async def odd(_: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Encoding": encoding})

    with pytest.raises(MalformedResponse):
        await send(odd)


async def test_a_request_is_never_sent_twice_behind_our_back() -> None:
    """aiohttp by itself repeats a GET whose kept-alive connection closes: unreserved, uncounted."""

    async def once_then_reset(request: web.Request) -> web.Response:
        return await (plain(request) if len(server.arrivals) == 1 else reset(request))

    async with (
        played(once_then_reset) as server,
        AiohttpTransport(sandbox_url=server.url) as transport,
    ):
        await transport.handle_async_request(a_request(ACME))
        with pytest.raises(TemporaryError):
            await transport.handle_async_request(a_request(ACME))
    assert len(server.arrivals) == 2


async def test_connections_are_kept() -> None:
    ports = set()

    async def whence(request: web.Request) -> web.Response:
        assert request.transport
        ports.add(request.transport.get_extra_info("peername")[1])
        return await plain(request)

    async with (
        played(whence) as server,
        AiohttpTransport(sandbox_url=server.url) as transport,
    ):
        for _ in range(5):
            await transport.handle_async_request(a_request(ACME))
    assert len(ports) == 1


@pytest.fixture
async def unopened() -> AsyncIterator[AiohttpTransport]:
    transport = AiohttpTransport()
    yield transport
    await transport.aclose()


async def test_it_must_be_entered_before_it_is_used(unopened: AiohttpTransport) -> None:
    with pytest.raises(RuntimeError, match="before it was entered"):
        await unopened.handle_async_request(a_request(ACME))


def test_every_error_of_aiohttp_is_one_that_is_translated() -> None:
    errors = [e for e in vars(aiohttp).values() if isinstance(e, type) and issubclass(e, Exception)]
    # Those of WebSockets and of building a multipart body cannot come from a GET.
    others = {aiohttp.WebSocketError, aiohttp.EofStream, aiohttp.BadContentDispositionHeader}
    others |= {aiohttp.BadContentDispositionParam, aiohttp.WSMessageTypeError}
    assert {e for e in errors if not issubclass(e, aiohttp.ClientError | OSError)} <= others
