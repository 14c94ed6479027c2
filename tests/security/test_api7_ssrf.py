"""API7: no address of this machine or its network is called, wherever an address may be given."""

import contextlib
import socket
from collections.abc import Callable
from typing import Any

import aiohttp
import httpx
import pytest
from aiohttp import web

from resources.errors import AddressRefused, ProviderError, RefusedRequest
from resources.http import Client
from resources.http.addresses import AddressRules, fault_of_url
from resources.http.transport import AiohttpTransport
from resources.ledger import custom_providers
from resources.providers.base import Call
from tests.api.entries import ACME, APIS, IMPORT, upload
from tests.api.server import Store
from tests.resources.http.played import a_provider, a_request, played

# Hosts as they stand in an address.
PRIVATE = [
    "127.0.0.1", "127.1", "127.0.0.1.nip.io@127.0.0.1", "0.0.0.0", "0", "localhost", "LOCALHOST",
    "localhost.", "api.localhost", "localhost.localdomain", "2130706433", "0x7f000001", "0x7f.1",
    "0177.0.0.1", "017700000001", "127.0.0.0x1", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]", "[2001:0:4136:e378:8000:63bf:80ff:fffe]", "[2a00::5efe:10.0.0.1]",
    "169.254.169.254", "[fd00:ec2::254]", "[::ffff:169.254.169.254]", "metadata.google.internal",
    "2852039166", "0xa9fea9fe", "169.254.43518", "10.0.0.1", "10.1", "172.16.0.1", "172.31.255.255",
    "192.168.0.1", "100.64.0.1", "[fe80::1]", "[fe80::1%25eth0]", "[fc00::1]", "[fec0::1]",
    "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1", "router", "printer.local",
    "\N{FULLWIDTH DIGIT ONE}27.0.0.1", "\N{CIRCLED DIGIT ONE}27.0.0.1",
    "127\N{IDEOGRAPHIC FULL STOP}0.0.1", "me:pw@127.0.0.1", "acme.example@127.0.0.1",
    "127.0.0.1#@acme.example", "127.0.0.1?@acme.example", "127.0.0.1\\@acme.example",
]  # fmt: skip
SCHEMES = ("file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO", "ftp://acme.example/", "//127.0.0.1/",
           "dict://127.0.0.1:11211/", "ldap://127.0.0.1/", "jar:http://127.0.0.1!/", "data:,x",
           "http:127.0.0.1", "http:///127.0.0.1", "unix:/var/run/docker.sock")  # fmt: skip


def added(admin: httpx.Client, **change: Any) -> httpx.Response:
    return admin.post(APIS, json={**ACME, **change})


def changed(admin: httpx.Client, **change: Any) -> httpx.Response:
    """A provider that was good is given another address."""
    assert added(admin).status_code == 201
    answer = admin.put(f"{APIS}/acme", json={**ACME, **change})
    assert admin.get(f"{APIS}/acme").json()["base_url"] == ACME["base_url"]
    admin.delete(f"{APIS}/acme")
    return answer


def imported(admin: httpx.Client, **change: Any) -> httpx.Response:
    return upload(admin, {"providers": [{**ACME, **change}]})


def imported_as_others_write(admin: httpx.Client, **change: Any) -> httpx.Response:
    names = {"base_url": "url", "ws_url": "websocket"}
    entry = {"name": "Acme", "url": ACME["base_url"]}
    return admin.post(IMPORT, json=[entry | {names[name]: url for name, url in change.items()}])


Place = Callable[..., httpx.Response]
PLACES: tuple[Place, ...] = (added, changed, imported, imported_as_others_write)


@pytest.mark.parametrize("place_of", PLACES)
@pytest.mark.parametrize(
    ("field", "scheme"), [("base_url", "http"), ("base_url", "https"), ("ws_url", "wss")]
)
def test_no_private_address_is_taken(
    admin: httpx.Client, place_of: Place, field: str, scheme: str
) -> None:
    assert len(PRIVATE) > 50
    for host in PRIVATE:
        answer = place_of(admin, **{field: f"{scheme}://{host}/x"})
        assert answer.status_code == 422, (host, answer.text)
        assert answer.json()["errors"], host
        assert admin.get(f"{APIS}/acme").status_code == 404


@pytest.mark.parametrize("place_of", PLACES)
def test_no_other_scheme_is_taken(admin: httpx.Client, place_of: Place) -> None:
    for url in SCHEMES:
        for field in ("base_url", "ws_url"):
            assert place_of(admin, **{field: url}).status_code == 422, (field, url)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_webhook_goes_to_a_private_address(admin: httpx.Client, scheme: str) -> None:
    for url in (*(f"{scheme}://{host}/x" for host in PRIVATE), *SCHEMES):
        answer = admin.post("/api/webhooks", json={"url": url, "events": ["alert"]})
        assert answer.status_code == 422, (url, answer.text)
    assert admin.get("/api/webhooks").json()["total"] == 0


def test_a_port_of_our_own_is_not_called_either(admin: httpx.Client, place: Store) -> None:
    """The service, Dagster and the sandbox listen on this machine."""
    for port in (place.settings.port, place.settings.dagster_port, place.settings.sandbox_port):
        assert added(admin, base_url=f"http://127.0.0.1:{port}").status_code == 422


