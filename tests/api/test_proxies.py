"""Whose address counts."""

import socket
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import HTTPConnection

from api.patience import PatientHttp
from api.proxies import Proxies
from tests.api.server import Store, served
from tests.security.raw import status_of

TRUSTED = ["10.0.0.0/8", "192.0.2.7", "2001:db8:f::/48"]


def asked(peer: str, *headers: tuple[str, str], scheme: str = "http") -> HTTPConnection:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    return HTTPConnection(
        {"type": "http", "client": (peer, 4711), "headers": raw, "scheme": scheme, "path": "/",
         "server": ("127.0.0.1", 8000)}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("peer", "told", "counted"),
    [
        ("203.0.113.5", ["198.51.100.1"], "203.0.113.5"),  # no proxy of ours
        ("192.0.2.8", ["198.51.100.1"], "192.0.2.8"),  # beside the one that is trusted
        ("10.1.2.3", [], "10.1.2.3"),
        ("10.1.2.3", ["198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),  # the left one is the client's lie
        ("10.1.2.3", ["6.6.6.6", "198.51.100.1"], "198.51.100.1"),  # in headers of their own
        ("10.1.2.3", ["198.51.100.1, 192.0.2.7, 10.9.9.9"], "198.51.100.1"),
        ("10.1.2.3", ["10.0.0.1, 10.0.0.2"], "10.0.0.1"),  # all of them are ours
        ("10.1.2.3", ["6.6.6.6, nonsense"], "10.1.2.3"),
        ("10.1.2.3", ["6.6.6.6, "], "10.1.2.3"),
        ("10.1.2.3", ["6.6.6.6, unknown, 10.0.0.1"], "10.0.0.1"),
        ("10.1.2.3", ["127.0.0.1"], "127.0.0.1"),
        ("10.1.2.3", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.1.2.3", ["[2001:db8::1]:4711"], "2001:db8::1"),
        ("10.1.2.3", ["[2001:db8::1"], "10.1.2.3"),
        ("10.1.2.3", ["2001:0DB8:0:0::1"], "2001:db8::1"),
        ("2001:db8:f::9", ["198.51.100.1"], "198.51.100.1"),
        ("::ffff:10.1.2.3", ["198.51.100.1"], "198.51.100.1"),
        ("::ffff:203.0.113.5", ["198.51.100.1"], "203.0.113.5"),
        ("10.1.2.3", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("fe80::1%eth0", ["198.51.100.1"], "fe80::1"),
        ("", ["198.51.100.1"], ""),
    ],
)
def test_the_rightmost_address_that_is_not_trusted_counts(
    peer: str, told: list[str], counted: str
) -> None:
    request = asked(peer, *(("X-Forwarded-For", one) for one in told))
    assert Proxies(TRUSTED).client_of(request) == counted


def test_nobody_is_believed_where_nobody_is_trusted() -> None:
    for peer in ("127.0.0.1", "10.1.2.3"):
        assert Proxies([]).client_of(asked(peer, ("X-Forwarded-For", "6.6.6.6"))) == peer
    assert Proxies([]).client_of(asked("2001:0db8::0001")) == "2001:db8::1"


@given(st.text(st.characters(max_codepoint=255), max_size=100), st.integers(0, 40))
def test_what_a_client_says_of_itself_never_counts(lie: str, hops: int) -> None:
    told = ",".join([lie, "198.51.100.1", *["10.0.0.1"] * hops])
    found = Proxies(TRUSTED).client_of(asked("10.1.2.3", ("X-Forwarded-For", told)))
    assert found == ("198.51.100.1" if hops < 32 else "10.0.0.1")


def test_tls_is_what_we_see_or_what_a_trusted_proxy_says() -> None:
    https = ("X-Forwarded-Proto", "https")
    proxies = Proxies(TRUSTED)
    assert proxies.is_https(asked("203.0.113.5", scheme="https"))
    assert proxies.is_https(asked("10.1.2.3", https))
    assert not proxies.is_https(asked("10.1.2.3"))
    assert not proxies.is_https(asked("203.0.113.5", https))


@pytest.mark.parametrize(("trusted", "status"), [(["127.0.0.0/8"], [200, 200]), ([], [200, 0])])
def test_connections_of_a_proxy_are_not_those_of_one_client(
    store: Store, trusted: list[str], status: list[int]
) -> None:
    settings = store.settings.model_copy(update={"trusted_proxies": trusted})
    narrow = type("NarrowHttp", (PatientHttp,), {"most_of_address": 1})
    ask = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
    with served(settings, http=narrow), ExitStack() as kept:
        where = ("127.0.0.1", settings.port)
        said = []
        for _ in range(2):
            connection = kept.enter_context(socket.create_connection(where, timeout=20))
            try:
                connection.sendall(ask)
                said.append(status_of(connection.recv(65_536)))
            except ConnectionError:
                said.append(0)
        assert said == status
