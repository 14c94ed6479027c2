"""API4: what a caller sends is bounded before it costs anything."""

import gzip
import json
import zlib
from collections.abc import Iterator

import httpx
import pytest

from api.patience import HEAD_BYTES, PatientHttp
from tests.api.described import spec
from tests.api.entries import APIS, IMPORT
from tests.api.server import Store, client_of, served
from tests.api.test_openapi import filled_in
from tests.security.raw import asked, said, spoken, status_of

NUMBERS = ("NaN", "Infinity", "-Infinity", "1e400", "-0", "0x10", "1_000", "9" * 400, "-" + "9" * 400,
           str(2**63), str(2**64), "1.5", "\N{ARABIC-INDIC DIGIT ONE}", "1\x00", " 1", "+1", "")  # fmt: skip
REFUSED = {400, 404, 422}


@pytest.fixture(scope="module")
def clerk(world: Store, service: httpx.Client) -> Iterator[httpx.Client]:
    with client_of(service.base_url, world.key("admin")) as client:
        yield client


def head(size: int, *, headers: int = 1) -> bytes:
    """A request whose target and headers have so many bytes."""
    one = size // headers - 10
    lines = "".join(f"x-{n:06}: {'a' * one}\r\n" for n in range(headers))
    return f"GET /livez HTTP/1.1\r\n{lines}\r\n".encode()


def test_a_head_of_the_usual_size_is_read(service: httpx.Client) -> None:
    for headers in (1, 99):
        answer = said(service, head(HEAD_BYTES - 2_000, headers=headers).replace(
            b"\r\n", b"\r\nConnection: close\r\n", 1
        ))  # fmt: skip
        assert status_of(answer) == 200


@pytest.mark.parametrize("headers", [1, 1_000, 5_000])
@pytest.mark.parametrize("size", [HEAD_BYTES + 5_000, 2_000_000])
def test_a_head_that_is_larger_is_refused(service: httpx.Client, size: int, headers: int) -> None:
    answer = said(service, head(size, headers=headers))
    # Of what is cut off in the middle, the answer may be lost.
    assert status_of(answer) in ((431,) if size < 100_000 else (431, 0))
    if answer:
        told = json.loads(answer.partition(b"\r\n\r\n")[2])
        assert told["status"] == 431


def test_a_head_without_end_is_cut_off(service: httpx.Client) -> None:
    """After some hundred kB, and not when the time for a head is over."""
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        yield b"GET / HTTP/1.1\r\nx-long: "
        while sent < 200_000_000:
            sent += 65_536
            yield b"a" * 65_536

    answer = spoken(service, pieces())
    assert status_of(answer) in (431, 0)
    assert sent < 50_000_000


def test_a_hundred_thousand_parameters_are_refused_at_once(service: httpx.Client) -> None:
    for query in ("a=1&" * 100_000, "symbols=BTC&" * 100_000, "&" * 100_000, "%61=1&" * 100_000):
        assert status_of(asked(service, f"/api/prices?{query}")) == 431


