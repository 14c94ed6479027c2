"""Answers of providers as files: whole, bounded, and served to nobody who may not have them."""

import asyncio
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Message

from api.routes.exports import StoredFile
from resources import exports
from resources.errors import InvalidInput, NotFound
from tests.api.server import Store, served
from tests.api.snapshots import put

EXPORT = "/api/v2/export"
DOWNLOAD = "/api/v2/download"


@pytest.fixture
def client(store: Store) -> Iterator[httpx.Client]:
    with served(store.settings) as client:
        client.timeout = httpx.Timeout(60)
        client.headers["X-API-Key"] = store.key("write")
        yield client


def exported(client: httpx.Client, path: str, **given: Any) -> httpx.Response:
    """The file that an export has made."""
    told = client.post(f"{EXPORT}/{path}", **given)
    assert told.status_code == 200, told.text
    body = told.json()
    assert body["status"] == "success"
    file = client.get(DOWNLOAD, params={"file": body["filepath"]})
    assert file.content == client.get(body["download_url"]).content
    return file


@pytest.mark.parametrize("path", ["json", "csv", "history/binance"])
def test_an_anonymous_caller_and_a_reader_may_not_export(
    store: Store, client: httpx.Client, path: str
) -> None:
    reader = {"X-API-Key": store.key("read")}
    with httpx.Client(base_url=client.base_url, trust_env=False, timeout=60) as anonymous:
        assert anonymous.post(f"{EXPORT}/{path}").status_code == 401
        assert anonymous.post(f"{EXPORT}/{path}", headers=reader).status_code == 403
    assert not store.settings.export_dir.exists()


def test_json_has_the_newest_answer_of_each_as_it_came(store: Store, client: httpx.Client) -> None:
    put(store.ledger, "binance", b'{"old": 1}')
    put(store.ledger, "binance", b'{"price": 0.10000000000000000001}')
    put(store.ledger, "kraken", b"<rss/>", is_json=False)
    put(store.ledger, "kraken", None)
    file = exported(client, "json")
    assert file.headers["content-type"] == "application/json"
    assert '"data":{"price": 0.10000000000000000001}' in file.text
    body = file.json()
    assert body["mode"] == "sandbox"
    assert set(body["apis"]) == {"binance", "kraken"}
    assert body["apis"]["kraken"]["data"] == "<rss/>"
    assert body["apis"]["kraken"]["metadata"]["source"] == "sandbox:kraken"
    assert "history" not in body


@pytest.mark.parametrize(
    "given",
    [
        {"params": {"api_ids": "Binance", "include_history": "true"}},
        {"json": {"api_ids": ["binance"], "include_history": True}},
    ],
    ids=["query", "body"],
)
def test_what_is_asked_for_is_in_it_with_its_history(
    store: Store, client: httpx.Client, given: dict[str, Any]
) -> None:
    for number in range(250):
        put(store.ledger, "binance", b'{"n": %d}' % number)
    put(store.ledger, "kraken", b"{}")
    body = exported(client, "json", **given).json()
    assert list(body["apis"]) == list(body["history"]) == ["binance"]
    told = [row["data"]["n"] for row in body["history"]["binance"]]
    assert told == list(range(249, -1, -1))


def test_the_history_of_one_has_its_failures(store: Store, client: httpx.Client) -> None:
    put(store.ledger, "binance", b"[1]")
    put(store.ledger, "binance", None)
    body = exported(client, "history/Binance").json()
    assert (body["api_id"], body["count"]) == ("binance", 2)
    assert [row["metadata"]["status"] for row in body["history"]] == ["failed", "success"]
    assert body["history"][0]["metadata"]["error"] == "it is down"


def test_of_whom_nothing_is_stored_the_file_is_empty(client: httpx.Client) -> None:
    assert exported(client, "json").json()["apis"] == {}
    assert exported(client, "history/kraken").json()["history"] == []
    assert len(list(csv.reader(io.StringIO(exported(client, "csv").text)))) == 1


