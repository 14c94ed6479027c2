"""How long the server waits for the head of a request, and how long that head may be."""

import asyncio
from typing import Any

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.problems import FOR_BROWSERS

# Bytes of the target and of all headers together.
HEAD_BYTES = 65_536
# What one read of a socket may bring beside the beginning of a head.
_ONE_READ = 262_144
_BROKEN = (b"400 Bad Request", "Bad request", "this is no request of HTTP/1.1")
_OVERLONG = (
    b"431 Request Header Fields Too Large",
    "Too large",
    f"target and headers are larger than {HEAD_BYTES // 1024} kB",
)


class PatientHttp(HttpToolsProtocol):
    """uvicorn's, which would wait for ever for somebody who sends a byte a minute, and hold
    whatever somebody sends as headers.

    `head_seconds` go from the opening of a connection, or the first byte of a further request.
    """

    head_seconds = 10.0

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._head: asyncio.TimerHandle | None = None
        self._unread = 0
        self._refusal = _BROKEN

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._head is None or self.transport.is_closing():
            return
        self._unread += len(data)
        if self._unread > HEAD_BYTES + _ONE_READ:
            self._refusal = _OVERLONG
            self.send_400_response("")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._head is None:
            self._await_head()

    def on_headers_complete(self) -> None:
        self._cancel()
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > HEAD_BYTES:
            self._refusal = _OVERLONG
            raise ValueError("the head is too long")  # The parser makes a refusal of it.
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (uvicorn's words)
        """Refuse what never becomes a request, as every other refusal looks."""
        line, title, detail = self._refusal
        told = {"type": "about:blank", "title": title, "status": int(line[:3]), "detail": detail}
        body = msgspec.json.encode(told)
        headers = {
            "Content-Type": "application/problem+json",
            "Content-Length": len(body),
            "Connection": "close",
            **FOR_BROWSERS,
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.transport.write(b"HTTP/1.1 " + line + b"\r\n" + lines.encode() + b"\r\n" + body)
        self.transport.close()

    def _await_head(self) -> None:
        self._head = self.loop.call_later(self.head_seconds, self.transport.abort)

    def _cancel(self) -> None:
        self._unread = 0
        if self._head is not None:
            self._head.cancel()
            self._head = None
