"""The part of the Hugging Face hub's HTTP that a download of a model asks, on loopback."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """`tokens` are those that requests for the repository came with; None without one."""

    url: str
    tokens: list[str | None] = field(default_factory=list)


@contextmanager
def hub_of(repository: str, folder: Path) -> Iterator[Hub]:
    """A hub that has one repository: the files of a folder."""
    hub = Hub("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(body=True)

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def _answer(self, *, body: bool) -> None:
            path = self.path.partition("?")[0]
            if repository in path:
                hub.tokens.append(self.headers.get("Authorization"))
            file = folder / path.rpartition("/")[2]
            if path.startswith(f"/api/models/{repository}/tree/"):
                self._send(_files(folder), body=body)
            elif path.startswith(f"/api/models/{repository}"):
                self._send(_description(repository, folder), body=body)
            elif path.startswith(f"/{repository}/resolve/") and file.is_file():
                self._send(file.read_bytes(), body=body)
            else:
                self.send_response(404)
                self.send_header("X-Error-Code", "RepoNotFound")
                self.send_header("Content-Length", "0")
                self.end_headers()

        def _send(self, content: bytes, *, body: bool) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.end_headers()
            if body:
                self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
            """Nothing: what is asked is in `tokens`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _files(folder: Path) -> bytes:
    files = [
        {"type": "file", "path": file.name, "size": file.stat().st_size, "oid": file.name}
        for file in sorted(folder.iterdir())
    ]
    return json.dumps(files).encode()


def _description(repository: str, folder: Path) -> bytes:
    files = sorted(file.name for file in folder.iterdir())
    described = {
        "id": repository, "modelId": repository, "sha": COMMIT, "private": False, "tags": [],
        "siblings": [{"rfilename": name} for name in files],
    }  # fmt: skip
    return json.dumps(described).encode()
