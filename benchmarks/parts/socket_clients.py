"""Many clients of a socket in one process, as cheap as they can be, and when each heard what."""

import asyncio
import base64
import json
import os
import socket
import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from typing import cast

import uvloop

_TEXT, _PING, _PONG = 1, 9, 10
_PATIENCE = 120.0
_SEQ = b'"seq":'
_MASK = bytes(4)


@dataclass(frozen=True, slots=True)
class Where:
    """`say` is what each client says first; stalled ones never read again after that. So many
    connect at a time."""

    port: int
    path: str
    clients: int
    say: tuple[str, ...] = ()
    stalled: bool = False
    at_once: int = 100

    def that_stall(self, clients: int) -> "Where":
        return replace(self, clients=clients, stalled=True)


@dataclass(slots=True)
class Heard:
    """By message: its seq, when (ns, the monotonic clock of the machine) and its length in bytes.

    `fallen` counts messages whose seq was smaller than that before it.
    """

    seqs: "array[int]" = field(default_factory=lambda: array("q"))
    times: "array[int]" = field(default_factory=lambda: array("q"))
    lengths: "array[int]" = field(default_factory=lambda: array("q"))
    fallen: int = 0
    closed: int = 0


def run(connection: Connection, where: Where) -> None:
    """Connect, say that all are there, and answer the word "stop" with what was heard."""
    uvloop.run(_run(connection, where))


async def _run(connection: Connection, where: Where) -> None:
    heard, clients = Heard(), list[_Client]()
    for start in range(0, where.clients, where.at_once):
        count = min(where.at_once, where.clients - start)
        clients += await asyncio.gather(*(_connect(where, heard) for _ in range(count)))
    connection.send(len(clients))
    await asyncio.to_thread(connection.recv)
    connection.send(heard)
    for client in clients:
        client.transport.abort()


async def _connect(where: Where, heard: Heard) -> "_Client":
    loop = asyncio.get_running_loop()
    made = socket.socket()
    if where.stalled:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    made.setblocking(False)
    await loop.sock_connect(made, ("127.0.0.1", where.port))
    _, client = await loop.create_connection(lambda: _Client(where, heard), sock=made)
    async with asyncio.timeout(_PATIENCE):
        await client.greeted
    if where.stalled:
        client.transport.pause_reading()
    return client


class _Client(asyncio.Protocol):
    transport: asyncio.Transport

    def __init__(self, where: Where, heard: Heard) -> None:
        self.greeted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._where = where
        self._heard = heard
        self._rest = b""
        self._opened = False
        self._newest = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        key = base64.b64encode(os.urandom(16)).decode()
        self.transport.write(
            f"GET {self._where.path} HTTP/1.1\r\nHost: 127.0.0.1:{self._where.port}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        if not self._opened:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._rest = head
                return
            if not head.startswith(b"HTTP/1.1 101"):
                raise SystemExit(f"a client was not let in: {head!r}")
            self._opened = True
            for text in self._where.say:
                self._send(_TEXT, text.encode())
            self.greeted.set_result(None)
        self._rest = data[self._frames(data) :]

    def connection_lost(self, _exc: Exception | None) -> None:
        self._heard.closed += 1

    def _frames(self, data: bytes) -> int:
        """Take the whole frames; how many bytes they were."""
        at, now = 0, time.monotonic_ns()
        while len(data) - at >= 2:
            length, start = data[at + 1], at + 2
            if length >= 126:
                start += 2 if length == 126 else 8
                length = int.from_bytes(data[at + 2 : start], "big")
            if len(data) < start + length:
                break
            self._frame(data[at] & 15, data[start : start + length], now)
            at = start + length
        return at

    def _frame(self, opcode: int, payload: bytes, now: int) -> None:
        if opcode == _PING:
            self._send(_PONG, payload)
        elif opcode == _TEXT and (found := payload.rfind(_SEQ)) >= 0:
            seq = int(payload[found + len(_SEQ) :].split(b",")[0].rstrip(b"}"))
            heard = self._heard
            heard.fallen += seq < self._newest
            self._newest = seq
            heard.seqs.append(seq)
            heard.times.append(now)
            heard.lengths.append(len(payload))

    def _send(self, opcode: int, payload: bytes) -> None:
        length = len(payload)
        size = bytes([128 | length]) if length < 126 else b"\xfe" + length.to_bytes(2, "big")
        self.transport.write(bytes([128 | opcode]) + size + _MASK + payload)


def said(**message: object) -> str:
    return json.dumps(message)


def latencies(heard: Heard, committed: Sequence[tuple[int, int]]) -> list[float]:
    """From each commit (its seq and when) to each client, in ms."""
    at = dict(committed)
    return [
        (when - at[seq]) / 1e6 for seq, when in zip(heard.seqs, heard.times, strict=True)
        if seq in at
    ]  # fmt: skip