@pytest.mark.parametrize(
    "path",
    ["//127.0.0.1/x", "http://127.0.0.1/x", "@127.0.0.1/x", ":80@127.0.0.1/", "/../../x",
     "\\\\127.0.0.1\\x", "/x\r\nHost: 127.0.0.1", "/x HTTP/1.1\r\nX: y", "https:127.0.0.1"],
)  # fmt: skip
async def test_no_path_of_an_endpoint_leads_to_another_host(
    admin: httpx.Client, place: Store, path: str
) -> None:
    """It is refused, or stays a path of the provider's own host."""
    answer = added(admin, endpoints=[{"feed": "prices", "path": path}])
    if answer.status_code == 422:
        return
    if answer.json()["warnings"]:
        assert answer.json()["api"]["endpoints"] == []
        return
    with place.ledger.read() as connection:
        provider = custom_providers.read_all(connection)["acme"]
    # The sandbox is called by host and path.
    async with played(ok) as sandbox, Client(place.ledger, sandbox_url=sandbox.url) as client:
        with contextlib.suppress(RefusedRequest):
            await client.get(provider, provider.endpoints[0].call, bytes)
        for _, request in sandbox.arrivals:
            assert request.raw_path.startswith("/api.acme.example/"), request.raw_path
            assert request.headers["Host"] == httpx.URL(sandbox.url).netloc.decode()


async def ok(_: web.Request) -> web.Response:
    return web.json_response({"price": 1}, headers={"Connection": "close"})


class Rebinding(aiohttp.abc.AbstractResolver):
    """A name server that tells each asker another address of its list, in turn, the last for ever."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self.left = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: int = 0
    ) -> list[aiohttp.abc.ResolveResult]:
        ips = self.left.pop(0) if len(self.left) > 1 else self.left[0]
        return [
            {
                "hostname": host,
                "host": ip,
                "port": port,
                "family": family or (socket.AF_INET6 if ":" in ip else socket.AF_INET),
                "proto": 0,
                "flags": socket.AI_NUMERICHOST,
            }
            for ip in ips
        ]

    async def close(self) -> None:
        """Nothing is held."""


@pytest.mark.parametrize(
    "answers",
    [
        (("127.0.0.1",),),
        (("8.8.8.8",), ("127.0.0.1",)),
        (("8.8.8.8",), ("8.8.8.8", "127.0.0.1")),
        (("8.8.8.8",), ("127.0.0.1", "8.8.8.8")),
        (("8.8.8.8",), ("::1",)),
        (("8.8.8.8",), ("::ffff:127.0.0.1",)),
        (("2606:4700:4700::1111",), ("64:ff9b::7f00:1",)),
        (("8.8.8.8",), ("0.0.0.0",)),
        (("8.8.8.8",), ("169.254.169.254",)),
    ],
)
async def test_a_name_that_is_rebound_after_it_was_stored_is_not_called(
    answers: tuple[tuple[str, ...], ...],
) -> None:
    """What was looked up when it was stored counts for nothing: each connection looks anew."""
    names, rules = Rebinding(*answers), AddressRules()
    async with played(ok) as server:
        url = server.url.replace("127.0.0.1", "acme.example")
        stored = await fault_of_url(rules, url, names)
        assert (stored is None) == (len(answers) > 1)
        async with AiohttpTransport(rules=rules, resolver=names) as transport:
            for _ in range(3):
                with pytest.raises(AddressRefused):
                    await transport.handle_async_request(a_request(a_provider(base_url=url)))
    assert server.arrivals == []


async def test_a_name_is_rebound_while_connections_come_and_go() -> None:
    """Here this machine may be called: what is refused is where the name leads later."""
    names = Rebinding(("127.0.0.1",), ("10.0.0.1",))
    rules = AddressRules(["127.0.0.1/32"])
    async with played(ok) as server:
        url = server.url.replace("127.0.0.1", "acme.example")
        for expected in (1, 1):
            async with AiohttpTransport(rules=rules, resolver=names) as transport:
                with contextlib.suppress(AddressRefused):
                    await transport.handle_async_request(a_request(a_provider(base_url=url)))
            assert len(server.arrivals) == expected


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:{port}/secret", "//127.0.0.1:{port}/secret", "/secret"]
)
async def test_no_redirect_is_followed(store: Store, status: int, target: str) -> None:
    async def away(request: web.Request) -> web.Response:
        location = target.format(port=request.url.port)
        return web.Response(status=status, headers={"Location": location})

    async with (
        played(away) as server,
        Client(store.ledger, allowed_addresses=["127.0.0.1"]) as client,
    ):
        with pytest.raises(ProviderError, match=str(status)):
            await client.get(a_provider(base_url=server.url), Call("/x"), bytes)
    assert [request.path for _, request in server.arrivals] == ["/x"]


async def test_the_address_that_nobody_may_call_is_called_where_a_setting_allows_it(
    store: Store,
) -> None:
    """The tests above refuse for the address, and for nothing else."""
    async with (
        played(ok) as server,
        Client(store.ledger, allowed_addresses=["127.0.0.1"]) as client,
    ):
        await client.get(a_provider(base_url=server.url), Call("/x"), bytes)
    assert len(server.arrivals) == 1


def test_a_refusal_says_nothing_of_what_listens_there(admin: httpx.Client) -> None:
    """An open port and a closed one are answered alike, and none is knocked at."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        open_port, closed_port = listening.getsockname()[1], 1
        told = [
            added(admin, base_url=f"http://127.0.0.1:{port}").json()["errors"]
            for port in (open_port, closed_port)
        ]
        with pytest.raises(TimeoutError):
            listening.accept()
    assert told[0] == told[1]
