"""Tokens made of keys: what is no token of ours is refused, and none outlives its key."""

import base64
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import httpx
import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from api.tokens import REMEMBERED, Tokens, tokens_of
from resources.errors import StartRefused
from resources.ledger import key_changes, keys
from resources.ledger.keys import ApiKey
from resources.ledger.sealing import derived
from tests.api.server import Store, served

ME = "/api/auth/me"
SIGNING = bytes(range(32))
KEY = ApiKey("5f0c1d7e9a3b2c48", "reports", ("read", "write"), "pro")
GOOD: Mapping[str, Any] = {
    "iss": "headwater", "aud": "headwater-api", "sub": KEY.id, "scopes": ["read"], "jti": "x",
}  # fmt: skip


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def exchanged(client: httpx.Client, secret: str, **more: Any) -> httpx.Response:
    return client.post("/api/auth/token", json={"api_key": secret, **more})


@pytest.fixture(scope="module")
def signing(world: Store) -> bytes:
    """What the service signs its tokens with."""
    return derived(world.settings, world.ledger.url, "tokens")


def claims(**others: Any) -> dict[str, Any]:
    now = int(time.time())
    return {**GOOD, "iat": now, "exp": now + 60, **others}


def test_a_token_does_what_its_key_may_and_no_more(service: httpx.Client, world: Store) -> None:
    answer = exchanged(service, world.key("read", "write"))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("bearer", 3600)
    headers = bearer(body["access_token"])
    assert service.get(ME, headers=headers).json()["scopes"] == ["read", "write"]
    assert service.get("/api/auth/keys", headers=headers).status_code == 403
    assert service.get(ME, headers={"X-API-Key": body["access_token"]}).status_code == 200


def test_a_token_may_be_made_for_fewer_scopes(service: httpx.Client, world: Store) -> None:
    key = world.key("write")
    token = exchanged(service, key, scopes=["read"]).json()["access_token"]
    assert service.get(ME, headers=bearer(token)).json()["scopes"] == ["read"]
    assert service.put("/api/watchlist", headers=bearer(token)).status_code == 403
    assert exchanged(service, key, scopes=["admin"]).status_code == 403
    assert exchanged(service, key, scopes=[]).status_code == 422


@pytest.mark.parametrize("secret", ["hw_guess", f"hw_{'x' * 43}", "x.y.z", "\x00", "\u20bf"])
def test_no_token_is_made_of_a_bad_key(service: httpx.Client, secret: str) -> None:
    assert exchanged(service, secret).status_code == 401


def test_no_token_is_made_of_a_token(service: httpx.Client, world: Store) -> None:
    token = exchanged(service, world.key("read")).json()["access_token"]
    assert service.post("/api/auth/token", json={"api_key": token}).status_code in (401, 422)


def test_a_token_of_the_right_secret_is_one(
    service: httpx.Client, world: Store, signing: bytes
) -> None:
    """The forgeries below fail for what is wrong with each, and nothing else."""
    made = keys.issue(world.ledger, "subject", ("read",), "free", None)
    token = jwt.encode(claims(sub=made.key.id), signing, "HS256")
    assert service.get(ME, headers=bearer(token)).status_code == 200


def forgeries(key_id: str, signing: bytes) -> Iterator[tuple[str, str]]:
    good = claims(sub=key_id)
    now = int(time.time())
    yield "alg none", jwt.encode(good, "", "none")
    head, body, signature = jwt.encode(good, signing, "HS256").split(".")
    algorithms: tuple[object, ...] = (
        "none", "None", "nOnE", "RS256", "ES256", "HS512", "", None, ["HS256"], {},
    )  # fmt: skip
    for alg in algorithms:
        told = json.dumps({"alg": alg, "typ": "JWT"}).encode()
        other = base64.urlsafe_b64encode(told).rstrip(b"=").decode()
        yield f"alg {alg}, signed as HS256", f"{other}.{body}.{signature}"
        yield f"alg {alg}, unsigned", f"{other}.{body}."
    yield "HS384", jwt.encode(good, signing + signing, "HS384")
    yield "HS512 with our secret", jwt.encode(good, signing * 2, "HS512")
    yield "another secret", jwt.encode(good, bytes(32), "HS256")
    yield "the key's id as secret", jwt.encode(good, key_id.encode() * 2, "HS256")
    yield "no signature", f"{head}.{body}."
    wider = base64.urlsafe_b64encode(json.dumps({**good, "scopes": ["admin"]}).encode())
    yield "another body", f"{head}.{wider.rstrip(b'=').decode()}.{signature}"
    yield "expired", jwt.encode({**good, "exp": now - 1}, signing, "HS256")
    yield "not yet", jwt.encode({**good, "nbf": now + 60}, signing, "HS256")
    yield "another issuer", jwt.encode({**good, "iss": "elsewhere"}, signing, "HS256")
    yield "another audience", jwt.encode({**good, "aud": "elsewhere"}, signing, "HS256")
    for name in ("exp", "iat", "iss", "aud", "sub", "jti"):
        without = {key: value for key, value in good.items() if key != name}
        yield f"no {name}", jwt.encode(without, signing, "HS256")
    yield "an unknown key", jwt.encode({**good, "sub": "0" * 16}, signing, "HS256")
    yield "overlong", jwt.encode({**good, "more": "x" * 2000}, signing, "HS256")
    told = json.dumps({"alg": "HS256", "jwk": {"kty": "oct", "k": "AA"}}).encode()
    other = base64.urlsafe_b64encode(told).rstrip(b"=").decode()
    yield "a key of its own", f"{other}.{body}.{signature}"


