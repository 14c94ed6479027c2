"""Whose address counts: that of the client, told by proxies that the settings trust."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from starlette.requests import HTTPConnection

# What a proxy adds to a request.
_SIGNS = frozenset(
    (b"forwarded", b"via", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip")
)  # fmt: skip
# So many proxies stand in a row at most.
_HOPS = 32


class Proxies:
    """Reads X-Forwarded-For and X-Forwarded-Proto of trusted peers, and of nobody else."""

    def __init__(self, trusted: Sequence[str]) -> None:
        self._networks = tuple(ip_network(one, strict=False) for one in trusted)

    def client_of(self, connection: HTTPConnection) -> str:
        """The address of the client; that of the peer where this is no trusted proxy.

        The rightmost address that no trusted proxy has counts: what stands left of it was told
        by the client itself. So does not what stands left of a value that is no address.
        """
        peer = connection.client.host if connection.client else ""
        if not self._networks:
            return normal(peer)
        counted = parsed(peer)
        if counted is None:
            return peer
        hops = ",".join(connection.headers.getlist("x-forwarded-for")).rsplit(",", _HOPS)
        while self._trusts(counted) and hops:
            told = parsed(_host(hops.pop().strip()))
            if told is None:
                break
            counted = told
        return str(counted)

    def is_https(self, connection: HTTPConnection) -> bool:
        """Whether the client speaks TLS, to us or to a trusted proxy."""
        if connection.scope.get("scheme") == "https":
            return True
        peer = parsed(connection.client.host) if connection.client else None
        told = connection.headers.get("x-forwarded-proto", "").rpartition(",")[2]
        return peer is not None and self._trusts(peer) and told.strip().lower() == "https"

    def trusts(self, peer: str) -> bool:
        """Whether a peer is a proxy that is believed."""
        if not self._networks:
            return False
        address = parsed(peer)
        return address is not None and self._trusts(address)

    def _trusts(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self._networks)


def forwarded(connection: HTTPConnection) -> bool:
    """Whether the request has come by way of a proxy that says so."""
    return any(name in _SIGNS for name, _ in connection.scope["headers"])


def normal(address: str) -> str:
    """IPv6 in its shortest form, an IPv4 address within IPv6 as such; else as it is."""
    return str(parsed(address) or address) if ":" in address else address


def parsed(address: str) -> IPv4Address | IPv6Address | None:
    """None for what is no address."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def split(address: str) -> SplitResult | None:
    """The parts of what a client sent as an address; None for what is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _host(told: str) -> str:
    """The address of 192.0.2.1:4711 and [2001:db8::1]:4711."""
    if not told.startswith("[") and told.count(":") != 1:
        return told
    found = split(f"//{told}")
    return (found and found.hostname) or ""
