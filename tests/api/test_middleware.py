"""What holds for every request: bounds of bodies, HEAD, headers, no redirects."""

import http.client
from collections.abc import Iterator

import httpx
import pytest

from tests.api.server import Store, client_of

NOSNIFF = ("x-content-type-options", "nosniff")
DEEP = b'{"reason":' + b"[" * 9_900
BODIES = [DEEP, b"\xff", b'{"reason": "\xff"}', b'{"priority": ' + b"9" * 5_000 + b"}", b"{", b"[]"]
WRITES = [
    ("POST", "/api/pools"),
    ("PUT", "/api/pools/prices"),
    ("POST", "/api/pools/prices/members"),
    ("POST", "/api/pools/prices/rotate"),
    ("PUT", "/api/v2/schedule/tasks/binance"),
    ("POST", "/api/v2/config/apis"),
    ("PUT", "/api/v2/config/apis/binance"),
    ("POST", "/api/v2/config/import"),
]


@pytest.fixture(scope="module")
def admin(world: Store, service: httpx.Client) -> Iterator[httpx.Client]:
    with client_of(service.base_url, world.key("admin")) as client:
        yield client


def opened(service: httpx.Client) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", service.base_url.port, timeout=5)


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_who_may_not_write_is_told_so_whatever_was_sent(
    service: httpx.Client, reader: httpx.Client, method: str, path: str
) -> None:
    for body in BODIES:
        headers = {"Content-Type": "application/json"}
        assert service.request(method, path, content=body, headers=headers).status_code == 401
        assert reader.request(method, path, content=body, headers=headers).status_code == 403


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_is_no_object_is_invalid_input(
    admin: httpx.Client, method: str, path: str, body: bytes
) -> None:
    answer = admin.request(method, path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"].startswith("urn:headwater:invalid-")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--x"),
        ("multipart/form-data; boundary=x", b"nothing of the kind"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: nonsense\r\n\r\n1\r\n--x--"),
        ("multipart/form-data; boundary=x", b"--x\r\n\xff\xfe\r\n\r\n1\r\n--x--"),
        ("multipart/form-data; boundary=x; charset=no-such", b"--x\r\n"),
    ],
)  # fmt: skip
def test_a_form_that_is_broken_is_invalid_input(
    admin: httpx.Client, kind: str, body: bytes
) -> None:
    headers = {"Content-Type": kind}
    answer = admin.post("/api/v2/config/import", content=body, headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (422, "Invalid input")


@pytest.mark.parametrize(
    ("method", "path"), [*WRITES[:-1], ("GET", "/api/pools"), ("POST", "/nothing/here")]
)
def test_a_body_that_says_it_is_too_large_is_refused_unread(
    service: httpx.Client, method: str, path: str
) -> None:
    connection = opened(service)
    connection.putrequest(method, path)
    connection.putheader("Content-Length", "200000000")
    connection.endheaders()
    # Not a byte of it is sent.
    answer = connection.getresponse()
    assert answer.status == 413
    assert answer.getheader("Content-Type") == "application/problem+json"
    connection.close()


@pytest.mark.parametrize(("method", "path"), WRITES[:-1])
def test_a_body_that_does_not_say_its_length_is_read_no_further(
    admin: httpx.Client, method: str, path: str
) -> None:
    answer = admin.request(method, path, content=iter([b" " * 100_000] * 11))
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:headwater:too-large")


def test_a_file_may_be_larger(admin: httpx.Client) -> None:
    path = "/api/v2/config/import"
    assert admin.post(path, content=b" " * 2_000_000).status_code == 422
    assert admin.post(path, content=b" " * 10_100_001).status_code == 413


@pytest.mark.parametrize("path", ["/api/providers/", "/api/pools/", "/docs/", "/livez/"])
def test_a_slash_too_many_leads_nowhere(service: httpx.Client, path: str) -> None:
    answer = service.get(path, headers={"Host": "elsewhere.example"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "location" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/livez", "/api/prices?symbols=BTC", "/docs", "/nothing"])
def test_head_is_get_without_the_body(service: httpx.Client, path: str) -> None:
    got, head = service.get(path), service.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers.get("content-type") == got.headers.get("content-type")
    # Nothing is compressed of an answer without a body, which makes an ETag weak.
    tags = [answer.headers.get("etag", "").removeprefix("W/") for answer in (head, got)]
    assert tags[0] == tags[1]
    if etag := got.headers.get("etag"):
        assert service.head(path, headers={"If-None-Match": etag}).status_code == 304


def test_head_of_what_is_only_written_is_a_wrong_method(service: httpx.Client) -> None:
    assert service.head("/api/pools/prices/rotate").status_code == 405


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/docs"),
        ("GET", "/nothing/here"),
        ("DELETE", "/api/prices"),
        ("POST", "/api/pools"),
        ("GET", "/api/ohlcv?interval=2h"),
    ],
)
def test_no_answer_may_be_taken_for_another_type(
    service: httpx.Client, method: str, path: str
) -> None:
    assert NOSNIFF in service.request(method, path).headers.items()
