"""The part of the Hugging Face hub's HTTP that a download of a model asks, on loopback."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """A hub that has one repository: the files of a folder.

    `tokens` are those that requests for the repository came with; None without one.
    """

    repository: str
    folder: Path
    url: str = ""
    tokens: list[str | None] = field(default_factory=list)

    def content(self, path: str) -> bytes | None:
        """What lies at a path; None where nothing does."""
        described = f"/api/models/{self.repository}"
        file = self.folder / path.rpartition("/")[2]
        if path.startswith(f"{described}/tree/"):
            return json.dumps([_entry(file) for file in sorted(self.folder.iterdir())]).encode()
        if path.startswith(described):
            return json.dumps(
                {"id": self.repository, "sha": COMMIT, "private": False, "tags": [], "siblings": []}
            ).encode()
        if path.startswith(f"/{self.repository}/resolve/") and file.is_file():
            return file.read_bytes()
        return None


class Handler(BaseHTTPRequestHandler):
    def __init__(self, hub: Hub, *arguments: object) -> None:
        self._hub = hub
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self.wfile.write(self._head())

    def do_HEAD(self) -> None:
        self._head()

    def _head(self) -> bytes:
        """Answers all but the body, which it returns."""
        path = self.path.partition("?")[0]
        if self._hub.repository in path:
            self._hub.tokens.append(self.headers.get("Authorization"))
        content = self._hub.content(path)
        self.send_response(404 if content is None else 200)
        if content is None:
            self.send_header("X-Error-Code", "RepoNotFound")
        self.send_header("Content-Length", str(len(content or b"")))
        self.send_header("ETag", f'"{hashlib.sha256(content or b"").hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        return content or b""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
        """Nothing: what was asked is in the hub's `tokens`."""


@contextmanager
def hub_of(repository: str, folder: Path) -> Iterator[Hub]:
    hub = Hub(repository, folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, hub))
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _entry(file: Path) -> dict[str, object]:
    return {"type": "file", "path": file.name, "size": file.stat().st_size, "oid": file.name}
