"""The server's end of a socket: its pings, writing without a task switch, and its end."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, Protocol, cast

from starlette.requests import HTTPConnection
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode

GOING_AWAY = 1001
INVALID_TEXT = 1007
POLICY_VIOLATION = 1008
TOO_BIG = 1009
RESTARTING = 1012
TRY_AGAIN_LATER = 1013

_EXTENSION = "headwater.wire"
# Bytes that wait here before a client is behind, and that the system holds for it: what has left
# the outbox is conflated no more.
_UNSENT, _IN_SYSTEM = 16_384, 131_072
_UNANSWERED = 2  # pings
# Pings, pongs and parts of messages: those that are whole messages are counted as such.
_FRAMES_A_SECOND = 500
# Seconds in which a peer must answer a close, after which it is cut off; less while we stop.
_FAREWELL, _LAST_FAREWELL = 30.0, 1.5


class Wire(Protocol):
    """What a conversation wants of the server that holds its socket."""

    on_shutdown: Callable[[], None] | None

    def take(self, frames: bytes) -> bool:
        """Send whole frames; False where what was sent before must be taken first."""

    def write(self, frames: bytes) -> None:
        """Send whole frames, whatever waits before them."""

    def finish(self, code: int, reason: str = "") -> None:
        """Close, after what waits; a peer that does not answer is cut off."""


def wire_of(connection: HTTPConnection) -> Wire | None:
    """None where another server has started us."""
    return cast(Wire | None, connection.scope.get("extensions", {}).get(_EXTENSION))


def frame(text: str) -> bytes:
    """A text as it goes to every client."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


class LiveProtocol(WebSocketsSansIOProtocol):
    """uvicorn's, with two pings that may stay unanswered, and bounds on what peers make us hold."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.close_timeout = _FAREWELL
        self.on_shutdown: Callable[[], None] | None = None
        self._unanswered = 0
        self._second = 0.0
        self._frames = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=_UNSENT)
        if (held := transport.get_extra_info("socket")) is not None:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _IN_SYSTEM)

    async def run_asgi(self) -> None:
        cast(dict[str, Any], self.scope["extensions"])[_EXTENSION] = self
        await super().run_asgi()

    async def send(self, message: Any) -> None:
        await super().send(message)
        # What was refused is no handshake that was forgotten, which would be logged as an error.
        self.handshake_complete = self.handshake_complete or self.close_sent

    def take(self, frames: bytes) -> bool:
        if not self.writable.is_set():
            return False
        self.write(frames)
        return True

    def write(self, frames: bytes) -> None:
        if not (self.close_sent or self.transport.is_closing()):
            self.transport.write(frames)

    def finish(self, code: int, reason: str = "") -> None:
        if self.close_sent or self.transport.is_closing() or not self.handshake_complete:
            return
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.abort)

    def shutdown(self) -> None:
        self.close_timeout = _LAST_FAREWELL
        if self.handshake_initiated and not (self.handshake_complete or self.close_sent):
            self.conn.send_response(self.conn.reject(503, "the service is stopping\n"))
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()
        elif self.on_shutdown is not None and not self.close_sent:
            self.stop_keepalive()
            self.on_shutdown()
        else:
            super().shutdown()

    def send_keepalive_ping(self) -> None:
        self.ping_timer = None
        if self.close_sent or self.transport.is_closing():
            return
        if self._unanswered == _UNANSWERED:
            self.finish(GOING_AWAY, "two pings were not answered")
            return
        self._unanswered += 1
        self.conn.send_ping(b"")
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.schedule_ping()

    def handle_pong(self, event: Frame) -> None:  # noqa: ARG002 - any sign of life will do
        if not self._flooded():
            self._unanswered = 0

    def handle_ping(self) -> None:
        # To be sent even so where the peer takes nothing, these would fill the memory.
        if not self._flooded() and self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def handle_cont(self, event: Frame) -> None:
        if not self._flooded():
            super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and not _is_text(self.frames):
            self.frames = []
            self.finish(INVALID_TEXT, "a text is UTF-8")
            return
        super().send_receive_event_to_app()

    def _flooded(self) -> bool:
        now = self.loop.time()
        if now - self._second >= 1:
            self._second, self._frames = now, 0
        self._frames += 1
        # A part may be empty: their number is bounded too.
        if self._frames > _FRAMES_A_SECOND or len(self.frames) > 2 * _FRAMES_A_SECOND:
            self.finish(POLICY_VIOLATION, "too many frames")
        return self.close_sent


def _is_text(parts: list[bytes]) -> bool:
    try:
        b"".join(parts).decode()
    except UnicodeDecodeError:
        return False
    return True
