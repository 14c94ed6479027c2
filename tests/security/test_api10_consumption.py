"""API10: what providers and users say is data, and never becomes a page, a formula or a header."""

import csv
import io
import json
from typing import Any

import httpx
import pytest

from resources.ledger import sign_ins
from tests.api.described import spec
from tests.api.entries import ACME, APIS
from tests.api.server import Store, served
from tests.api.snapshots import put
from tests.api.test_openapi import EXAMPLES

SCRIPT = "<script>alert('c4n4ry')</script><img src=x onerror=alert(1)>"
FORMULAS = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    '=HYPERLINK("http://x")',
)


def walked(client: httpx.Client, provider: str) -> list[httpx.Response]:
    given = {**EXAMPLES, "{provider_id}": provider, "{api_id}": provider}
    answers = []
    for path, methods in spec()["paths"].items():
        if "get" in methods:
            for name, value in given.items():
                path = path.replace(name, value)  # noqa: PLW2901 (filled in)
            answers.append(client.get(path))
    return answers


def test_a_script_that_is_stored_is_nowhere_more_than_text(
    boss: httpx.Client, store: Store
) -> None:
    """As names, words, addresses and answers of providers; wherever it is told, no browser runs it."""
    entry = {
        **ACME,
        "name": SCRIPT[:60],
        "category": "<b>mine</b>",
        "docs_url": "javascript:alert(1)",
    }
    assert boss.post(APIS, json=entry).status_code == 422
    del entry["docs_url"]
    assert boss.post(APIS, json=entry).status_code == 201
    pool = {"name": SCRIPT[:60], "category": "exchange", "rotation_strategy": "weighted"}
    assert boss.post("/api/pools", json={**pool, "description": SCRIPT}).status_code == 201
    assert boss.post("/api/auth/keys", json={"name": SCRIPT[:60]}).status_code == 201
    put(store.ledger, "acme", SCRIPT.encode(), is_json=False)
    put(store.ledger, "binance", json.dumps({"headline": SCRIPT, SCRIPT: 1}).encode())
    told = 0
    for answer in [*walked(boss, "acme"), *walked(boss, "binance")]:
        told += "<script>" in answer.text
        kind = answer.headers["content-type"].partition(";")[0]
        if "<script>alert" in answer.text:
            assert kind in ("application/json", "application/problem+json", "text/csv"), (
                answer.request.url
            )
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert SCRIPT[:60] not in str(answer.headers)
    assert told >= 5


@pytest.mark.parametrize(
    "token", [SCRIPT, '"><script>', "' onfocus=alert(1) autofocus='", "{body}", "%s"]
)
def test_no_page_repeats_what_was_sent(store: Store, token: str) -> None:
    with served(store.settings) as client:
        for page in (
            client.get("/sign-in", params={"token": token}),
            client.post(
                "/sign-in",
                data={"token": token},
                headers={"Origin": str(client.base_url).rstrip("/")},
            ),
            client.get("/docs", params={"url": token, "configUrl": token}),
        ):
            assert token not in page.text
            assert page.headers["content-type"].startswith("text/html")
        link = sign_ins.new_link(store.ledger)
        assert f'value="{link}"' in client.get("/sign-in", params={"token": link}).text


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_an_export_is_a_formula(boss: httpx.Client, store: Store, text: str) -> None:
    put(store.ledger, "binance", json.dumps({text: text, "list": [text, {text: text}]}).encode())
    for body in ({"flatten": True}, {"flatten": False}):
        made = boss.post("/api/v2/export/csv", json=body).json()
        file = boss.get(made["download_url"])
        assert file.headers["content-disposition"].startswith("attachment")
        for row in csv.reader(io.StringIO(file.text)):
            assert not any(cell.startswith(("=", "+", "@", "\t", "\r")) for cell in row), row
            assert not any(cell.startswith("-") and not _is_number(cell) for cell in row), row


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00" * 100, b"\xff\xfe<", b"[" * 50_000, b'{"a":' * 50_000, b"<!DOCTYPE html><script>",
     b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><rss>&y;</rss>',
     b'{"__proto__":1}', b"NaN", b'{"a":1e999}', "\u202e\u2066\ud7ff".encode()],
)  # fmt: skip
def test_whatever_a_provider_has_answered_is_told_without_harm(
    boss: httpx.Client, store: Store, content: bytes
) -> None:
    put(store.ledger, "binance", content, is_json=content.startswith(b'{"__'))
    for path in ("/api/v2/data/cached", "/api/v2/data/cached/binance", "/api/v2/data/history/binance",
                 "/api/providers/binance", "/api/v2/config/apis/binance"):  # fmt: skip
        answer = boss.get(path)
        assert answer.status_code == 200, path
        answer.json()
        assert "root:x:0" not in answer.text
    assert boss.post("/api/v2/export/json").status_code == 200


@pytest.mark.parametrize(
    "name", ["a\r\nX-Evil: 1", "a\nb", "a\x00b", 'a"; filename="x', "a\u202eb"]
)
def test_no_name_becomes_a_header_or_a_line_of_a_log(boss: httpx.Client, name: str) -> None:
    wanted: dict[str, Any] = {"name": name}
    # What no client can send as a header is left out of it.
    sent = "".join(char for char in name if char not in "\r\n\0")
    answers = [
        boss.post("/api/auth/keys", json=wanted),
        boss.post(APIS, json={**ACME, "name": name}),
        boss.get("/api/v2/config/export"),
        boss.get("/api/prices", params={"symbols": name}),
        boss.get("/livez", headers=[(b"X-Request-ID", sent.encode())]),
    ]
    for answer in answers:
        assert "x-evil" not in answer.headers
        assert answer.status_code != 500
    boss.delete(f"{APIS}/acme")
