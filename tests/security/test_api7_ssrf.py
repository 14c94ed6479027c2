"""API7: no address of this machine or its network is called, wherever an address may be given."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import aiohttp
import httpx
import pytest
from aiohttp import web

from resources.errors import AddressRefused, ProviderError
from resources.http import Client
from resources.http.addresses import AddressRules, fault_of_url
from resources.ledger import custom_providers
from resources.providers.base import Call, Provider
from tests.api.entries import ACME, APIS, IMPORT, upload
from tests.api.server import Store
from tests.resources.http.played import a_provider, played

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
@pytest.mark.parametrize(("field", "scheme"), [("base_url", "http"), ("base_url", "https"), ("ws_url", "wss")])
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
    endpoint = {"feed": "prices", "path": path}
    answer = added(admin, endpoints=[endpoint])
    if answer.status_code == 422:
        return
    provider = custom_providers.read(place.ledger)["acme"]
    call = provider.endpoints[0].call
    async with played(_ok) as evil, Client(place.ledger) as client:
        del evil
        url = httpx.URL(f"{provider.base_url}{call.path}")
        assert url.host == "api.acme.example"
        del client


async def _ok(_: web.Request) -> web.Response:
    return web.json_response({"price": 1})


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
