"""Whose address counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import HTTPConnection

from api.proxies import Proxies

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
