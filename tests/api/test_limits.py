"""Limits as a client meets them."""

import http.client
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from api.credentials import COOKIE
from api.unguarded import UNGUARDED
from resources.ledger import Ledger, daily_usage, keys
from resources.settings import Settings
from tests.api.server import Store, served, until
from tests.ports import free_port

TOLD = ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset")
OPEN = "/api/categories"
HERE = "address 127.0.0.1"
# Starting Python takes long on a busy machine.
_PATIENCE = 240


def limited(store: Store, **limits: object) -> Settings:
    return store.settings.model_copy(update=limits)


def told(answer: httpx.Response) -> list[int]:
    return [int(answer.headers[name]) for name in TOLD]


def test_one_too_many_is_told_when_to_come_back(store: Store) -> None:
    with served(limited(store, limit_free_minute=3)) as client:
        answers = [client.get(OPEN) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        assert [told(answer)[:2] for answer in answers] == [[3, 2], [3, 1], [3, 0], [3, 0], [3, 0]]
        refused = answers[3]
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.headers["x-content-type-options"] == "nosniff"
        assert refused.headers["retry-after"] == refused.headers["ratelimit-reset"]
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        body = refused.json()
        assert (body["type"], body["title"], body["status"]) == (
            "urn:headwater:too-many-requests", "Too many requests", 429,
        )  # fmt: skip
        assert body["detail"].startswith("3 requests a minute are allowed")
        # Not of the limit: what has a key of its own.
        key = keys.create(store.ledger, "paying", ("read",), "pro")
        assert client.get(OPEN, headers={"X-API-Key": key}).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [(OPEN, 200), ("/api/logs", 401), ("/nothing/here", 404), ("/api/ohlcv?interval=2h", 422)],
)
def test_every_answer_tells_what_is_left(store: Store, path: str, status: int) -> None:
    with served(limited(store, limit_free_minute=9)) as client:
        first, second = client.get(path), client.get(path)
    assert first.status_code == status
    assert (told(first)[:2], told(second)[:2]) == ([9, 8], [9, 7])


def test_an_answer_that_did_not_change_counts_too(store: Store) -> None:
    with served(limited(store, limit_free_minute=2)) as client:
        held = {"If-None-Match": client.get(OPEN).headers["etag"]}
        same = client.get(OPEN, headers=held)
        assert (same.status_code, told(same)[:2]) == (304, [2, 0])
        assert client.get(OPEN, headers=held).status_code == 429


def test_bad_keys_count_against_the_address(store: Store) -> None:
    with served(limited(store, limit_free_minute=3)) as client:
        tried = [client.get(OPEN, headers={"X-API-Key": f"hw_{n}"}) for n in range(5)]
        assert [answer.status_code for answer in tried] == [401, 401, 401, 429, 429]
        assert client.get(OPEN).status_code == 429