def test_no_forgery_passes(service: httpx.Client, world: Store, signing: bytes) -> None:
    made = keys.issue(world.ledger, "subject", ("admin",), "admin", None)
    tried = dict(forgeries(made.key.id, signing))
    assert len(tried) > 35
    for what, token in tried.items():
        answer = service.get(ME, headers=bearer(token))
        assert answer.status_code == 401, what
        assert answer.json()["detail"] == "the key is unknown, expired or revoked"


@given(st.text(max_size=400), st.text(max_size=400), st.text(max_size=100))
def test_no_text_is_a_token(head: str, body: str, signature: str) -> None:
    packed = base64.urlsafe_b64encode(head.encode()).decode().rstrip("=")
    for text in (f"{head}.{body}.{signature}", f"{packed}.{body}.{signature}", head):
        assert Tokens(SIGNING, 60).read(text) is None


def test_what_is_nested_deep_is_no_token() -> None:
    for depth in (100, 350, 700):
        head = b'{"alg":"HS256","x":' + b"[" * depth
        packed = base64.urlsafe_b64encode(head).decode().rstrip("=")
        assert Tokens(SIGNING, 60).read(f"{packed}.e30.AA") is None


def test_a_token_never_outlives_its_key() -> None:
    tokens = Tokens(SIGNING, 60)
    now = int(time.time())
    for expires_at, expected in ((None, 3600), (now + 7200, 3600), (now + 90, 90)):
        key = replace(KEY, expires_at=expires_at and expires_at * 1000)
        token, seconds = tokens.make(key, key.scopes)
        assert expected - 2 <= seconds <= expected
        told = jwt.decode(token, SIGNING, ["HS256"], audience="headwater-api")
        assert told["exp"] - now - expected in (0, 1, 2)
        assert "hw_" not in json.dumps(told)


def test_a_token_that_is_remembered_expires_all_the_same() -> None:
    tokens = Tokens(SIGNING, 60)
    now = time.time()
    token = jwt.encode(claims(exp=int(now) + 2), SIGNING)
    assert tokens.read(token) == tokens.read(token) is not None
    while tokens.read(token):
        assert time.time() < now + 30
        time.sleep(0.05)


def test_what_is_remembered_of_tokens_is_bounded() -> None:
    tokens = Tokens(SIGNING, 60)
    made = [tokens.make(KEY, KEY.scopes)[0] for _ in range(REMEMBERED + 10)]
    assert all(tokens.read(token) for token in made)
    assert len(tokens._known) == 10
    assert tokens.read(made[0]) is not None


def test_each_token_has_an_id_of_its_own() -> None:
    tokens = Tokens(SIGNING, 60)
    assert len({tokens.make(KEY, KEY.scopes)[0] for _ in range(10)}) == 10


def test_a_token_holds_no_scope_that_its_key_lacks_now() -> None:
    found = Tokens(SIGNING, 60).read(jwt.encode(claims(scopes=["read", "admin"]), SIGNING))
    assert found is not None
    assert found.narrow(KEY).scopes == ("read",)
    assert found.narrow(replace(KEY, scopes=("admin",))).scopes == ("read", "admin")
    assert not found.narrow(replace(KEY, scopes=())).allows("read")


@pytest.mark.parametrize("ended", ["revoked", "rotated"])
def test_a_token_ends_with_its_key_within_a_second(store: Store, ended: str) -> None:
    made = keys.issue(store.ledger, "short-lived", ("read",), "free", None)
    with served(store.settings) as client:
        headers = bearer(exchanged(client, made.secret).json()["access_token"])
        assert client.get(ME, headers=headers).status_code == 200
        if ended == "revoked":
            key_changes.revoke(store.ledger, made.key.id, last=False)
        else:
            key_changes.rotate(store.ledger, made.key.id)
        asked = since = time.monotonic()
        while client.get(ME, headers=headers).status_code == 200:
            assert asked - since < 1
            time.sleep(0.02)
            asked = time.monotonic()


def test_tokens_hold_over_a_restart_and_end_with_the_secret_of_the_home(store: Store) -> None:
    secret = store.key("read")
    with served(store.settings) as client:
        headers = bearer(exchanged(client, secret).json()["access_token"])
    with served(store.settings) as client:
        assert client.get(ME, headers=headers).status_code == 200
    (store.settings.home_dir / "secret.key").unlink()
    with served(store.settings) as client:
        assert client.get(ME, headers=headers).status_code == 401
        assert client.get(ME, headers={"X-API-Key": secret}).status_code == 200


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 64])
def test_nothing_starts_with_too_small_a_secret(store: Store, content: bytes) -> None:
    (store.settings.home_dir / "secret.key").write_bytes(content)
    with pytest.raises(StartRefused, match=r"secret\.key"):
        tokens_of(store.settings, store.ledger)


def test_the_secret_of_the_settings_signs_where_there_is_one(store: Store) -> None:
    settings = store.settings.model_copy(update={"secret_key": SecretStr("s3cret" * 6)})
    token, _ = tokens_of(settings, store.ledger).make(KEY, KEY.scopes)
    assert tokens_of(settings, store.ledger).read(token) is not None
    assert tokens_of(store.settings, store.ledger).read(token) is None
    assert derived(settings, store.ledger.url, "tokens") != derived(
        settings, store.ledger.url, "another purpose"
    )
