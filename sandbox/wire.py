"""From an answer to bytes on a socket, whole or broken."""

import asyncio
import functools
import gzip
import socket
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec
from starlette.types import Receive, Scope, Send

from sandbox.venue import Answer

_SMALLEST_GZIP = 1_000
_BOMB = 256  # MiB
HUGE = 10**9  # bytes
# 64 kB of JSON that goes on where the last part ended.
_OPENING = b'{"items":[{"id":0,"value":"0.0"}'
_PART = b',{"id":1,"value":"0.1"}' * 2_849
_DEPTH = 100_000
NESTED = b'{"data":' * _DEPTH + b"null" + b"}" * _DEPTH
PROSE = b"Welcome to the API. Please read the documentation first.\n"

HTML = (
    b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><h1>Checking your "
    b"browser before you go on</h1><p>Ray ID: 8f1c0a2b3d4e5f60</p></body></html>"
)


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


def encode(answer: Answer, content_type: str, gzipped: bool) -> Reply:
    """The answer as JSON, bytes as they are, compressed where the caller takes it and it is worth it."""
    payload = answer.payload
    body = payload if isinstance(payload, bytes) else msgspec.json.encode(payload)
    headers = {"content-type": answer.content_type or content_type, **answer.headers}
    if gzipped and len(body) > _SMALLEST_GZIP:
        body = gzip.compress(body, compresslevel=1, mtime=0)
        headers |= {"content-encoding": "gzip", "vary": "accept-encoding"}
    return Reply(answer.status, headers, body)


def html(status: int) -> Reply:
    return Reply(status, {"content-type": "text/html; charset=UTF-8"}, HTML)


def bomb() -> Reply:
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    return Reply(200, headers, _bomb())


@functools.cache
def _bomb() -> bytes:
    """256 MiB of blanks in 260 kB of gzip: one compressed MiB, repeated."""
    blanks = b" " * 2**20
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = deflate.compress(blanks) + deflate.flush(zlib.Z_FULL_FLUSH)
    checksum = 0
    for _ in range(_BOMB):
        checksum = zlib.crc32(blanks, checksum)
    header = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
    trailer = struct.pack("<II", checksum, _BOMB * 2**20)
    return header + block * _BOMB + deflate.flush() + trailer


class Connection:
    """One request's way back, which can be broken in the ways that networks are."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._scope = scope

    async def send(self, reply: Reply) -> None:
        await self._start(reply, len(reply.body))
        await self._body(reply.body)

    async def truncate(self, reply: Reply, promised: Literal["full", "cut"]) -> None:
        """Half of the body, with the Content-Length of the full or of the cut one."""
        half = reply.body[: len(reply.body) // 2]
        full = promised == "full"
        await self._start(reply, len(reply.body if full else half))
        await self._body(half, more=full)
        if full:
            await self._hang_up()

    async def drip(self, reply: Reply, pause: float) -> None:
        """A byte at a time, until the caller has had enough."""
        await self._start(reply, len(reply.body))
        for at in range(len(reply.body)):
            await self._body(reply.body[at : at + 1], more=at + 1 < len(reply.body))
            if await self._gone(pause):
                return

    async def stream(self, reply: Reply, length: int | None, pause: float) -> None:
        """So many bytes, which are announced, or parts without end, until the caller has enough."""
        await self._start(reply, length)
        gone = asyncio.ensure_future(self._gone(None))
        sent, part = 0, _OPENING
        while not gone.done():
            last = length is not None and sent + len(part) >= length
            await self._body(part[: length - sent] if last and length else part, more=not last)
            if last:
                break
            sent, part = sent + len(part), _PART
            await asyncio.sleep(pause)
        gone.cancel()

    async def hold(self, seconds: float | None) -> None:
        """Never answers; hangs up after so many seconds, with None when the caller does."""
        if not await self._gone(seconds):
            await self._hang_up()

    async def reset(self) -> None:
        # Lingering for zero seconds makes the kernel send RST instead of FIN.
        connection = self._transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()
        await self._gone(None)

    @property
    def _transport(self) -> asyncio.Transport:
        transport: asyncio.Transport = self._scope["state"]["transport"]
        return transport

    async def _start(self, reply: Reply, length: int | None) -> None:
        """Without a length the body comes in chunks."""
        told = {} if length is None else {"content-length": str(length)}
        headers = {**reply.headers, **told}
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await self._send({"type": "http.response.start", "status": reply.status, "headers": raw})

    async def _body(self, body: bytes, *, more: bool = False) -> None:
        await self._send({"type": "http.response.body", "body": body, "more_body": more})

    async def _hang_up(self) -> None:
        self._transport.close()
        await self._gone(None)

    async def _gone(self, seconds: float | None) -> bool:
        """Whether the caller hung up, or has its whole answer, within so many seconds."""

        async def gone() -> None:
            while (await self._receive())["type"] != "http.disconnect":
                pass

        try:
            await asyncio.wait_for(gone(), seconds)
        except TimeoutError:
            return False
        return True
