"""API2: who it is is known by a digest or a signature, and whoever guesses is slowed down."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import jwt
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from resources.ledger import key_changes, keys
from resources.ledger.sealing import derived
from tests.api.server import Store, served

ME = "/api/auth/me"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def forged(head: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    """A token with whatever head, which libraries refuse to make."""
    parts = (json.dumps(part).encode() for part in (head, claims))
    text = b".".join(map(packed, parts))
    return b".".join((text, packed(hmac.digest(secret, text, "sha256")))).decode()


def packed(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


@pytest.fixture(scope="module")
def signing(world: Store) -> bytes:
    return derived(world.settings, world.ledger.url, "tokens")


@pytest.fixture(scope="module")
def claims(world: Store) -> dict[str, Any]:
    """Those of a good token of an admin."""
    made = keys.issue(world.ledger, "subject", ("admin",), "admin", None)
    now = int(time.time())
    times = {"iat": now, "exp": now + 600}
    who = {"iss": "headwater", "aud": "headwater-api", "sub": made.key.id}
    return {**who, **times, "scopes": ["admin"], "jti": "x"}


def test_the_token_that_all_forgeries_are_made_of_is_good(
    service: httpx.Client, claims: dict[str, Any], signing: bytes
) -> None:
    for token in (jwt.encode(claims, signing, "HS256"), forged({"alg": "HS256"}, claims, signing)):
        assert service.get(ME, headers=bearer(token)).status_code == 200


@pytest.mark.parametrize(
    "head",
    [
        {"kid": "../../../../../dev/null"},
        {"kid": "/dev/null"},
        {"kid": "' UNION SELECT 'AA' --"},
        {"kid": "http://127.0.0.1/key"},
        {"kid": "secret.key"},
        {"jku": "https://elsewhere.example/jwks.json"},
        {"x5u": "https://elsewhere.example/cert.pem"},
        {"jwk": {"kty": "oct", "k": ""}},
        {"x5c": ["AA=="]},
        {"crit": ["b64"], "b64": False},
        {"zip": "DEF"},
        {"typ": "none"},
        {"cty": "JWT"},
    ],
)
@pytest.mark.parametrize("secret", [b"", b"\x00" * 32, b"AA", b"null"])
def test_nothing_in_its_head_says_what_a_token_is_checked_with(
    service: httpx.Client, claims: dict[str, Any], head: dict[str, Any], secret: bytes
) -> None:
    """Neither a file that is empty, nor a key that the token brings, nor one at an address."""
    token = forged({"alg": "HS256", "typ": "JWT", **head}, claims, secret)
    assert service.get(ME, headers=bearer(token)).status_code == 401


@pytest.mark.parametrize("spelt", ["none", "None", "NONE", "nOnE", ""])
def test_a_token_that_nobody_signed_is_none(
    service: httpx.Client, claims: dict[str, Any], spelt: str
) -> None:
    token = forged({"alg": spelt}, claims, b"").rpartition(".")[0]
    for form in (f"{token}.", token, f"{token}.AA"):
        assert service.get(ME, headers=bearer(form)).status_code == 401


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "RS512"])
def test_a_key_pair_of_others_counts_for_nothing(
    service: httpx.Client, claims: dict[str, Any], algorithm: str
) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    token = jwt.encode(claims, private, algorithm)
    assert service.get(ME, headers=bearer(token)).status_code == 401
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    confused = forged({"alg": "HS256"}, claims, public)
    assert service.get(ME, headers=bearer(confused)).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"exp": 0}, {"exp": "never"}, {"exp": None}, {"exp": -1}, {"iss": "elsewhere"}, {"iss": None},
        {"iss": ["headwater"]}, {"aud": "elsewhere"}, {"aud": None}, {"aud": ""}, {"sub": None},
        {"sub": ""}, {"sub": "' OR 1=1 --"}, {"sub": {"$ne": ""}}, {"sub": 1}, {"nbf": 2**40},
        {"iat": 2**40}, {"scopes": None}, {"scopes": "admin"}, {"scopes": [["admin"]]},
        {"scopes": {"admin": 1}}, {"scopes": 1},
    ],
)  # fmt: skip
def test_a_claim_that_is_wrong_opens_nothing_though_it_is_signed(
    service: httpx.Client, claims: dict[str, Any], signing: bytes, change: dict[str, Any]
) -> None:
    """Such as an older version of ours may have made."""
    try:
        token = jwt.encode({**claims, **change}, signing, "HS256")
    except TypeError:
        return
    answer = service.get("/api/auth/keys", headers=bearer(token))
    assert answer.status_code in (401, 403), answer.text


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """What the ledger is asked meanwhile."""
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def test_unknown_revoked_and_expired_keys_take_the_same_way(store: Store) -> None:
    """One look-up of a digest each, so that no time tells of what is stored; and no comparison
    of secrets letter by letter, since none is stored."""
    revoked = keys.issue(store.ledger, "revoked", ("read",), "free", None)
    key_changes.revoke(store.ledger, revoked.key.id, last=True)
    valid = keys.issue(store.ledger, "valid", ("read",), "free", None)
    tried = {
        "unknown": f"hw_{'x' * 43}",
        "near": valid.secret[:-1] + ("A" if valid.secret[-1] != "A" else "B"),
        "revoked": revoked.secret,
        "expired": keys.create(store.ledger, "expired", ("read",), expires_at=1),
        "valid": valid.secret,
    }
    ways = {}
    for name, secret in tried.items():
        with statements() as asked:
            assert (keys.find(store.ledger, secret) is not None) == (name == "valid")
        ways[name] = [statement for statement, _ in asked]
        told = str([parameters for _, parameters in asked])
        assert secret not in told
        assert hashlib.sha256(secret.encode()).hexdigest() in told or "b'" in told
    assert len({tuple(way) for way in ways.values()}) == 1
    assert len(ways["unknown"]) >= 1


def test_what_no_key_looks_like_is_not_looked_up(store: Store) -> None:
    with statements() as asked:
        for secret in (
            "",
            "hw_",
            "x" * 10_000,
            "' OR 1=1 --",
            "hw_" + "\N{GREEK SMALL LETTER ALPHA}" * 43,
        ):
            assert keys.find(store.ledger, secret) is None
    assert asked == []


FEW = {"limit_free_minute": 20, "limit_free_day": 1_000}


@pytest.mark.parametrize("way", ["header", "bearer", "token", "admin query", "sign-in"])
def test_whoever_guesses_is_stopped(store: Store, way: str) -> None:
    limited = store.settings.model_copy(update=FEW)
    with served(limited) as client:
        own = f"http://127.0.0.1:{limited.port}"

        def guess(number: int) -> int:
            secret = f"hw_{number:043}"
            # Nor does it help to say that one comes from elsewhere.
            headers = {"X-Forwarded-For": f"203.0.113.{number}", "X-Real-IP": f"203.0.113.{number}"}
            if way == "header":
                return client.get(ME, headers={**headers, "X-API-Key": secret}).status_code
            if way == "bearer":
                return client.get(ME, headers={**headers, **bearer(secret)}).status_code
            if way == "token":
                told = {"api_key": secret}
                return client.post("/api/auth/token", json=told, headers=headers).status_code
            if way == "admin query":
                path = "/api/admin/system/info"
                return client.get(path, params={"api_key": secret}, headers=headers).status_code
            form = {"token": secret}
            return client.post(
                "/sign-in", data=form, headers={**headers, "Origin": own}
            ).status_code

        seen = [guess(number) for number in range(60)]
    assert seen.count(401) <= 40  # Two minutes may have begun.
    assert set(seen) == {401, 429}
    assert seen[0] == 401


async def test_whoever_guesses_at_sockets_is_stopped(store: Store) -> None:
    limited = store.settings.model_copy(update=FEW)
    seen = []
    with served(limited):
        for number in range(60):
            url = f"ws://127.0.0.1:{limited.port}/ws?token=hw_{number:043}"
            with pytest.raises(InvalidStatus) as refused:
                async with connect(url, proxy=None):
                    pass
            seen.append(refused.value.response.status_code)
    assert seen.count(401) <= 40
    assert set(seen) == {401, 429}


@pytest.mark.parametrize("name", ["api_key", "token", "key", "apikey", "access_token", "x-api-key"])
def test_a_key_in_an_address_opens_nothing_but_what_is_documented(
    service: httpx.Client, world: Store, name: str
) -> None:
    secret = world.key("admin")
    for path in (ME, "/api/auth/keys", "/api/audit", "/api/v2/config/export"):
        assert service.get(path, params={name: secret}).status_code == 401
    allowed = name == "api_key"
    answer = service.get("/api/admin/system/info", params={name: secret})
    assert answer.status_code == (200 if allowed else 401)


def test_two_secrets_at_once_are_no_choice(service: httpx.Client, world: Store) -> None:
    """The header counts; a good key elsewhere does not mend a bad one."""
    good, bad = world.key("read"), f"hw_{'x' * 43}"
    assert service.get(ME, headers={"X-API-Key": bad, **bearer(good)}).status_code == 401
    assert service.get(ME, headers={"X-API-Key": good, **bearer(bad)}).status_code == 200
