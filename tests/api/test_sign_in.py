"""A browser is signed in by a link, once, and out again."""

import re
from collections.abc import Iterator

import httpx
import pytest

from api.credentials import COOKIE
from resources.ledger import sign_ins
from resources.settings import Settings
from tests.api.server import Store, served
from tests.api.talk import talking

KEYS = "/api/auth/keys"
ME = "/api/auth/me"


@pytest.fixture
def client(store: Store) -> Iterator[httpx.Client]:
    with served(store.settings) as client:
        yield client


def own(settings: Settings) -> dict[str, str]:
    """What a browser sends with a request that a page of ours makes."""
    return {"Origin": f"http://127.0.0.1:{settings.port}"}


def sign_in(client: httpx.Client, store: Store) -> httpx.Response:
    sent = {"token": sign_ins.new_link(store.ledger)}
    return client.post("/sign-in", data=sent, headers=own(store.settings))


def test_a_link_shows_a_button_and_the_button_signs_in(client: httpx.Client, store: Store) -> None:
    link = sign_ins.new_link(store.ledger)
    for _ in range(3):
        assert client.get("/sign-in", params={"token": link}).status_code == 200
    page = client.get("/sign-in", params={"token": link})
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["cache-control"] == "no-store"
    form = dict(re.findall(r'name="(\w+)" value="([^"]+)"', page.text))
    answer = client.post("/sign-in", data=form, headers=own(store.settings))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert {part.strip().lower() for part in cookie.split(";")[1:]} == {
        "httponly", "max-age=43200", "path=/", "samesite=strict",
    }  # fmt: skip
    assert client.get(ME).json()["scopes"] == ["admin"]


def test_a_link_works_once(client: httpx.Client, store: Store) -> None:
    form = {"token": sign_ins.new_link(store.ledger)}
    assert client.post("/sign-in", data=form, headers=own(store.settings)).status_code == 303
    client.cookies.clear()
    again = client.post("/sign-in", data=form, headers=own(store.settings))
    assert again.status_code == 401
    assert "set-cookie" not in again.headers
    assert client.get(ME).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "<script>alert(1)</script>", "x" * 5000])
def test_what_is_no_link_signs_nobody_in(client: httpx.Client, store: Store, token: str) -> None:
    page = client.get("/sign-in", params={"token": token})
    assert page.status_code == (200 if sign_ins.is_secret(token) else 401)
    assert "<script>" not in page.text
    answer = client.post("/sign-in", data={"token": token}, headers=own(store.settings))
    assert answer.status_code == 401
    assert not client.cookies


def test_a_session_is_no_link_and_a_link_no_session(client: httpx.Client, store: Store) -> None:
    sign_in(client, store)
    session = client.cookies[COOKIE]
    client.cookies.clear()
    form = {"token": session}
    assert client.post("/sign-in", data=form, headers=own(store.settings)).status_code == 401
    cookie = {"Cookie": f"{COOKIE}={sign_ins.new_link(store.ledger)}"}
    assert client.get(ME, headers=cookie).status_code == 401


def test_links_and_sessions_are_stored_as_their_hashes(client: httpx.Client, store: Store) -> None:
    link = sign_ins.new_link(store.ledger)
    sign_in(client, store)
    with store.ledger.read() as connection:
        rows = str(connection.exec_driver_sql("SELECT * FROM sign_ins").all())
    assert "session" in rows
    assert link not in rows
    assert client.cookies[COOKIE] not in rows


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "https://elsewhere.example",
        "http://127.0.0.1:1",
        "http://127.0.0.1",
        "nonsense",
    ],
)
def test_a_cookie_writes_for_pages_of_ours_alone(
    client: httpx.Client, store: Store, origin: str | None
) -> None:
    sign_in(client, store)
    foreign = {} if origin is None else {"Origin": origin}
    body = {"name": "made by a page"}
    assert client.post(KEYS, json=body, headers=foreign).status_code == 403
    assert client.delete(f"{KEYS}/x", headers=foreign).status_code == 403
    assert client.put("/api/watchlist", headers=foreign).status_code == 403
    assert client.post("/sign-out", headers=foreign).status_code == 403
    assert client.post(KEYS, json=body, headers=own(store.settings)).status_code == 201
    key = {"X-API-Key": store.key("admin")}
    assert client.post(KEYS, json=body, headers={**key, **foreign}).status_code == 201


def test_a_page_elsewhere_signs_nobody_in(client: httpx.Client, store: Store) -> None:
    form = {"token": sign_ins.new_link(store.ledger)}
    for foreign in ({}, {"Origin": "https://elsewhere.example"}):
        assert client.post("/sign-in", data=form, headers=foreign).status_code == 403
    assert client.post("/sign-in", data=form, headers=own(store.settings)).status_code == 303


def test_who_is_signed_out_is_out_at_once(client: httpx.Client, store: Store) -> None:
    sign_in(client, store)
    session = client.cookies[COOKIE]
    answer = client.post("/sign-out", headers=own(store.settings))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert not client.cookies
    # A session that has ended is no bad key: pages that need none are shown.
    kept = {"Cookie": f"{COOKIE}={session}"}
    assert client.get(ME, headers=kept).status_code == 401
    assert client.get("/api/prices", headers=kept).status_code == 200


def test_a_cookie_is_for_tls_alone_where_the_browser_speaks_it(store: Store) -> None:
    settings = store.settings.model_copy(update={"trusted_proxies": ["127.0.0.1"]})
    form = {"token": sign_ins.new_link(store.ledger)}
    with served(settings) as client:
        headers = {
            "Origin": f"https://127.0.0.1:{settings.port}", "X-Forwarded-Proto": "https",
        }  # fmt: skip
        answer = client.post("/sign-in", data=form, headers=headers)
    assert "Secure" in answer.headers["set-cookie"]


async def test_a_cookie_opens_sockets_for_pages_of_ours_alone(store: Store) -> None:
    """The others are nobody to it: here the one that an address without a key may open."""
    page = "https://page.example"
    settings = store.settings.model_copy(
        update={"cors_origins": [page], "max_sockets_per_address": 1}
    )
    with served(settings) as client:
        sign_in(client, store)
        cookie = {"Cookie": f"{COOKIE}={client.cookies[COOKIE]}"}
        ours = own(settings)["Origin"]
        async with talking(settings, additional_headers=cookie, origin=ours) as first:
            assert (await first.ask(type="ping"))["type"] == "pong"
            async with talking(settings, additional_headers=cookie, origin=page) as second:
                assert (await second.ask(type="ping"))["type"] == "pong"
            async with talking(settings, additional_headers=cookie, origin=ours) as third:
                assert (await third.ask(type="ping"))["type"] == "pong"