@pytest.mark.parametrize("path", ["json", "csv"])
def test_unknown_providers_are_named_and_nothing_is_written(
    store: Store, client: httpx.Client, path: str
) -> None:
    answer = client.post(f"{EXPORT}/{path}", params={"api_ids": ["kraken,nobody", "noone"]})
    assert answer.status_code == 404
    assert "'nobody', 'noone'" in answer.json()["detail"]
    assert "nearest: kraken" in client.post(f"{EXPORT}/{path}?api_ids=krakn").json()["detail"]
    assert client.post(f"{EXPORT}/history/nobody").status_code == 404
    assert not store.settings.export_dir.exists()


@pytest.mark.parametrize(
    "given",
    [
        {"json": {"api_ids": "kraken"}}, {"json": {"strange": 1}}, {"content": b"[]"},
        {"content": b"{"}, {"json": {"api_ids": [1]}}, {"params": {"include_history": "maybe"}},
    ],
    ids=str,
)  # fmt: skip
def test_a_bad_body_is_the_caller_s_fault(client: httpx.Client, given: dict[str, Any]) -> None:
    assert client.post(f"{EXPORT}/json", **given).status_code == 422


def test_csv_has_a_line_for_each_value_and_no_formula(store: Store, client: httpx.Client) -> None:
    body = {
        "=cmd|' /C calc'!A0": "=1+1",
        "rows": [{"name": "@SUM(A1)", "change": -1.5}, {"name": "+49", "note": "-x"}, []],
        "tab": "\t=1", "blank": "  =1", "wide": "\N{FULLWIDTH EQUALS SIGN}1", "quote": 'say "=1"', "none": None,
        "yes": True, "line": "a\r\n=1", "nul": "a\0b",
    }  # fmt: skip
    put(store.ledger, "binance", json.dumps(body).encode())
    file = exported(client, "csv")
    assert file.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(file.text, newline="")))
    assert {(row["api_id"], row["source"], row["status"]) for row in rows} == {
        ("binance", "sandbox:binance", "success")
    }
    assert {row["path"]: row["value"] for row in rows} == {
        "'=cmd|' /C calc'!A0": "'=1+1", "rows.0.name": "'@SUM(A1)", "rows.0.change": "-1.5",
        "rows.1.name": "'+49", "rows.1.note": "'-x", "rows.2": "[]", "tab": "'\t=1",
        "blank": "'  =1", "wide": "'\N{FULLWIDTH EQUALS SIGN}1", "quote": 'say "=1"', "none": "", "yes": "true",
        "line": "a\r\n=1", "nul": "a\N{REPLACEMENT CHARACTER}b",
    }  # fmt: skip


def test_csv_that_is_not_flat_has_a_line_for_each_answer(
    store: Store, client: httpx.Client
) -> None:
    put(store.ledger, "binance", b'{"a": [1.10]}')
    put(store.ledger, "kraken", b"=HYPERLINK(1)", is_json=False)
    for given in ({"params": {"flatten": "false"}}, {"json": {"flatten": False}}):
        rows = list(csv.DictReader(io.StringIO(exported(client, "csv", **given).text)))
        assert {row["api_id"]: row["data"] for row in rows} == {
            "binance": '{"a": [1.10]}',
            "kraken": "'=HYPERLINK(1)",
        }


def test_only_the_newest_are_kept(store: Store, client: httpx.Client) -> None:
    names = [
        client.post(f"{EXPORT}/json").json()["filepath"] for _ in range(exports.MOST_FILES + 3)
    ]
    there = {f"exports/{one.name}" for one in store.settings.export_dir.glob("*.json")}
    assert there == set(names[3:])
    assert client.get(DOWNLOAD, params={"file": names[0]}).status_code == 404


