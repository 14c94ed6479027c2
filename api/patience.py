"""How long the server waits for a client, and how much of one that is no request yet it holds."""

import asyncio
import socket
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from api.connections import Connections
from api.problems import FOR_BROWSERS

# Bytes of the target and of all headers together, and of what stands between two parts of a body.
HEAD_BYTES = 65_536
# Headers of a request, trailers among them.
HEADERS = 100
# What one read of a socket may bring beside the beginning of a head.
_ONE_READ = 262_144
# Requests that wait for the answer to another on their connection.
_PIPELINED = 100
# The system holds no more than this of what it has not sent. So what waits in our memory shrinks
# as the client takes it, by steps of half of this, and not only when megabytes were taken.
_NOT_SENT = 131_072
_BROKEN = (b"400 Bad Request", "Bad request", "this is no request of HTTP/1.1")
_OVERLONG = (
    b"431 Request Header Fields Too Large",
    "Too large",
    f"target and headers are larger than {HEAD_BYTES // 1024} kB, or more than {HEADERS} headers",
)


class PatientHttp(HttpToolsProtocol):
    """uvicorn's, which would wait for ever for somebody who sends a byte a minute or takes no
    answer, and hold whatever somebody sends as headers.

    A connection that nothing was asked on yet, or that has begun a request, has `head_seconds` to
    bring a whole head. A body may pause for `pause_seconds`, and must come within `body_seconds`
    and what it takes at `body_rate` bytes a second; what is left of it after the answer, within
    `pause_seconds`. After an answer the next request begins within uvicorn's
    `timeout_keep_alive`, whatever else is sent. A client that takes nothing of what waits for it
    for `unread_seconds` is cut off. All this is looked at every `look_seconds`.
    """

    head_seconds = 10.0
    pause_seconds = 20.0
    body_seconds = 60.0
    body_rate = 100_000
    unread_seconds = 30.0
    look_seconds = 1.0
    most = 2_048
    most_of_address = 1_024

    _of_servers: ClassVar[WeakKeyDictionary[ServerState, Connections]] = WeakKeyDictionary()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        bounds = Connections(self.most, self.most_of_address)
        self._others = self._of_servers.setdefault(self.server_state, bounds)
        self._counted_as: str | None = None
        self._look: asyncio.TimerHandle | None = None
        self._refusal = _BROKEN
        # Until when something must come, by the clock of the loop; None while we are to answer.
        self._deadline: float | None = None
        self._in_message = self._in_body = False
        self._began = 0.0
        self._taken = 0
        self._fields = self._field_bytes = self._unread = 0
        self._unsent, self._moved_at, self._drained = 0, 0.0, False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        host = self.client[0] if self.client else ""
        self._counted_as = self._others.join(
            host, len(self.connections) - 1, is_proxy=self._is_proxy(host)
        )
        if self._counted_as is None:
            transport.abort()
            return
        if self.client and (held := transport.get_extra_info("socket")) is not None:
            held.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _NOT_SENT)
        self._moved_at = self.loop.time()
        self._deadline = self._moved_at + self.head_seconds
        self._look = self.loop.call_later(self.look_seconds, self._look_at_it)

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        self._leave()
        super().handle_websocket_upgrade()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # What the parser has not told of since is a part of a head, a trailer or a chunk's
        # extension, and grows in its memory.
        self._unread += len(data)
        if self._unread > HEAD_BYTES + _ONE_READ and not self.transport.is_closing():
            self._refusal = _OVERLONG
            self.send_400_response("")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_message = True
        self._fields = self._field_bytes = 0
        self._deadline = self.loop.time() + self.head_seconds

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._hold(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._fields += 1
        self._hold(len(name) + len(value) + 4)
        # A trailer is no header: the request was let in by what stood before its body.
        if not self._in_body:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if len(self.pipeline) >= _PIPELINED:
            raise ValueError("too many requests wait")  # The parser makes a refusal of it.
        self._in_body = True
        self._unread = self._taken = 0
        self._began = self.loop.time()
        self._deadline = self._began + self.pause_seconds
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        self._taken += len(body)
        if not self._answered():
            until = self._began + self.body_seconds + self._taken / self.body_rate
            self._deadline = min(self.loop.time() + self.pause_seconds, until)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unread = 0
        self._in_message = self._in_body = False
        self._deadline = self._for_the_next() if self._answered() else None
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._in_message and self._answered():
            self._deadline = self._for_the_next()
        elif self._in_body and self._answered():
            self._deadline = self.loop.time() + self.pause_seconds

    def resume_writing(self) -> None:
        self._drained = True
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (uvicorn's words)
        """Refuse what never becomes a request, as every other refusal looks."""
        if not self._answered() and (not self._in_body or self.cycle.response_started):
            # It would stand within the answer to another request, or be taken for it.
            self.transport.abort()
            return
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

    def _hold(self, size: int) -> None:
        self._field_bytes += size
        if self._field_bytes > HEAD_BYTES or self._fields > HEADERS:
            self._refusal = _OVERLONG
            raise ValueError("the head is too long")  # The parser makes a refusal of it.

    def _answered(self) -> bool:
        """Whether no request waits for its answer."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete

    def _for_the_next(self) -> float:
        return self.loop.time() + self.timeout_keep_alive

    def _look_at_it(self) -> None:
        self._look = self.loop.call_later(self.look_seconds, self._look_at_it)
        now = self.loop.time()
        unsent = self.transport.get_write_buffer_size()
        if not unsent or unsent < self._unsent or self._drained:
            self._moved_at, self._drained = now, False
        self._unsent = unsent
        if now - self._moved_at >= self.unread_seconds:
            self.transport.abort()
        elif self._deadline is None or self.transport.is_closing():
            return
        elif self.flow.read_paused:
            # It is we who do not listen.
            self._deadline += self.look_seconds
            self._began += self.look_seconds
        elif now >= self._deadline:
            self.transport.close()

    def _is_proxy(self, host: str) -> bool:
        services = getattr(getattr(self.app, "state", None), "services", None)
        return services is not None and bool(services.proxies.trusts(host))

    def _leave(self) -> None:
        if self._look is not None:
            self._look.cancel()
            self._look = None
        if self._counted_as is not None:
            self._others.leave(self._counted_as)
            self._counted_as = None
