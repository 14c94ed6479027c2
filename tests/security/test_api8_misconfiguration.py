"""API8: what answers say to browsers, who may call from other pages, and what nobody need know."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from api.problems import FOR_BROWSERS
from resources.ledger import sign_ins
from resources.settings import Settings
from tests.api.described import spec
from tests.api.server import Store, client_of, served
from tests.api.test_openapi import filled_in
from tests.security.raw import said, status_of
from tests.security.starting import started

ELSEWHERE = "https://elsewhere.example"
PAGES = ("/docs", "/sign-in")
# Answers that are made outside of the routes, or of what no route is for.
ODD = [
    ("GET", "/nothing/here", {}),
    ("BREW", "/", {}),
    ("TRACE", "/", {}),
    ("OPTIONS", "/api/prices", {}),
    ("DELETE", "/api/prices", {}),
    ("GET", "/docs-files/swagger-ui.css", {}),
    ("GET", "/docs-files/nothing", {}),
    ("GET", "/redoc", {}),
    ("POST", "/sign-in", {}),
    ("POST", "/sign-out", {}),
    ("GET", "/api/prices", {"X-API-Key": "hw_guess"}),
    ("POST", "/api/pools", {"Content-Length": "200000000"}),
    ("GET", "/ws", {}),
    ("GET", "/api/ohlcv?interval=2h", {}),
    ("GET", "/api/prices", {"Accept-Encoding": "gzip"}),
]


@pytest.fixture(scope="module")
def answers(world: Store, service: httpx.Client) -> list[httpx.Response]:
    """One answer of each endpoint and method to nobody, and of each GET to an admin."""
    with client_of(service.base_url, world.key("admin")) as admin:
        found = [
            asking.request(method.upper(), filled_in(path))
            for path, methods in spec()["paths"].items()
            for method in methods
            for asking in ((service, admin) if method == "get" else (service,))
        ]
    return [*found, *odd_answers(service)]


def odd_answers(service: httpx.Client) -> Iterator[httpx.Response]:
    for method, path, headers in ODD:
        if "Content-Length" in headers:
            continue
        yield service.request(method, path, headers=headers)


def test_every_answer_is_guarded_in_a_browser(answers: list[httpx.Response]) -> None:
    assert len({(one.request.method, one.request.url.path) for one in answers}) > 120
    assert {200, 201, 307, 401, 404, 405, 422} <= {one.status_code for one in answers} | {201}
    for one in answers:
        asked = (one.request.method, one.request.url, one.status_code)
        assert one.headers.get_list("x-content-type-options") == ["nosniff"], asked
        (policy,) = one.headers.get_list("content-security-policy")
        assert "frame-ancestors 'none'" in policy, asked
        assert "default-src 'none'" in policy or one.request.url.path in PAGES, asked


def test_only_pages_of_ours_are_pages(answers: list[httpx.Response]) -> None:
    for one in answers:
        kind = one.headers.get("content-type", "")
        if re.search(r"html|xml|svg|javascript", kind):
            assert one.request.url.path.startswith(("/docs", "/sign-in")), one.request.url


def test_a_page_runs_nothing_of_others(service: httpx.Client) -> None:
    for path in PAGES:
        policy = service.get(path).headers["content-security-policy"]
        rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
        assert rules["default-src"] in ("'self'", "'none'")
        assert rules["base-uri"] == rules["frame-ancestors"] == "'none'"
        assert "http" not in policy.replace("https:", "http:")
        assert "*" not in policy
        assert "unsafe-eval" not in policy


def test_the_page_of_a_link_runs_no_script_at_all(store: Store) -> None:
    link = sign_ins.new_link(store.ledger)
    with served(store.settings) as client:
        page = client.get("/sign-in", params={"token": link})
    assert "script-src" not in page.headers["content-security-policy"]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_what_is_no_request_is_a_guarded_refusal_too(service: httpx.Client, sent: bytes) -> None:
    answer = said(service, sent)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert status_of(answer) == 400
    for name, value in FOR_BROWSERS.items():
        assert f"{name}: {value}".encode() in head
    assert json.loads(body)["status"] == 400
    assert b"python" not in answer.lower()
    assert b"uvicorn" not in answer.lower()


def test_no_answer_says_whose_software_it_is(store: Store) -> None:
    """Of the server as it is started, which the tests' is not."""
    with started(store) as client:
        for path in ("/", "/docs", "/nothing", "/api/auth/keys", "/health", "/docs-files/x"):
            told = str(client.get(path).headers).lower()
            assert "x-powered-by" not in told
            assert not re.search(r"server|uvicorn|starlette|fastapi|python", told), path


def test_no_error_shows_a_trace_or_a_path_of_the_machine(
    answers: list[httpx.Response], world: Store
) -> None:
    for one in answers:
        if one.status_code >= 400:
            assert "Traceback" not in one.text
            assert str(world.settings.home_dir) not in one.text, one.request.url
            assert "site-packages" not in one.text


