"""What the server endures of a connection, below all endpoints: over real sockets, in little time."""

import asyncio
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from api.connections import Connections
from api.patience import HEAD_BYTES, HEADERS, PatientHttp
from tests.api.server import until

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
LARGE = 30_000_000
HASTY: dict[str, Any] = {
    "head_seconds": 0.3, "pause_seconds": 0.3, "unread_seconds": 0.3, "look_seconds": 0.02,
}  # fmt: skip


class Echo:
    """Answers how much was sent and how many headers there were in the end; `/large` with much."""

    def __init__(self) -> None:
        self.broken_off = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        length, more = 0, scope["path"] != "/early"
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.broken_off += 1
                return
            length += len(message["body"])
            more = message["more_body"]
        said = f"{length} {len(scope['headers'])}".encode()
        body = bytes(LARGE) if scope["path"] == "/large" else said
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class Running:
    def __init__(self, server: uvicorn.Server, app: Echo, port: int) -> None:
        self.state = server.server_state
        self.app = app
        self._port = port

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._port), timeout=20)

    def says(self, *pieces: bytes) -> bytes:
        """All that is answered until the server closes the connection."""
        with self.connect() as connection:
            return heard(connection, pieces)

    def empty(self) -> bool:
        return not self.state.connections


def heard(connection: socket.socket, pieces: Iterable[bytes] = ()) -> bytes:
    said = b""
    try:
        for piece in pieces:
            connection.sendall(piece)
        while piece := connection.recv(65_536):
            said += piece
    except (BrokenPipeError, ConnectionResetError):
        # It was closed while we still spoke; what it said before may be lost by that.
        pass
    return said


def answer_of(connection: socket.socket) -> bytes:
    """One small answer on a connection that stays open."""
    said = b""
    while b"\r\n\r\n" not in said or said.endswith(b"\r\n\r\n"):
        piece = connection.recv(65_536)
        assert piece, "the connection was closed"
        said += piece
    return said


@contextmanager
def running(keep_alive: int = 30, **limits: Any) -> Iterator[Running]:
    app = Echo()
    hasty = type("HastyHttp", (PatientHttp,), limits)
    config = uvicorn.Config(
        app, http=hasty, lifespan="off", log_config=None, timeout_keep_alive=keep_alive,
        timeout_graceful_shutdown=2,
    )  # fmt: skip
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0), backlog=200)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
    thread.start()
    try:
        until(lambda: server.started or not thread.is_alive())
        yield Running(server, app, listening.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(15)


def endlessly(begin: bytes, piece: bytes, sent: list[int]) -> Iterator[bytes]:
    yield begin
    for _ in range(2_000):
        sent.append(len(piece))
        yield piece


ENDLESS = {
    "short headers": (b"GET / HTTP/1.1\r\nHost: x\r\n", b"a:b\r\n" * 10_000),
    "one value": (b"GET / HTTP/1.1\r\nHost: x\r\na: ", b"a" * 65_536),
    "one name": (b"GET / HTTP/1.1\r\n", b"a" * 65_536),
    "a target": (b"GET /", b"a" * 65_536),
    "a handshake": (
        b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n", b"a:b\r\n" * 10_000,
    ),
    "trailers": (CHUNKED + b"0\r\n", b"a:b\r\n" * 10_000),
    "a trailer": (CHUNKED + b"0\r\na: ", b"a" * 65_536),
    "an extension": (CHUNKED + b"1;a=", b"a" * 65_536),
    "a further request": (GET + b"GET / HTTP/1.1\r\n", b"a:b\r\n" * 10_000),
}  # fmt: skip


@pytest.mark.parametrize(("begin", "endless"), ENDLESS.values(), ids=ENDLESS)
def test_what_has_no_end_is_cut_off_early(begin: bytes, endless: bytes) -> None:
    with running() as server:
        sent: list[int] = []
        with server.connect() as connection:
            said = heard(connection, endlessly(begin, endless, sent))
        # Some MB are in the buffers of the system between us.
        assert sum(sent) < 50_000_000
        assert b" 431 " in said or b" 200 " in said or not said
        until(server.empty)


def many(headers: int) -> bytes:
    return b"GET / HTTP/1.1\r\n" + b"a:b\r\n" * headers + b"\r\n"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (many(HEADERS), 200),
        (many(HEADERS + 1), 431),
        (b"GET / HTTP/1.1\r\na:" + b"b" * (HEAD_BYTES - 10) + b"\r\n\r\n", 200),
        (b"GET / HTTP/1.1\r\na:" + b"b" * HEAD_BYTES + b"\r\n\r\n", 431),
        (b"GET /" + b"b" * HEAD_BYTES + b" HTTP/1.1\r\n\r\n", 431),
        (CHUNKED + b"1\r\nx\r\n0\r\n" + b"a:b\r\n" * HEADERS + b"\r\n", 431),
        (b"nonsense\r\n\r\n", 400),
    ],
)
def test_a_head_has_its_bounds(request_: bytes, status: int) -> None:
    with running(**HASTY) as server, server.connect() as connection:
        connection.sendall(request_)
        said = connection.recv(65_536)
        assert said.startswith(f"HTTP/1.1 {status} ".encode())
        if status != 200:
            assert b"application/problem+json" in said + heard(connection)


def test_a_trailer_is_no_header() -> None:
    with running() as server, server.connect() as connection:
        connection.sendall(CHUNKED + b"1\r\nx\r\n0\r\nx-api-key: stolen\r\n\r\n")
        assert answer_of(connection).endswith(b"1 2")


