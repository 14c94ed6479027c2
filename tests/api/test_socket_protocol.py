"""What happens below the messages: frames, pings, handshakes, and the end of the service."""

import asyncio
import base64
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

import httpx
import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Close, Frame, Opcode

from api.live.conversation import SERVER_OPTIONS
from api.live.pause import Beat
from api.patience import PatientHttp
from tests.api.server import Store, served, until
from tests.api.storing import put_bare_commits
from tests.api.talk import talking
from tests.ports import free_port

SOCKETS = ["/ws", "/ws/live", "/api/v2/ws"]
Frames = list[Frame]


class HastyHttp(PatientHttp):
    head_seconds = 0.3


class Raw:
    """A client that sends the frames it is told to, and answers no ping."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, opcode: Opcode, data: bytes = b"", *, fin: bool = True) -> None:
        self._writer.write(Frame(opcode, data, fin).serialize(mask=True))

    async def hear(self) -> tuple[Opcode, bytes]:
        head = await self._reader.readexactly(2)
        length = head[1]
        if length >= 126:
            more = await self._reader.readexactly(2 if length == 126 else 8)
            length = int.from_bytes(more, "big")
        return Opcode(head[0] & 15), await self._reader.readexactly(length)

    async def hear_until(self, wanted: Opcode) -> bytes:
        async with asyncio.timeout(10):
            while True:
                opcode, data = await self.hear()
                if opcode is wanted:
                    return data

    async def closing_code(self) -> int:
        return Close.parse(await self.hear_until(Opcode.CLOSE)).code


@asynccontextmanager
async def raw(port: int, path: str = "/ws") -> AsyncIterator[Raw]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    try:
        yield Raw(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def frames_of(*parts: tuple[Opcode, bytes, bool]) -> Frames:
    return [Frame(opcode, data, fin) for opcode, data, fin in parts]


HOSTILE: list[tuple[str, Frames, int]] = [
    ("no UTF-8", frames_of((Opcode.TEXT, b'{"type":"\xff"}', True)), 1007),
    ("half a character", frames_of((Opcode.TEXT, b'"\xc3', False), (Opcode.CONT, b'"', True)), 1007),
    ("too big in parts", frames_of((Opcode.TEXT, b"x" * 40_000, False), (Opcode.CONT, b"x" * 40_000, True)), 1009),
    ("empty parts without end", frames_of((Opcode.TEXT, b"", False), *[(Opcode.CONT, b"", False)] * 600), 1008),
    ("pings without end", frames_of(*[(Opcode.PING, b"x" * 100, True)] * 600), 1008),
    ("pongs without end", frames_of(*[(Opcode.PONG, b"", True)] * 600), 1008),
    ("an end of nothing", frames_of((Opcode.CONT, b"x", True)), 1002),
]  # fmt: skip


@pytest.mark.parametrize(("frames", "code"), [case[1:] for case in HOSTILE], ids=[c[0] for c in HOSTILE])  # fmt: skip
async def test_frames_that_no_client_should_send_close_the_socket(
    world: Store, service: httpx.Client, frames: Frames, code: int
) -> None:
    assert service.is_closed is False
    async with raw(world.settings.port) as client:
        for one in frames:
            client.send(one.opcode, bytes(one.data), fin=one.fin)
        assert await client.closing_code() == code


@pytest.mark.parametrize("path", SOCKETS)
async def test_a_message_in_parts_is_one(world: Store, service: httpx.Client, path: str) -> None:
    assert service.is_closed is False
    async with raw(world.settings.port, path) as client:
        client.send(Opcode.TEXT, b'{"type":"p', fin=False)
        client.send(Opcode.PING, b"between")
        client.send(Opcode.CONT, b'onk"}')
        assert await client.hear_until(Opcode.PONG) == b"between"
        while b'"error"' not in (heard := await client.hear_until(Opcode.TEXT)):
            pass
        assert b"not understood" in heard


async def test_compression_is_declined(world: Store, service: httpx.Client) -> None:
    assert service.is_closed is False
    offered = [ClientPerMessageDeflateFactory()]
    async with talking(world.settings, extensions=offered) as talk:
        assert talk.connection.protocol.extensions == []
        assert (await talk.ask(type="ping"))["type"] == "pong"


async def test_two_pings_without_an_answer_close_the_socket(
    store: Store,
) -> None:
    with served(store.settings, ws_ping_interval=0.2):
        async with raw(store.settings.port) as silent, talking(store.settings) as healthy:
            pings = 0
            async with asyncio.timeout(10):
                while (heard := await silent.hear())[0] is not Opcode.CLOSE:
                    pings += heard[0] is Opcode.PING
            assert (Close.parse(heard[1]).code, pings) == (1001, 2)
            assert (await healthy.ask(type="ping"))["type"] == "pong"


async def test_an_answer_in_between_keeps_the_socket(store: Store) -> None:
    with served(store.settings, ws_ping_interval=0.1):
        async with raw(store.settings.port) as client:
            for number in range(6):
                data = await client.hear_until(Opcode.PING)
                if number % 2:
                    client.send(Opcode.PONG, data)


@dataclass
class Clock:
    now: float = 0.0

    def is_at(self, now: float) -> bool:
        self.now = now
        return True


def test_a_beat_does_not_drift_and_makes_up_for_nothing() -> None:
    clock = Clock()
    beat = Beat(10.0, lambda: clock.now)
    times = (9.9, 10.4, 10.5, 20.3, 29.9, 30.0, 65.0, 69.9, 70.1)
    due = [(now, round(beat.wait(), 1)) for now in times if clock.is_at(now) and beat.due()]
    assert due == [(10.4, 9.6), (20.3, 9.7), (30.0, 10.0), (65.0, 5.0), (70.1, 9.9)]


async def test_who_sends_its_request_byte_by_byte_is_cut_off(store: Store) -> None:
    with served(store.settings, http=HastyHttp) as client:
        reader, writer = await asyncio.open_connection("127.0.0.1", store.settings.port)
        writer.write(b"GET /ws HTTP/1.1\r\nUpgrade: ")
        async with asyncio.timeout(10):
            with suppress(ConnectionError):
                assert await reader.read() == b""
        writer.close()
        async with talking(store.settings) as talk:
            await asyncio.sleep(0.5)
            assert (await talk.ask(type="ping"))["type"] == "pong"
        assert client.get("/livez").status_code == 200


@contextmanager
def started(store: Store) -> Iterator["subprocess.Popen[bytes]"]:
    """The service as users start it."""
    settings = {
        "HEADWATER_HOME": str(store.settings.home_dir),
        "HEADWATER_PORT": str(store.settings.port),
        "HEADWATER_PROVIDERS": "sandbox",
        "HEADWATER_MAX_SOCKETS_PER_ADDRESS": "500",
        "HEADWATER_LIMIT_FREE_MINUTE": "100000",
        "HEADWATER_LIMIT_FREE_DAY": "100000",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "api"], env={**os.environ, **settings}, stderr=subprocess.PIPE
    )
    try:
        until(lambda: _answers(store.settings.port), within=60)
        yield process
    finally:
        process.kill()
        process.wait(10)
        assert process.stderr
        process.stderr.close()


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/livez", trust_env=False).is_success
    except httpx.TransportError:
        return False


async def last_heard(socket: ClientConnection) -> tuple[list[str], int | None]:
    """Everything until the server closes, and its code."""
    heard: list[str] = []
    with suppress(ConnectionClosed):
        while True:
            heard.append(str(await socket.recv()))
    return heard, socket.close_code


async def test_a_service_that_stops_sends_what_waits_and_takes_nobody_in(store: Store) -> None:
    put_bare_commits(store, 1, candles=1_500)
    url = f"ws://127.0.0.1:{store.settings.port}/ws"
    with started(store) as process:
        sockets = [await connect(url, proxy=None) for _ in range(200)]
        async with raw(store.settings.port, "/api/v2/ws"):  # never answers a close
            await sockets[0].send('{"type":"resume","channel":"candles","after":1}')
            await asyncio.sleep(0.5)
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(30):
                endings = await asyncio.gather(*map(last_heard, sockets))
            assert await asyncio.to_thread(process.wait, 30) in (0, -signal.SIGTERM)
        assert {code for _, code in endings} == {1012}
        assert all('"type":"welcome"' in heard[0] for heard, _ in endings)
        candles = [text for text in endings[0][0] if '"candle_update"' in text]
        assert len(candles) == 1_500
        assert candles[-1].endswith('"last":true}')
        with pytest.raises(OSError, match="Connect"):
            await connect(url, proxy=None)


async def test_a_handshake_that_was_just_refused_is_in_the_way_of_no_shutdown() -> None:
    ended: list[str] = []

    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.http.response.start", "status": 403, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b"no"})
        # As the server does of all its connections when it stops.
        scope["extensions"]["headwater.wire"].shutdown()
        ended.append("well")

    config = uvicorn.Config(
        refuse, port=free_port(), lifespan="off", log_config=None, **SERVER_OPTIONS
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    await asyncio.to_thread(until, lambda: server.started)
    with pytest.raises(InvalidStatus):
        async with connect(f"ws://127.0.0.1:{config.port}/", proxy=None):
            pass
    server.should_exit = True
    await running
    assert ended == ["well"]