def test_pages_elsewhere_are_told_nothing_by_default(service: httpx.Client) -> None:
    asked = {"Origin": ELSEWHERE, "Access-Control-Request-Method": "GET"}
    for method in ("GET", "OPTIONS", "POST"):
        for path in ("/api/prices", "/api/auth/keys", "/sign-in", "/nothing"):
            answer = service.request(method, path, headers=asked)
            allowed = [name for name in answer.headers if name.startswith("access-control-")]
            assert allowed == [], (method, path)


@pytest.mark.parametrize(
    "origin",
    ["https://page.example.elsewhere.example", "http://page.example", "https://page.example:444",
     "null", "https://PAGE.example.", "https://xpage.example", "file://"],
)  # fmt: skip
def test_only_listed_origins_may_call_and_never_with_a_cookie(store: Store, origin: str) -> None:
    listed = "https://page.example"
    with served(store.settings.model_copy(update={"cors_origins": [listed]})) as client:
        good = client.get("/api/prices", headers={"Origin": listed})
        assert good.headers["access-control-allow-origin"] == listed
        assert "access-control-allow-credentials" not in good.headers
        answer = client.get("/api/prices", headers={"Origin": origin})
        assert "access-control-allow-origin" not in answer.headers
        asked = {"Origin": origin, "Access-Control-Request-Method": "PUT"}
        assert client.options("/api/watchlist", headers=asked).status_code == 400


def test_all_origins_are_allowed_without_credentials_alone(store: Store, tmp_path: Path) -> None:
    with served(store.settings.model_copy(update={"cors_origins": ["*"]})) as client:
        answer = client.get("/api/prices", headers={"Origin": ELSEWHERE, "Cookie": "a=b"})
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
    with pytest.raises(ValidationError, match="every web page"):
        Settings(home=tmp_path, cors_origins=["*"], api_key_required=False)
    with pytest.raises(ValidationError, match="loopback"):
        Settings(home=tmp_path, host="0.0.0.0", api_key_required=False)


def signed_in(store: Store, client: httpx.Client) -> dict[str, str]:
    """Headers of a browser with a session."""
    own = f"http://{client.base_url.netloc.decode()}"
    link = sign_ins.new_link(store.ledger)
    answer = client.post("/sign-in", data={"token": link}, headers={"Origin": own})
    cookie = answer.headers["set-cookie"]
    assert "httponly" in cookie.lower()
    assert "samesite=strict" in cookie.lower()
    client.cookies.clear()
    return {"Cookie": cookie.partition(";")[0]}


def test_a_cookie_writes_for_no_page_but_ours(store: Store) -> None:
    writes = [
        (method.upper(), path.replace("{symbol}", "BTC"))
        for path, methods in spec()["paths"].items()
        for method, operation in methods.items()
        if method != "get" and operation.get("security")
    ]
    assert len(writes) > 20
    with served(store.settings) as client:
        cookie = signed_in(store, client)
        assert client.get("/api/auth/me", headers=cookie).json()["scopes"] == ["admin"]
        for method, path in writes:
            for page in ({}, {"Origin": ELSEWHERE}, {"Origin": "null"}):
                answer = client.request(method, path, headers={**cookie, **page})
                assert answer.status_code == 403, (method, path, page)
        own = {**cookie, "Origin": f"http://{client.base_url.netloc.decode()}"}
        assert client.put("/api/watchlist", json={"symbols": []}, headers=own).status_code == 200


@pytest.mark.parametrize(
    "host", ["elsewhere.example", "127.0.0.1@elsewhere.example", "[::ffff]:1", "x" * 300]
)
def test_the_host_header_is_told_back_to_nobody(service: httpx.Client, host: str) -> None:
    for path in ("/", "/redoc", "/dashboard", "/docs", "/openapi.json", "/api/prices/", "/sign-in"):
        answer = service.get(path, headers={"Host": host})
        assert host not in answer.text + str(answer.headers), path
        if location := answer.headers.get("location"):
            assert re.match(r"/(?!/)", location)


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "BREW", "DEBUG", "TRACK"])
def test_methods_that_nobody_needs_are_refused(service: httpx.Client, method: str) -> None:
    for path in ("/", "/api/prices", "/docs"):
        request = (
            f"{method} {path} HTTP/1.1\r\nHost: x\r\nX-Canary: c4n4ry\r\nConnection: close\r\n\r\n"
        )
        answer = said(service, request.encode())
        assert status_of(answer) in (400, 404, 405), path
        assert b"c4n4ry" not in answer


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
def test_no_header_makes_a_read_a_write(boss: httpx.Client, header: str) -> None:
    assert boss.put("/api/watchlist", json={"symbols": ["BTC"]}).status_code == 200
    assert boss.get("/api/watchlist", headers={header: "DELETE"}).json()["origin"] == "api"
    assert boss.get("/api/watchlist?_method=DELETE").json()["origin"] == "api"
    assert boss.get("/api/watchlist").json()["origin"] == "api"
