"""Which hosts and addresses may be called."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.errors import AddressRefused
from resources.http.addresses import AddressRules, fault_of, fault_of_url

REFUSED = [
    # private, loopback, link-local, metadata, unspecified
    ("10.0.0.1", "private"), ("172.16.0.1", "private"), ("172.31.255.255", "private"),
    ("192.168.1.1", "private"), ("127.0.0.1", "this machine"), ("127.255.255.254", "this machine"),
    ("169.254.169.254", "metadata"), ("169.254.0.1", "link-local"), ("0.0.0.0", "unspecified"),
    ("0.1.2.3", "unspecified"), ("::", "unspecified"), ("::1", "this machine"),
    ("fe80::1", "link-local"), ("fc00::1", "private"), ("fd12:3456::1", "private"),
    ("fec0::1", "private"), ("fd00:ec2::254", "metadata"),
    # carriers, multicast, reserved
    ("100.64.0.1", "carrier"), ("100.127.255.255", "carrier"), ("224.0.0.1", "multicast"),
    ("239.1.1.1", "multicast"), ("ff02::1", "multicast"), ("240.0.0.1", "reserved"),
    ("255.255.255.255", "reserved"), ("192.0.0.1", "reserved"), ("192.0.2.1", "documentation"),
    ("198.51.100.7", "documentation"), ("203.0.113.7", "documentation"), ("198.18.0.1", "benchmark"),
    ("2001:db8::1", "documentation"), ("3fff::1", "documentation"), ("100::1", "reserved"),
    ("4000::1", "reserved"), ("2001:2::1", "reserved"), ("192.88.99.1", "6to4"),
    # IPv4 in IPv6
    ("::ffff:127.0.0.1", "mapped"), ("::ffff:8.8.8.8", "mapped"), ("::10.0.0.1", "in the form"),
    ("::ffff:0:10.0.0.1", "translated"), ("64:ff9b::10.0.0.1", "NAT64"),
    ("64:ff9b::8.8.8.8", "NAT64"), ("64:ff9b:1::1", "NAT64"), ("2002:7f00:1::", "6to4"),
    ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "Teredo"), ("2a00::5efe:10.0.0.1", "ISATAP"),
    ("2a00::200:5efe:10.0.0.1", "ISATAP"), ("[::1]", "this machine"),
    # other spellings
    ("2130706433", "another spelling"), ("0x7f000001", "another spelling"),
    ("017700000001", "another spelling"), ("127.1", "another spelling"),
    ("0177.0.0.1", "another spelling"), ("0x7f.0.0.1", "another spelling"),
    ("127.0.0.0x1", "another spelling"), ("10.0.0.1.", "no proper name"),
    ("localhost.", "no proper name"), ("api.acme.example.", "no proper name"),
    ("me@10.0.0.1", "no proper name"), ("fe80::1%eth0", "zone"), ("fe80::1%25eth0", "zone"),
    ("\N{FULLWIDTH DIGIT ONE}27.0.0.1", "no proper name"),
    ("\N{CIRCLED DIGIT ONE}27.0.0.1", "no proper name"),
    ("acme\N{IDEOGRAPHIC FULL STOP}example", "no proper name"), ("xn--0.example", "no proper name"),
    ("a..example", "no proper name"), ("", "no proper name"), ("a b.example", "no proper name"),
    ("x" * 254, "no proper name"), ("-a.example", "no proper name"),
    # names of this machine and its network
    ("localhost", "this machine"), ("LOCALHOST", "this machine"), ("api.localhost", "this machine"),
    ("localhost.localdomain", "this machine"), ("printer.local", "its network"),
    ("metadata.google.internal", "its network"), ("router", "its network"),
    ("nas.lan", "its network"), ("db.home.arpa", "its network"),
]  # fmt: skip
CALLED = [
    "8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "11.0.0.1",
    "2606:4700:4700::1111", "2a00:1450:4001:82b::200e", "api.acme.example", "API.ACME.EXAMPLE",
    "a_b.acme.example", "xn--bcher-kva.example", "1inch.acme.example", "0x.acme.example",
]  # fmt: skip


@pytest.mark.parametrize(("host", "reason"), REFUSED)
def test_a_host_that_is_not_of_the_internet_is_refused(host: str, reason: str) -> None:
    with pytest.raises(AddressRefused, match=reason):
        AddressRules().require_host(host)


@pytest.mark.parametrize("host", CALLED)
def test_a_host_of_the_internet_is_called(host: str) -> None:
    AddressRules().require_host(host)


PRIVATE = st.one_of(
    st.integers(0x0A00_0000, 0x0AFF_FFFF),
    st.integers(0x7F00_0000, 0x7FFF_FFFF),
    st.integers(0xA9FE_0000, 0xA9FE_FFFF),
    st.integers(0xAC10_0000, 0xAC1F_FFFF),
    st.integers(0xC0A8_0000, 0xC0A8_FFFF),
    st.integers(0x6440_0000, 0x647F_FFFF),
)
EMBEDDINGS: dict[str, Callable[[int], int]] = {
    "mapped": lambda ip: (0xFFFF << 32) | ip,
    "compatible": lambda ip: ip,
    "translated": lambda ip: (0xFFFF << 48) | ip,
    "NAT64": lambda ip: (0x0064_FF9B << 96) | ip,
    "local NAT64, /48": lambda ip: (
        (0x0064_FF9B_0001 << 80) | (ip >> 16 << 64) | ((ip & 0xFFFF) << 40)
    ),
    "local NAT64, /96": lambda ip: (0x0064_FF9B_0001 << 80) | ip,
    "6to4": lambda ip: (0x2002 << 112) | (ip << 80),
    "Teredo": lambda ip: (0x2001_0000 << 96) | (ip ^ 0xFFFF_FFFF),
    "Teredo's server": lambda ip: (0x2001_0000 << 96) | (ip << 64),
    "ISATAP": lambda ip: (0x2A00_1450 << 96) | (0x5EFE << 32) | ip,
}


@pytest.mark.parametrize("scheme", EMBEDDINGS)
@given(ip=PRIVATE)
def test_a_private_address_is_refused_however_ipv6_carries_it(scheme: str, ip: int) -> None:
    assert fault_of(IPv4Address(ip))
    address = IPv6Address(EMBEDDINGS[scheme](ip))
    assert fault_of(address)
    with pytest.raises(AddressRefused):
        AddressRules().require_resolved("acme.example", [str(address)])


@given(st.ip_addresses())
def test_only_what_python_too_calls_global_is_called(address: IPv4Address | IPv6Address) -> None:
    if fault_of(address) is None:
        assert address.is_global
        assert not address.is_multicast


@pytest.mark.parametrize(
    ("allowed", "host"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("10.0.0.0/8", "10.1.2.3"),
        ("10.1.2.3/8", "10.9.9.9"),
        ("::1", "[::1]"),
        ("fd00::/8", "fd12::1"),
        ("localhost", "LocalHost"),
        ("Node.lan", "node.lan"),
        ("64:ff9b::/96", "64:ff9b::8.8.8.8"),
    ],
)
def test_what_a_setting_allows_is_called(allowed: str, host: str) -> None:
    with pytest.raises(AddressRefused):
        AddressRules().require_host(host)
    AddressRules([allowed]).require_host(host)


def test_an_allowed_gateway_allows_nothing_private_behind_it() -> None:
    rules = AddressRules(["64:ff9b::/96"])
    for host in ("64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "10.0.0.1"):
        with pytest.raises(AddressRefused):
            rules.require_host(host)


def test_one_bad_address_of_several_is_enough() -> None:
    rules = AddressRules()
    rules.require_resolved("acme.example", ["8.8.8.8", "2606:4700::1"])
    for bad in ("127.0.0.1", "fe80::1%eth0", "nonsense"):
        with pytest.raises(AddressRefused, match="leads to"):
            rules.require_resolved("acme.example", ["8.8.8.8", bad])


def test_a_host_that_is_allowed_by_name_may_lie_anywhere() -> None:
    AddressRules(["node.lan"]).require_resolved("NODE.lan", ["10.0.0.1"])


class Names(aiohttp.abc.AbstractResolver):
    """Resolves from a table; what is not in it cannot be resolved."""

    def __init__(self, table: dict[str, list[str]]) -> None:
        self._table = table

    async def resolve(
        self, host: str, port: int = 0, family: int = 0
    ) -> list[aiohttp.abc.ResolveResult]:
        if host not in self._table:
            raise OSError(f"{host} is unknown")
        return [
            {"hostname": host, "host": ip, "port": port, "family": family, "proto": 0, "flags": 0}
            for ip in self._table[host]
        ]

    async def close(self) -> None:
        return None


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://public.example/x", None),
        ("https://unknown.example", None),
        ("https://private.example", "leads to 10.0.0.1"),
        ("https://mixed.example", "leads to ::1"),
        ("http://127.1/", "another spelling"),
        ("http://[::ffff:10.0.0.1]:8080/", "mapped"),
        ("wss://user@localhost", "this machine"),
        ("https://", "no proper name"),
    ],
)
async def test_an_address_is_judged_by_its_name_and_by_what_it_leads_to(
    url: str, reason: str | None
) -> None:
    table = {
        "public.example": ["8.8.8.8"],
        "private.example": ["10.0.0.1"],
        "mixed.example": ["8.8.8.8", "::1"],
    }
    fault = await fault_of_url(AddressRules(), url, Names(table))
    assert (fault is None) if reason is None else (reason in (fault or ""))
