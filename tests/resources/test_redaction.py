"""Secrets are kept out of every line, whatever writes it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.redaction import Redaction, redacted

SECRET = "s3cr3tv4lu3"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the key hw_AbCd-Ef_1234567890 is bad", "the key *** is bad"),
        ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.abc_DEF-1 ended", "token *** ended"),
        ("/a-eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.abc_DEF-1/b", "/***/b"),
        ("Authorization: Bearer s3cr3tv4lu3", "Authorization: ***"),
        ("{'authorization': 'Basic s3cr3tv4lu3'}", "{'authorization': '***'}"),
        ("sent Bearer s3cr3tv4lu3 to it", "sent *** to it"),
        ("GET /x?api_key=s3cr3tv4lu3&symbol=BTC", "GET /x?api_key=***&symbol=BTC"),
        ("GET /x?key=s3cr3tv4lu3 HTTP", "GET /x?key=*** HTTP"),
        ("/ws?token=s3cr3tv4lu3", "/ws?token=***"),
        ("x-cg-demo-api-key: s3cr3tv4lu3", "x-cg-demo-api-key: ***"),
        ('{"apiKey":"s3cr3tv4lu3","symbol":"BTC"}', '{"apiKey":"***","symbol":"BTC"}'),
        ("HEADWATER_KEY_KRAKEN=s3cr3tv4lu3", "HEADWATER_KEY_KRAKEN=***"),
        ("client_secret = s3cr3tv4lu3", "client_secret = ***"),
        ("https://user:s3cr3tv4lu3@host.example/x", "https://***@host.example/x"),
        ("https://s3cr3tv4lu3@host.example/x", "https://***@host.example/x"),
        ("sqlite:////home/me/ledger.db is full", "sqlite:////home/me/ledger.db is full"),
        ("the key of kraken, monkey=1, start=2", "the key of kraken, monkey=1, start=2"),
        ("me@example.org: 12:30", "me@example.org: 12:30"),
    ],
)
def test_what_looks_like_a_secret_is_masked_and_nothing_else(text: str, expected: str) -> None:
    assert redacted(text) == expected
    assert redacted(expected) == expected


@pytest.mark.parametrize("text", ["{}", "…{}…", "k={}", '"{}"', "https://h/{}/x", "a{}b"])
@pytest.mark.parametrize(
    ("secret", "spelt"),
    [
        ("provider/key+1234", "provider/key+1234"),
        ("provider/key+1234", "provider%2Fkey%2B1234"),
        ("long words with spaces", "long+words+with+spaces"),
    ],
)
def test_what_is_known_to_be_secret_is_masked_wherever_it_stands(
    text: str, secret: str, spelt: str
) -> None:
    assert spelt not in Redaction([secret])(text.format(spelt))


def test_a_word_is_no_secret() -> None:
    assert Redaction(["", "btc"])("btc is up") == "btc is up"


@given(st.text(), st.text())
def test_a_key_is_masked_in_any_text(before: str, after: str) -> None:
    key = "hw_" + "k3y" * 10
    assert key not in redacted(f"{before} {key} {after}")


@pytest.mark.parametrize(
    "unit",
    [
        "-eyJ", "eyJ-", "eyJeyJ", "eyJaaaa.", "eyJaaaa.a.", "eyJ.", "-eyJaaaa", "hw_", "-hw_", "hw_-",
        "Bearer ", "bearer\t", "Basic  ", "Basic a", "://", "://a:", "@://", "token", "token=",
        "token =", "token=bearer ", 'secret"', "api_", "api-key-", "?key", "&key=", "headwater_key_",
        "headwater_key_a", "a", "-", ".", " ", "=", ":", "@", "\n", "\u017fecret",
    ],
)  # fmt: skip
@pytest.mark.parametrize("start", ["", "token =", "Bearer ", "eyJaaaa."])
def test_no_text_takes_long(start: str, unit: str) -> None:
    """A pattern that tries each beginning with each end would take minutes of these; the slowest
    takes a twentieth of a second."""
    text = start + unit * (128_000 // len(unit)) + "="
    began = time.thread_time()
    redacted(text)
    assert time.thread_time() - began < 2