def test_requests_in_a_row_are_few() -> None:
    with running() as server, server.connect() as connection:
        connection.sendall(GET * 50)
        said = b""
        while said.count(b"HTTP/1.1 200") < 50:
            said += connection.recv(65_536)
        assert server.says(GET * 5_000).count(b"HTTP/1.1 200") < 5_000


STALLED = {
    "nothing": b"",
    "a bare line": b"\r\n",
    "half a head": b"GET / HTTP/1.1\r\nHost",
    "a body that does not come": POST + b"Content-Length: 9\r\n\r\n",
    "a byte of a body": POST + b"Content-Length: 9\r\n\r\nx",
    "half a chunk": CHUNKED + b"9\r\nx",
    "no last chunk": CHUNKED + b"1\r\nx\r\n",
    "half a trailer": CHUNKED + b"1\r\nx\r\n0\r\na",
    "an answer before the body": b"POST /early HTTP/1.1\r\nContent-Length: 9\r\n\r\nx",
}


@pytest.mark.parametrize("stalled", STALLED.values(), ids=STALLED)
@pytest.mark.parametrize("before", [b"", GET], ids=["first", "second"])
def test_who_does_not_go_on_is_cut_off(before: bytes, stalled: bytes) -> None:
    """As the first thing on a connection, and behind a request that was answered."""
    with running(keep_alive=1, **HASTY) as server, server.connect() as connection:
        if before:
            connection.sendall(before)
            assert b" 200 " in answer_of(connection)
        said = heard(connection, [stalled])
        assert (b" 200 " in said) == (b"/early" in stalled)
        until(server.empty)


def test_a_body_that_drips_ends() -> None:
    """Each byte comes in time, the whole does not."""
    with running(**{**HASTY, "pause_seconds": 5}, body_seconds=0.5) as server:
        stop = threading.Event()
        with server.connect() as connection:
            connection.sendall(POST + b"Content-Length: 100000\r\n\r\n")

            def drip() -> None:
                while not stop.wait(0.05):
                    try:
                        connection.sendall(b"x")
                    except OSError:
                        return

            dripping = threading.Thread(target=drip)
            dripping.start()
            try:
                assert heard(connection) == b""
            finally:
                stop.set()
                dripping.join()
        until(lambda: server.app.broken_off == 1)


def test_who_goes_on_is_let() -> None:
    """Longer than any of the pauses in all."""
    with running(keep_alive=30, **{**HASTY, "unread_seconds": 5}) as server:
        pause = threading.Event()
        with server.connect() as connection:
            connection.sendall(POST + b"Content-Length: 8\r\n\r\n")
            for _ in range(8):
                pause.wait(0.1)
                connection.sendall(b"x")
            assert answer_of(connection).endswith(b"8 2")
            pause.wait(0.6)
            connection.sendall(GET)
            assert answer_of(connection).endswith(b"0 1")


@pytest.mark.parametrize("closing", [b"", b"Connection: close\r\n"])
def test_an_answer_that_nobody_takes_is_let_go(closing: bytes) -> None:
    with running(**HASTY) as server, server.connect() as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\n" + closing + b"\r\n")
        until(lambda: bool(server.state.total_requests))
        until(server.empty)
        assert len(heard(connection)) < LARGE


def test_an_answer_that_is_taken_slowly_arrives() -> None:
    with running(keep_alive=1, **{**HASTY, "unread_seconds": 2}) as server:
        pause, taken = threading.Event(), 0
        with server.connect() as connection:
            connection.sendall(b"GET /large HTTP/1.1\r\n\r\n")
            while piece := connection.recv(1_000_000):
                taken += len(piece)
                pause.wait(0.05)
        assert taken > LARGE


def test_connections_of_one_address_are_bounded() -> None:
    with running(most_of_address=3) as server, ExitStack() as open_:
        kept = [open_.enter_context(server.connect()) for _ in range(3)]
        for one in kept:
            one.sendall(GET)
            assert b" 200 " in answer_of(one)
        assert server.says(GET) == b""
        kept[0].close()
        until(lambda: len(server.state.connections) == 2)
        again = open_.enter_context(server.connect())
        again.sendall(GET)
        assert b" 200 " in answer_of(again)


def test_others_come_in_beside_a_crowd() -> None:
    bounds = Connections(most=4, most_of_address=2)
    joined = [bounds.join("192.0.2.1", 0, is_proxy=False) for _ in range(3)]
    assert joined == ["192.0.2.1", "192.0.2.1", None]
    halves = [bounds.join(f"2001:db8::{n}", 0, is_proxy=False) for n in range(3)]
    assert halves == ["2001:db8::/64", "2001:db8::/64", None]
    assert bounds.join("192.0.2.2", 0, is_proxy=False) is None
    bounds.leave("192.0.2.1")
    assert bounds.join("192.0.2.2", 0, is_proxy=False) == "192.0.2.2"


def test_a_proxy_speaks_for_many_and_descriptors_are_left_for_files() -> None:
    bounds = Connections(most=5, most_of_address=1)
    assert all(bounds.join("192.0.2.1", 0, is_proxy=True) for _ in range(5))
    assert bounds.join("192.0.2.1", 0, is_proxy=True) is None
    roomy = Connections(most=5, most_of_address=5)
    assert roomy.join("192.0.2.1", 10_000_000, is_proxy=True) is None