def test_as_many_parameters_as_fit_break_nothing(service: httpx.Client) -> None:
    for query in ("a=1&", "symbols=BTC&", "%61=1&", "api_key=1&", "token=%31&", "limit=1&", "[]=&"):
        many = query * (60_000 // len(query))
        answer = asked(service, f"/api/prices?{many}")
        assert status_of(answer) in (200, 401, 404, 422), query


def numeric() -> list[tuple[str, str]]:
    """(path, parameter) of each number in a query of a GET."""
    found = []
    for path, methods in spec()["paths"].items():
        for one in methods.get("get", {}).get("parameters", ()):
            kinds = {kind.get("type") for kind in one["schema"].get("anyOf", [one["schema"]])}
            if one["in"] == "query" and kinds & {"integer", "number"}:
                found.append((path, one["name"]))
    return found


def test_every_number_is_bounded(clerk: httpx.Client) -> None:
    assert len(numeric()) > 30
    for path, name in numeric():
        for value in NUMBERS:
            answer = clerk.get(filled_in(path), params={name: value})
            assert answer.status_code in {200, *REFUSED}, (path, name, value, answer.text)
            if value in ("NaN", "Infinity", "-Infinity", "1e400"):
                assert answer.status_code in REFUSED, (path, name, value)


def test_every_number_that_is_described_has_an_end() -> None:
    for path, methods in spec()["paths"].items():
        for method, operation in methods.items():
            for one in operation.get("parameters", ()):
                for kind in one["schema"].get("anyOf", [one["schema"]]):
                    where = (method, path, one["name"])
                    if kind.get("type") == "integer":
                        assert "maximum" in kind, where
                        assert "minimum" in kind, where
                    if (
                        kind.get("type") == "string"
                        and not {"enum", "const", "format"} & kind.keys()
                    ):
                        assert "maxLength" in kind or "pattern" in kind, where
                    if kind.get("type") == "array":
                        assert "maxItems" in kind, where


@pytest.mark.parametrize("depth", [100, 5_000, 200_000])
@pytest.mark.parametrize(("begin", "end"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_deep_json_is_no_trouble(clerk: httpx.Client, depth: int, begin: bytes, end: bytes) -> None:
    body = b'{"sql":' + begin * depth + b"1" + end * depth + b"}"
    for path in (
        "/api/query",
        "/api/pools",
        "/api/auth/token",
        APIS,
        IMPORT,
        "/api/diagnostics/run",
    ):
        answer = clerk.post(path, content=body)
        assert answer.status_code in (413, 422), (path, answer.text)


@pytest.mark.parametrize(
    "value", ["1e999", "-1e999", "NaN", "Infinity", "9" * 4_400, "1" + "0" * 20_000]
)
def test_no_number_of_a_body_is_too_large_to_be_refused(clerk: httpx.Client, value: str) -> None:
    for path, field in (
        ("/api/pools/prices/members", "priority"),
        ("/api/query", "limit"),
        ("/api/auth/keys/x/rotate", "overlap_seconds"),
        ("/api/webhooks", "filter"),
    ):
        answer = clerk.post(path, content=f'{{"{field}":{value}}}'.encode())
        assert answer.status_code == 422, (path, answer.text)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
def test_a_bomb_stays_packed(boss: httpx.Client, encoding: str) -> None:
    """Nothing that is sent is ever unpacked: it is no JSON."""
    bomb = (
        gzip.compress(b" " * 50_000_000) if "gzip" in encoding else zlib.compress(b" " * 50_000_000)
    )
    assert len(bomb) < 100_000
    for path in (IMPORT, APIS, "/api/query"):
        answer = boss.post(path, content=bomb, headers={"Content-Encoding": encoding})
        assert answer.status_code in (415, 422), path
    upload = boss.post(IMPORT, files={"file": ("x.json.gz", bomb, "application/gzip")})
    assert upload.status_code == 422


def test_a_form_of_many_parts_is_refused(clerk: httpx.Client) -> None:
    files = [("file", (f"{n}.json", b"{}")) for n in range(50)]
    assert clerk.post(IMPORT, files=files).status_code == 422
    fields = {f"field{n}": "x" for n in range(500)}
    assert clerk.post(IMPORT, data=fields, files={"file": b"{}"}).status_code == 422


@pytest.mark.parametrize(
    "text",
    ["a" * 2_000 + "!", "(" * 500, "\\" * 900, "%" * 900, "_" * 900, "*" * 900, "' OR '" * 150],
)
def test_no_search_takes_a_pattern(clerk: httpx.Client, text: str) -> None:
    """Searches are words, not expressions that can be made to take for ever."""
    for path, name in (
        ("/api/providers", "search"),
        ("/api/news", "q"),
        ("/api/audit", "path"),
        ("/api/assets", "search"),
        ("/api/prices", "symbols"),
    ):
        answer = clerk.get(path, params={name: text}, timeout=10)
        assert answer.status_code in {200, *REFUSED}, path


def test_a_head_that_drips_ends(store: Store) -> None:
    usual = PatientHttp.head_seconds
    PatientHttp.head_seconds = 0.5
    try:
        with served(store.settings) as client:
            assert said(client, b"GET / HTTP/1.1\r\nHost", patience=10) == b""
    finally:
        PatientHttp.head_seconds = usual
