"""Which addresses may be called: those of the public internet, and what a setting allows."""

import asyncio
import functools
import re
from collections.abc import Iterable, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from socket import AddressFamily
from urllib.parse import urlsplit

import idna
from aiohttp.abc import AbstractResolver, ResolveResult

from resources.errors import AddressRefused

Address = IPv4Address | IPv6Address

# From the special-purpose registries of IANA, the narrower ones first.
_NO_PUBLIC_4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(network), what)
    for network, what in (
        ("0.0.0.0/8", "is unspecified"),
        ("10.0.0.0/8", "lies in a private network"),
        ("100.64.0.0/10", "lies behind a carrier's NAT"),
        ("127.0.0.0/8", "is this machine"),
        ("169.254.169.254/32", "is the metadata service of a cloud"),
        ("169.254.0.0/16", "is link-local"),
        ("172.16.0.0/12", "lies in a private network"),
        ("192.0.0.0/24", "is reserved"),
        ("192.0.2.0/24", "is for documentation"),
        ("192.88.99.0/24", "is a 6to4 relay"),
        ("192.168.0.0/16", "lies in a private network"),
        ("198.18.0.0/15", "is for benchmarks"),
        ("198.51.100.0/24", "is for documentation"),
        ("203.0.113.0/24", "is for documentation"),
        ("224.0.0.0/4", "is multicast"),
        ("240.0.0.0/4", "is reserved"),
    )
)
_NO_PUBLIC_6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(network), what)
    for network, what in (
        ("::/128", "is unspecified"),
        ("::1/128", "is this machine"),
        ("::ffff:0:0/96", "is an IPv4 address mapped to IPv6"),
        ("::ffff:0:0:0/96", "is an IPv4 address translated to IPv6"),
        ("::/96", "is an IPv4 address in the form of IPv6"),
        ("64:ff9b::/96", "is an IPv4 address behind NAT64"),
        ("64:ff9b:1::/48", "is an IPv4 address behind NAT64"),
        ("2001::/32", "is an IPv4 address behind Teredo"),
        ("2001::/23", "is reserved"),
        ("2001:db8::/32", "is for documentation"),
        ("2002::/16", "is an IPv4 address behind 6to4"),
        ("3fff::/20", "is for documentation"),
        ("fd00:ec2::254/128", "is the metadata service of a cloud"),
        ("fc00::/7", "lies in a private network"),
        ("fe80::/10", "is link-local"),
        ("fec0::/10", "lies in a private network"),
        ("ff00::/8", "is multicast"),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_UNICAST_6 = IPv6Network("2000::/3")
# The middle of an interface's id that carries an IPv4 address (ISATAP).
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LOCAL_ENDINGS = ("localhost", "localdomain", "local", "internal", "lan", "home", "home.arpa")


class AddressRules:
    """Says which hosts and addresses nothing may call; `allowed` are hosts, or networks.

    A host that is allowed by its name may lie anywhere.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._hosts = {entry.strip().lower() for entry in allowed}
        networks = (_network(host) for host in self._hosts)
        self._networks = tuple(network for network in networks if network)

    def require_host(self, host: str) -> None:
        """Raises AddressRefused for a name or literal that may not be called, whatever it means."""
        text = host.lower().removeprefix("[").removesuffix("]")
        if text in self._hosts:
            return
        address = _literal(text)
        reason = _fault_of_name(text) if address is None else self._fault(address)
        if reason:
            raise AddressRefused(host, reason)

    def require_resolved(self, host: str, addresses: Iterable[str]) -> None:
        """Raises AddressRefused where one of the addresses of a name may not be called."""
        if host.lower() in self._hosts:
            return
        for text in addresses:
            address = _literal(text)
            reason = "is no address" if address is None else self._fault(address)
            if reason:
                raise AddressRefused(host, f"leads to {text}, which {reason}")

    def _fault(self, address: Address) -> str | None:
        if not any(address in network for network in self._networks):
            return fault_of(address)
        # Whoever allows a NAT64 gateway does not allow what lies behind it in private.
        return self._fault(IPv4Address(int(address) & 0xFFFF_FFFF)) if address in _NAT64 else None


class CheckedResolver(AbstractResolver):
    """Hands on only addresses that may be called, so that no others are ever connected to."""

    def __init__(self, rules: AddressRules, resolver: AbstractResolver) -> None:
        self._rules = rules
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        self._rules.require_resolved(host, [result["host"] for result in found])
        return found

    async def close(self) -> None:
        await self._resolver.close()


async def fault_of_url(
    rules: AddressRules, url: str, resolver: AbstractResolver, seconds: float = 3.0
) -> str | None:
    """Why an address may not be called, as the end of a sentence; None where it may be.

    A name that cannot be resolved in so many seconds is none to refuse: it is looked at
    again whenever it is called.
    """
    host = urlsplit(url).hostname or ""
    try:
        rules.require_host(host)
        if _literal(host) is None:
            await asyncio.wait_for(CheckedResolver(rules, resolver).resolve(host), seconds)
    except AddressRefused as error:
        return str(error)
    except OSError:
        return None
    return None


def fault_of(address: Address) -> str | None:
    """Why an address is none of the public internet, as the end of a sentence; None if it is."""
    if isinstance(address, IPv4Address):
        return _named(address, _NO_PUBLIC_4)
    if address.scope_id is not None:
        return "has a zone"
    if reason := _named(address, _NO_PUBLIC_6):
        return reason
    if (int(address) >> 32) & 0xFFFF_FFFF in _ISATAP:
        return "is an IPv4 address behind ISATAP"
    return None if address in _UNICAST_6 else "is reserved"


def _named(address: Address, table: Sequence[tuple[IPv4Network | IPv6Network, str]]) -> str | None:
    return next((what for network, what in table if address in network), None)


@functools.lru_cache(maxsize=1_024)
def _fault_of_name(host: str) -> str | None:
    """Why a name may not be called, before anybody has resolved it."""
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return "is no proper name of a host"
    # What systems read as an address: 2130706433, 0x7f.1, 0177.0.0.1.
    if _NUMBER.fullmatch(labels[-1]):
        return "is an address in another spelling"
    if len(labels) == 1 or host.endswith(tuple(f".{ending}" for ending in _LOCAL_ENDINGS)):
        return "is a name of this machine or its network"
    try:
        idna.decode(host)
    except idna.IDNAError:
        # A name with an underscore is no host's in IDNA, but servers have such names.
        return "is no proper name of a host" if "xn--" in host else None
    return None


def _literal(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
