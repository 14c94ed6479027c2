"""What is compressed, for whom, and what stays as it is."""

import gzip
import io
import sys
from collections.abc import Iterator

import httpx
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from api.compression import LEAST, Compression, preferred

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

CODINGS = {"gzip": gzip.decompress, "zstd": zstd.decompress}
LONG = "/api/ohlcv?symbol=BTC"
FILE = "/api/ohlcv/history/BTC?start=2024-01-30&interval=1h&format="


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("zstd", "zstd"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("GZIP", "gzip"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("zstd;q=0, gzip", "gzip"),
        ("zstd;q=0,gzip;q=0", None),
        ("gzip;q=0", None),
        ("*", "zstd"),
        ("*;q=0.1, zstd;q=0", "gzip"),
        ("*;q=0", None),
        ("identity", None),
        ("identity;q=0", None),
        ("br, deflate", None),
        ("", None),
        (";;;,,,=", None),
        ("gzip;q=nonsense", None),
        ("gzip;q=nan", None),
        ("gzip;q=-1", None),
        ("gzip;q=1e309", "gzip"),
        ("gzipped", None),
    ],
)
def test_the_client_chooses(accepted: str, coding: str | None) -> None:
    assert preferred(accepted.encode()) == coding


@given(st.binary(max_size=200))
def test_any_header_is_read(accepted: bytes) -> None:
    assert preferred(accepted) in (None, "gzip", "zstd")


@pytest.fixture
def raw(reader: httpx.Client) -> Iterator[httpx.Client]:
    """A client that asks for nothing that is not said."""
    with httpx.Client(
        base_url=reader.base_url, headers=dict(reader.headers), trust_env=False
    ) as client:
        del client.headers["Accept-Encoding"]
        yield client


def sent(client: httpx.Client, path: str, accepted: str) -> tuple[bytes, httpx.Response]:
    """The bytes on the wire, and the answer."""
    with client.stream("GET", path, headers={"Accept-Encoding": accepted}) as answer:
        return b"".join(answer.iter_raw()), answer


@pytest.mark.parametrize("path", [LONG, FILE + "csv", "/docs-files/swagger-ui.css"])
@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_text_is_shorter_and_the_same(raw: httpx.Client, path: str, coding: str) -> None:
    plain, as_it_is = sent(raw, path, "identity")
    short, answer = sent(raw, path, coding)
    assert "content-encoding" not in as_it_is.headers
    assert answer.headers["content-encoding"] == coding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert len(short) < len(plain) * 0.6
    # The time stands at the end of JSON.
    assert CODINGS[coding](short)[:-60] == plain[:-60]
    assert int(answer.headers.get("content-length", len(short))) == len(short)


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_files_that_are_compressed_already_stay_as_they_are(raw: httpx.Client, form: str) -> None:
    content, answer = sent(raw, FILE + form, "gzip, zstd")
    assert "content-encoding" not in answer.headers
    read = pl.read_parquet if form == "parquet" else pl.read_ipc
    assert read(io.BytesIO(content)).height > 0


@pytest.mark.parametrize("path", ["/livez", "/nothing", "/api/ohlcv?symbol=NOSUCHTHING"])
def test_short_answers_stay_as_they_are(raw: httpx.Client, path: str) -> None:
    assert "content-encoding" not in sent(raw, path, "gzip, zstd")[1].headers


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_an_answer_that_is_held_is_not_sent_again_however_it_was_sent(
    raw: httpx.Client, coding: str
) -> None:
    plain = sent(raw, LONG, "identity")[1].headers["etag"]
    short = sent(raw, LONG, coding)[1].headers["etag"]
    assert short == f"W/{plain}"
    for accepted in (coding, "identity"):
        for held in (plain, short):
            headers = {"Accept-Encoding": accepted, "If-None-Match": held}
            answer = raw.get(LONG, headers=headers)
            assert (answer.status_code, answer.content) == (304, b"")
            assert "content-encoding" not in answer.headers


def test_head_tells_what_get_is_about(raw: httpx.Client) -> None:
    got = sent(raw, LONG, "identity")[1]
    head = raw.head(LONG, headers={"Accept-Encoding": "gzip"})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == got.headers["etag"]


def test_a_statement_reads_though_it_is_posted(raw: httpx.Client) -> None:
    body = {"sql": "SELECT repeat('x', 5000)"}
    answer = raw.post("/api/query", json=body, headers={"Accept-Encoding": "gzip"}, timeout=60)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json()["rows"] == [["x" * 5_000]]


@given(
    st.lists(st.binary(max_size=40_000), min_size=1, max_size=4), st.sampled_from(["gzip", "zstd"])
)
def test_any_parts_come_out_as_they_went_in(parts: list[bytes], coding: str) -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        head = [(b"content-type", b"text/plain"), (b"etag", b'"a"')]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        for number, part in enumerate(parts, 1):
            more = number < len(parts)
            await send({"type": "http.response.body", "body": part, "more_body": more})

    client = TestClient(Compression(app))
    with client.stream("GET", "/", headers={"Accept-Encoding": coding}) as answer:
        content = b"".join(answer.iter_raw())
    whole = b"".join(parts)
    if len(parts) == 1 and len(whole) < LEAST:
        assert content == whole
    else:
        assert CODINGS[coding](content) == whole


def test_answers_to_writes_are_not_compressed() -> None:
    async def answer(_: object) -> Response:
        return Response(b"a" * 5_000, media_type="application/json")

    client = TestClient(
        Compression(Starlette(routes=[Route("/", answer, methods=["GET", "POST"])]))
    )
    asking = {"Accept-Encoding": "gzip"}
    assert "content-encoding" in client.get("/", headers=asking).headers
    assert "content-encoding" not in client.post("/", headers=asking).headers


@pytest.mark.parametrize(
    "headers",
    [{"Content-Encoding": "br"}, {"Set-Cookie": "a=b"}, {"Content-Type": "image/png"}],
)
def test_what_must_stay_stays(headers: dict[str, str]) -> None:
    async def answer(_: object) -> Response:
        return Response(b"a" * 5_000, headers={"Content-Type": "text/plain"} | headers)

    client = TestClient(Compression(Starlette(routes=[Route("/", answer)])))
    with client.stream("GET", "/", headers={"Accept-Encoding": "gzip"}) as found:
        assert b"".join(found.iter_raw()) == b"a" * 5_000
    assert found.headers["content-length"] == "5000"