@contextmanager
def look_ups() -> Iterator[list[str]]:
    """Every look into the ledger for a key or a session meanwhile."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if "FROM api_keys" in statement or "FROM sign_ins" in statement:
            found.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", [OPEN, "/livez"])
@pytest.mark.parametrize("by_cookie", [False, True])
def test_who_tries_key_after_key_is_soon_looked_up_no_more(
    store: Store, path: str, by_cookie: bool
) -> None:
    with served(limited(store, limit_free_minute=3)) as client, look_ups() as found:
        for number in range(9):
            secret = f"{number:043}"
            cookie = {"Cookie": f"{COOKIE}={secret}"}
            client.get(path, headers=cookie if by_cookie else {"X-API-Key": f"hw_{secret}"})
        assert len(found) == 3


def test_a_key_is_no_try_of_an_address_that_has_used_its_minute(store: Store) -> None:
    key = {"X-API-Key": keys.create(store.ledger, "paying", ("read",), "pro")}
    other = {"X-API-Key": keys.create(store.ledger, "late", ("read",), "pro")}
    with served(limited(store, limit_free_minute=3, limit_free_day=3)) as client:
        assert [client.get(OPEN).status_code for _ in range(4)] == [200, 200, 200, 429]
        assert client.get(OPEN, headers=key).status_code == 200
        for number in range(3):
            client.get(OPEN, headers={"X-API-Key": f"hw_{number:043}"})
        # What was valid here a moment ago is known, also when it must be looked up anew.
        time.sleep(1)
        assert client.get(OPEN, headers=key).status_code == 200
        refused = client.get(OPEN, headers=other)
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 60


def test_a_new_key_is_one_try_however_many_requests_it_comes_with(store: Store) -> None:
    key = {"X-API-Key": keys.create(store.ledger, "paying", ("read",), "admin")}
    with served(limited(store, limit_free_minute=1)) as client, ThreadPoolExecutor(16) as pool:
        asked = [pool.submit(client.get, OPEN, headers=key) for _ in range(64)]
        assert {one.result().status_code for one in asked} == {200}


def test_an_admin_is_told_of_no_limit(store: Store) -> None:
    key = keys.create(store.ledger, "boss", ("admin",), "admin")
    with served(limited(store, limit_free_minute=1)) as client:
        for _ in range(3):
            answer = client.get(OPEN, headers={"X-API-Key": key})
            assert answer.status_code == 200
            assert not set(TOLD) & set(answer.headers)


def test_what_monitors_ask_for_never_counts(store: Store) -> None:
    with served(limited(store, limit_free_minute=1)) as client:
        assert client.get(OPEN).status_code == 200
        for path in [*UNGUARDED, "/docs-files/swagger-ui.css"]:
            answer = client.get(path)
            assert answer.status_code != 429, path
            assert not set(TOLD) & set(answer.headers), path
        assert client.get("/docs-files").status_code == 429
        assert client.head("/livez").status_code == 200
        # Nobody monitors in these ways, and each costs as much as another request.
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            for path in [*UNGUARDED, "/docs-files/swagger-ui.css"]:
                assert client.request(method, path).status_code == 429, (method, path)


@pytest.mark.parametrize(
    "limits", [{"limit_free_minute": 100}, {"limit_free_day": 100}], ids=["minute", "day"]
)
def test_it_is_exact_under_32_connections(store: Store, limits: dict[str, object]) -> None:
    def ask(_: int) -> list[int]:
        connection = http.client.HTTPConnection("127.0.0.1", settings.port, timeout=30)
        statuses = []
        for _ in range(10):
            connection.request("GET", OPEN)
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
        connection.close()
        return statuses

    settings = limited(store, **limits)
    with served(settings), ThreadPoolExecutor(32) as pool:
        statuses = Counter(status for one in pool.map(ask, range(32)) for status in one)
    assert statuses == {200: 100, 429: 220}


def test_a_restart_forgets_nothing_of_the_day(store: Store) -> None:
    settings = limited(store, limit_free_day=5)
    for statuses in ([200, 200, 200], [200, 200, 429]):
        with served(settings) as client:
            seen = [client.get(OPEN) for _ in range(3)]
        assert [answer.status_code for answer in seen] == statuses
        assert told(seen[-1])[:2] == [5, 2 if statuses[-1] == 200 else 0]


def test_a_kill_loses_little_of_the_day(tmp_path: Path) -> None:
    port, asked = free_port(), 10
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    url = f"http://127.0.0.1:{port}"
    with (
        start(tmp_path, HEADWATER_PORT=str(port)) as process,
        httpx.Client(base_url=url, trust_env=False, timeout=_PATIENCE) as client,
    ):
        try:
            until(lambda: answers(client), _PATIENCE)
            statuses = [client.get(OPEN).status_code for _ in range(asked)]
            today = ledger.now() // 86_400_000
            until(lambda: daily_usage.read(ledger, today, 10) == {HERE: asked}, _PATIENCE)
        finally:
            process.kill()
    ledger.close()
    assert statuses == [200] * asked


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/livez").is_success
    except httpx.ConnectError:
        return False


def test_pages_of_other_origins_can_read_a_refusal_and_preflights_are_free(store: Store) -> None:
    page = {"Origin": "https://page.example"}
    settings = limited(store, limit_free_minute=1, cors_origins=[page["Origin"]])
    with served(settings) as client:
        for _ in range(3):
            preflight = {**page, "Access-Control-Request-Method": "GET"}
            assert client.options(OPEN, headers=preflight).status_code == 200
        assert client.get(OPEN, headers=page).status_code == 200
        refused = client.get(OPEN, headers=page)
        assert refused.status_code == 429
        assert refused.headers["access-control-allow-origin"] == page["Origin"]
        exposed = refused.headers["access-control-expose-headers"].lower().split(", ")
        assert {*TOLD, "retry-after", "x-request-id"} <= {*exposed}


@pytest.mark.parametrize("workers", ["4", "many"])
def test_more_than_one_worker_is_refused(tmp_path: Path, workers: str) -> None:
    with start(tmp_path, WEB_CONCURRENCY=workers) as started:
        try:
            _, said = started.communicate(timeout=_PATIENCE)
        finally:
            started.kill()
    assert started.returncode == 1
    assert f"WEB_CONCURRENCY={workers}: limits and sockets are counted" in said


def test_a_second_process_over_the_same_home_is_refused(tmp_path: Path) -> None:
    with start(tmp_path) as first, start(tmp_path / "other") as other:
        try:
            until((tmp_path / "run" / "api.lock").exists, _PATIENCE)
            with start(tmp_path) as second:
                try:
                    _, said = second.communicate(timeout=_PATIENCE)
                finally:
                    second.kill()
            assert second.returncode == 1
            assert f"another process serves {tmp_path} already" in said
            assert other.poll() is None
        finally:
            first.kill()
            other.kill()


def start(home: Path, **more: str) -> subprocess.Popen[str]:
    given = {"HEADWATER_HOME": str(home), "HEADWATER_PORT": str(free_port()), **more}
    return subprocess.Popen(
        [sys.executable, "-m", "api"],
        cwd=Path(__file__).parents[2],
        env={**os.environ, **given},
        stderr=subprocess.PIPE,
        text=True,
    )
