"""Providers that lie about where they are, or answer what nobody can hold."""

import asyncio
import socket
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
import msgspec
import pytest
from aiohttp import web

from resources.errors import AddressRefused, MalformedResponse, ProviderError, TemporaryError
from resources.http import Client
from resources.http.addresses import AddressRules, fault_of_url
from resources.http.transport import AiohttpTransport
from resources.ledger import Ledger, logs
from resources.ledger.logs import Wanted
from resources.providers.base import Call
from tests.resources.http.played import Handler, a_provider, a_request, played

METADATA = "169.254.169.254"


class Fickle(aiohttp.abc.AbstractResolver):
    """Answers one address after another, the last one for ever."""

    def __init__(self, *answers: str) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: int = 0,  # noqa: ARG002 (aiohttp's signature)
    ) -> list[aiohttp.abc.ResolveResult]:
        self.asked += 1
        ip = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        flags = socket.AI_NUMERICHOST
        return [
            {
                "hostname": host, "host": ip, "port": port, "family": socket.AF_INET, "proto": 0,
                "flags": flags,
            }
        ]  # fmt: skip

    async def close(self) -> None:
        return None


async def once(_: web.Request) -> web.Response:
    return web.Response(text="{}", headers={"Connection": "close"})


async def test_a_name_that_leads_elsewhere_after_it_was_checked_is_not_called() -> None:
    names, rules = Fickle("8.8.8.8", "127.0.0.1"), AddressRules()
    async with played(once) as server:
        url = server.url.replace("127.0.0.1", "acme.example")
        assert await fault_of_url(rules, url, names) is None
        async with AiohttpTransport(rules=rules, resolver=names) as transport:
            for _ in range(2):
                with pytest.raises(AddressRefused, match=r"acme\.example leads to 127\.0\.0\.1"):
                    await transport.handle_async_request(a_request(a_provider(base_url=url)))
    assert names.asked == 3
    assert server.arrivals == []


async def test_the_address_that_was_checked_is_the_one_that_is_connected_to() -> None:
    rules = AddressRules(["127.0.0.1/32"])
    async with played(once) as server:
        url = server.url.replace("127.0.0.1", "acme.example")
        names = Fickle("127.0.0.1", METADATA)
        async with AiohttpTransport(rules=rules, resolver=names) as transport:
            for _ in range(3):
                await transport.handle_async_request(a_request(a_provider(base_url=url)))
        assert (names.asked, len(server.arrivals)) == (1, 3)
        async with AiohttpTransport(rules=rules, resolver=names) as transport:
            with pytest.raises(AddressRefused, match="metadata"):
                await transport.handle_async_request(a_request(a_provider(base_url=url)))
    assert len(server.arrivals) == 3


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "localhost", "[::1]"])
async def test_a_literal_is_checked_too(ledger: Ledger, host: str) -> None:
    async with played(once) as server, Client(ledger) as client:
        provider = a_provider(base_url=server.url.replace("127.0.0.1", host))
        with pytest.raises(AddressRefused):
            await client.get(provider, Call("/x"), bytes)
    assert server.arrivals == []


async def test_an_allowed_address_is_called(ledger: Ledger) -> None:
    async with played(once) as server, Client(ledger, allowed_addresses=["127.0.0.0/8"]) as client:
        answer = await client.get(a_provider(base_url=server.url), Call("/x"), bytes)
    assert answer.value == b"{}"


async def test_a_redirect_to_a_private_address_leads_nowhere(ledger: Ledger) -> None:
    async def away(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": f"http://{METADATA}/latest"})

    async with played(away) as server, Client(ledger, allowed_addresses=["127.0.0.1"]) as client:
        with pytest.raises(ProviderError, match="302"):
            await client.get(a_provider(base_url=server.url), Call("/x"), bytes)


async def test_in_the_sandbox_only_the_sandbox_is_called(ledger: Ledger) -> None:
    async with (
        played(once) as sandbox,
        played(once) as other,
        Client(ledger, sandbox_url=sandbox.url) as client,
    ):
        for url in (other.url, "http://localhost:1/", f"http://{METADATA}/", "https://x.test"):
            await client.get(a_provider(base_url=url), Call("/x"), bytes)
    assert (len(sandbox.arrivals), other.arrivals) == (4, [])


@asynccontextmanager
async def gushing(head: bytes, piece: bytes) -> AsyncIterator[tuple[str, Callable[[], int]]]:
    """A server that sends a head, then a piece over and over: (its address, bytes sent)."""
    sent = 0

    async def gush(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        try:
            writer.write(head)
            if not piece:
                await reader.read()
            while piece:
                writer.write(piece)
                await writer.drain()
                # Else a server that is never full would let nobody else work.
                await asyncio.sleep(0)
                sent += len(piece)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(gush, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}", lambda: sent
    finally:
        server.close()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNK = b"10000\r\n" + b"[" * 0x10000 + b"\r\n"


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (HEAD + b"Content-Length: 1000000000\r\n\r\n", b"[" * 65_536),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", CHUNK),
        (HEAD + b"\r\n", b"[" * 65_536),
    ],
    ids=["1 GB", "endless chunks", "endless"],
)
async def test_an_answer_without_measure_is_cut_off(head: bytes, piece: bytes) -> None:
    """Memory stays within what one answer may have."""
    rules = AddressRules(["127.0.0.1"])
    async with (
        gushing(head, piece) as (url, sent),
        AiohttpTransport(rules=rules, max_response_mb=2) as transport,
    ):
        tracemalloc.start()
        try:
            for _ in range(3):
                with pytest.raises(MalformedResponse, match="larger than 2 MB"):
                    await transport.handle_async_request(a_request(a_provider(base_url=url)))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 8_000_000
        assert sent() < 60_000_000


async def test_a_length_beyond_the_cap_is_refused_before_anything_is_read() -> None:
    rules = AddressRules(["127.0.0.1"])
    head = HEAD + b"Content-Length: 1000000000\r\n\r\n"
    async with gushing(head, b"") as (url, _), AiohttpTransport(rules=rules) as transport:
        with pytest.raises(MalformedResponse, match="larger than 16 MB"):
            await transport.handle_async_request(a_request(a_provider(base_url=url), seconds=5))


async def nested(_: web.Request) -> web.Response:
    return web.Response(body=b"[" * 1_000_000)


async def nested_objects(_: web.Request) -> web.Response:
    return web.Response(body=b'{"a":' * 200_000)


async def no_json(_: web.Request) -> web.Response:
    return web.Response(text="<html>We are back soon</html>")


@pytest.mark.parametrize("handler", [nested, nested_objects, no_json])
async def test_what_no_parser_reads_is_cut_off_and_logged(ledger: Ledger, handler: Handler) -> None:
    async with (
        played(handler) as server,
        Client(ledger, sandbox_url=server.url, retry_base=0) as client,
    ):
        with pytest.raises(MalformedResponse, match="cannot read"):
            await client.get(a_provider(), Call("/x"), msgspec.json.decode)
    found, _ = logs.read(ledger, Wanted(log_type="failure"), 10)
    assert {entry.line.provider for entry in found} == {"acme"}


async def test_a_drip_without_end_ends_at_the_deadline(ledger: Ledger) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"[")
            await asyncio.sleep(0.02)

    async with (
        played(drip) as server,
        Client(ledger, sandbox_url=server.url, deadline=0.3) as client,
    ):
        with pytest.raises(TemporaryError):
            await client.get(a_provider(), Call("/x"), bytes)