def test_one_that_is_too_large_leaves_nothing(tmp_path: Path) -> None:
    def write() -> None:
        with exports.writing(tmp_path, "snapshots", "json") as export:
            export.size = exports.LARGEST
            export.write(b"x")

    with pytest.raises(InvalidInput, match="ask for less"):
        write()
    assert [one.name for one in tmp_path.iterdir()] == [".lock"]


def test_a_file_is_sent_in_parts_and_not_again(store: Store, client: httpx.Client) -> None:
    put(store.ledger, "binance", b'{"a": 1}')
    path = client.post(f"{EXPORT}/csv").json()["download_url"]
    whole = client.get(path)
    assert whole.headers["content-disposition"].startswith('attachment; filename="snapshots_')
    part = client.get(path, headers={"Range": "bytes=2-5"})
    assert (part.status_code, part.content) == (206, whole.content[2:6])
    tail = client.get(path, headers={"Range": "bytes=-3"})
    assert (tail.status_code, tail.content) == (206, whole.content[-3:])
    for bad in ("bytes=9999999-", "bytes=5-2", "bytes=0-1,2-3", "lines=1-2", "bytes=-0", "x"):
        answer = client.get(path, headers={"Range": bad})
        assert (answer.status_code, answer.content) == (200, whole.content), bad
    again = client.get(path, headers={"If-None-Match": whole.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))


async def test_a_file_that_goes_before_it_is_sent_is_sent_even_so(tmp_path: Path) -> None:
    path = tmp_path / "snapshots.json"
    path.write_bytes(b"[" + b"1," * 50_000 + b"1]")
    whole, told = path.read_bytes(), list[Message]()
    answer = StoredFile(path, path.name)
    path.unlink()

    async def send(message: Message) -> None:
        told.append(message)

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    await answer({"type": "http", "method": "GET", "headers": []}, receive, send)
    assert told[0]["status"] == 200
    assert b"".join(one.get("body", b"") for one in told) == whole
    with pytest.raises(NotFound, match="it is gone"):
        StoredFile(path, path.name)


OUTSIDE = (
    "exports/../secret.key", "../exports/{name}", "exports/../exports/{name}", "/etc/passwd",
    "exports//etc/passwd", "exports/./{name}", "./exports/{name}", "exports/{name}/", "exports/",
    "exports", "", "exports/.lock", "exports/link.json", "exports/{link}", "backups/.lock",
    "backups/../ledger.db", "ledger.db", "lake", "exports/{name}\0.json", "exports/\0",
    "exports\\{name}", "exports/..%2f..%2fsecret.key", "%65xports/{name}", "exports/{name}%00",
    "file:///etc/passwd", "EXPORTS/{name}", "exports/" + "x" * 1_500, "exports/💥.json",
    "backups/20260101T000000Z", "backups/20260101T000000Z.tar", "logs/api.log",
)  # fmt: skip


def test_nothing_but_what_an_export_made_is_served(store: Store, client: httpx.Client) -> None:
    put(store.ledger, "binance", b"{}")
    made = client.post(f"{EXPORT}/json").json()["filepath"].removeprefix("exports/")
    home = store.settings.home_dir
    (home / "secret.key").write_text("secret")
    link = made.replace("_2", "_1", 1)
    (home / "exports" / link).symlink_to(home / "secret.key")
    (home / "exports" / "link.json").symlink_to(home / "secret.key")
    (home / "backups").mkdir()
    (home / "backups" / ".lock").touch()
    (home / "backups" / "20260101T000000Z").mkdir()
    (home / "backups" / "20260101T000000Z.tar").symlink_to(home / "ledger.db")
    for path in OUTSIDE:
        asked = path.format(name=made, link=link)
        answer = client.get(DOWNLOAD, params={"file": asked})
        assert answer.status_code == 404, asked
        assert answer.headers["content-type"] == "application/problem+json"
    assert client.get(DOWNLOAD).status_code == 422
    assert client.get(DOWNLOAD, params={"file": f"exports/{made}"}).status_code == 200
