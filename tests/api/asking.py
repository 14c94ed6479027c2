"""Asking /api/query, and the processes behind it."""

import hashlib
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.api.server import Store, until

CANARY = "the-canary-in-a-file-beside-the-lake"


def ask(client: httpx.Client, sql: str, **more: Any) -> httpx.Response:
    return client.post("/api/query", json={"sql": sql, **more}, timeout=130)


def answered(client: httpx.Client, sql: str, **more: Any) -> list[list[Any]]:
    answer = ask(client, sql, **more)
    assert answer.status_code == 200, answer.text
    found: list[list[Any]] = answer.json()["rows"]
    return found


def fingerprint(store: Store) -> dict[str, str]:
    lake = Path(store.settings.lake_url)
    files = (path for path in lake.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def forks() -> list[psutil.Process]:
    """The processes of statements that go now, and of the programs that fork them."""
    found = []
    for one in psutil.Process().children(recursive=True):
        # One that has answered ends at any moment.
        with suppress(psutil.NoSuchProcess):
            if one.status() != psutil.STATUS_ZOMBIE and "resources.sql.forks" in one.cmdline():
                found.append(one)
    return found


@contextmanager
def endless(client: httpx.Client) -> Iterator[psutil.Process]:
    """A statement that goes as long as its client stays; its process, which is at work."""
    others = forks()
    body = json.dumps({"sql": "SELECT count(*) FROM range(1000000000000000)"})
    head = f"POST /api/query HTTP/1.1\r\nHost: x\r\nX-API-Key: {client.headers['X-API-Key']}\r\n"
    with socket.create_connection(("127.0.0.1", client.base_url.port or 0)) as connection:
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())

        def busy() -> list[psutil.Process]:
            fresh = (one for one in forks() if one not in others)
            return [one for one in fresh if _worked(one) > 0.5]

        until(lambda: bool(busy()), 60)
        yield busy()[0]


def has_ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def _worked(process: psutil.Process) -> float:
    """Seconds; one that has ended does nothing any more."""
    with suppress(psutil.NoSuchProcess):
        return process.cpu_times().user
    return 0.0
