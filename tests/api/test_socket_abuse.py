"""What clients of the sockets send and do that no client should."""

import asyncio
import contextlib
import functools

import httpx
import msgspec
import pytest
from starlette.types import Message
from starlette.websockets import WebSocket, WebSocketState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError

from api.caller import Caller
from api.live.client import Client
from api.live.conversation import Answers, converse
from api.live.hub import Hub, Limits
from tests.api.server import Store, served, until
from tests.api.talk import Talk, talking

SOCKETS = ["/ws", "/ws/live", "/api/v2/ws"]
NESTED = '{"type":"ping","x":' + "[" * 60_000
RESUMES = [-1, -(2**63), 2**63, 2**64, 10**400, True, 1.5, None]
CHANNELS = [("/ws", "prices"), ("/ws", "candles"), ("/api/v2/ws", "snapshots"), ("/api/v2/ws", "schedules")]  # fmt: skip


@pytest.mark.parametrize("path", SOCKETS)
async def test_a_frame_that_is_no_message_is_told_and_the_socket_stays(
    world: Store, service: httpx.Client, path: str
) -> None:
    assert service.is_closed is False
    async with talking(world.settings, path=path) as talk:
        for frame in (
            NESTED,
            "[" * 65_000,
            "{",
            '{"type":"\\ud800"}',
            "9" * 5_000,
            b"\xff",
            "null",
        ):
            await talk.connection.send(frame)
            assert (await an_error(talk))["message"].startswith("not understood")


@pytest.mark.parametrize(("path", "channel"), CHANNELS)
async def test_a_resume_from_no_number_is_told_and_the_socket_stays(
    world: Store, service: httpx.Client, path: str, channel: str
) -> None:
    assert service.is_closed is False
    async with talking(world.settings, path=path) as talk:
        for after in RESUMES:
            await talk.say(type="resume", channel=channel, after=after)
            assert (await an_error(talk))["message"].startswith("not understood")
        await talk.say(type="resume", channel=channel, after=2**63 - 1)
        assert (await talk.hear())["type"] == "resume_failed"


@pytest.mark.parametrize("path", SOCKETS)
async def test_no_more_sockets_come_in_at_once_than_may(store: Store, path: str) -> None:
    settings = store.settings.model_copy(update={"max_sockets": 6, "max_sockets_per_address": 4})
    url = f"ws://127.0.0.1:{settings.port}{path}"
    with served(settings) as client:
        sockets = await asyncio.gather(*(connect(url, proxy=None) for _ in range(40)))
        try:
            counts = await asyncio.gather(*(first_of(socket) for socket in sockets))
            assert sum(counts) == client.get("/ws/stats").json()["active_connections"] == 4
        finally:
            await asyncio.gather(*(socket.close() for socket in sockets))
        await asyncio.to_thread(until, functools.partial(nobody_is_left, client))


async def test_a_message_that_comes_after_the_peers_close_ends_the_conversation() -> None:
    """As the server says it where the close overtakes what is being sent."""

    async def receive() -> Message:
        return await asyncio.Future()

    async def send(message: Message) -> None:
        if message["type"] != "websocket.accept":
            raise RuntimeError("Unexpected ASGI message, after sending 'websocket.close'")

    async def answer(_client: Client, _said: object) -> None:
        pass

    websocket = WebSocket({"type": "websocket"}, receive, send)
    websocket.client_state = WebSocketState.CONNECTED
    await websocket.accept()
    hub, client = Hub(Limits()), Client("ws", Caller("one"))
    client.say("one")
    with hub.joined(client):
        answers = Answers(msgspec.json.Decoder(object), answer)
        async with asyncio.timeout(5):
            await converse(websocket, client, hub, answers)
        assert hub.clients == ()


async def an_error(talk: Talk) -> dict[str, str]:
    message = await talk.hear()
    while message["type"] != "error":
        message = await talk.hear()
    return message


async def first_of(socket: ClientConnection) -> int:
    """1 for a socket that is greeted, 0 for one that is closed instead."""
    with contextlib.suppress(ConnectionClosedError):
        await socket.recv()
        return 1
    return 0


def nobody_is_left(client: httpx.Client) -> bool:
    return bool(client.get("/ws/stats").json()["active_connections"] == 0)
