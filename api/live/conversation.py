"""What all sockets have in common: who gets in, the bounds of a client, how it ends."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Generic, TypedDict, TypeVar

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.auth import LOCAL, caller_of, origin_allowed
from api.caller import Caller
from api.credentials import shown
from api.live.client import Client
from api.live.hub import FRAME_BYTES, Hub, Limits
from api.live.messages import said
from api.live.wire import POLICY_VIOLATION, TOO_BIG, TRY_AGAIN_LATER, frame, wire_of
from api.services import Services, services_of
from resources.errors import Forbidden, HeadwaterError, Unauthorized


class ServerOptions(TypedDict):
    http: str
    ws: str
    ws_ping_interval: float
    ws_max_size: int
    ws_per_message_deflate: bool


# How uvicorn must be started: protocols of ours, and no frame that we would close the socket for.
# Deflate costs each socket 100 kB and most of a message's CPU.
SERVER_OPTIONS: ServerOptions = {
    "http": "api.patience:PatientHttp",
    "ws": "api.live.wire:LiveProtocol",
    "ws_ping_interval": 20.0,
    "ws_max_size": FRAME_BYTES,
    "ws_per_message_deflate": False,
}

# Of a server that is not ours, a client that stopped reading gets this long to take what its
# buffers hold, and the close.
_FAREWELL = 30.0

# The number of a commit, as the ledger counts them.
Seq = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
_Said = TypeVar("_Said")


@dataclass(frozen=True, slots=True)
class Answers(Generic[_Said]):
    """What the clients of one socket may say, and what answers it."""

    decoder: msgspec.json.Decoder[_Said]
    answer: Callable[[Client, _Said], Awaitable[None]]

    async def handle(self, client: Client, data: bytes) -> None:
        """Answer a frame; what is no message, or a wrong one, is told and changes nothing."""
        try:
            message = self.decoder.decode(data)
        except RecursionError:
            client.say(said("error", message="not understood: it is nested too deep"))
            return
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            client.say(said("error", message=f"not understood: {error}"))
            return
        try:
            await self.answer(client, message)
        except HeadwaterError as error:
            client.say(said("error", message=str(error)))


@asynccontextmanager
async def admitted(websocket: WebSocket, channel: str) -> AsyncIterator[Client | None]:
    """Accept a socket and join the others; None where there is no room, and it was closed.

    Raises Forbidden for a foreign web page, Unauthorized for a bad key and TooManyRequests, before
    it is accepted.
    """
    if not origin_allowed(websocket):
        raise Forbidden("pages of this origin may not use the sockets")
    services, wire = services_of(websocket), wire_of(websocket)
    address = services.proxies.client_of(websocket)
    caller = await counted(services, address, caller_of(websocket))
    client = Client(channel, caller, wire)
    if caller.key is not None and caller.key is not LOCAL:
        client.key_id = caller.key.id
        claims = services.tokens.read(shown(websocket).secret or "")
        client.ends = claims.ends if claims else None
    await websocket.accept()
    with services.hub.joined(client) as has_room:
        if has_room:
            if wire is not None:
                wire.on_shutdown = client.dismiss
            yield client
            return
    await _close(websocket, client, TRY_AGAIN_LATER, "too many sockets")
    yield None


async def counted(services: Services, address: str, looked_up: Awaitable[Caller]) -> Caller:
    """Who opens a socket, or changes something by it, which is a request like others.

    Raises Unauthorized and TooManyRequests.
    """
    try:
        caller = await looked_up
    except Unauthorized:
        # Whoever guesses keys is one address.
        services.limiter.require(Caller(address))
        raise
    services.limiter.require(caller)
    return caller


async def converse(websocket: WebSocket, client: Client, hub: Hub, answers: Answers[_Said]) -> None:
    """Send what the hub has for the client and answer what it says, until either side ends."""
    tasks = [
        asyncio.create_task(_send(websocket, client)),
        asyncio.create_task(_receive(websocket, client, hub.limits, answers)),
        asyncio.create_task(_evicted(client)),
    ]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        # Its place is free while it takes its farewell.
        hub.leave(client)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    codes = [task.result() for task in tasks if task in done]
    # The peer's own end counts first: there is nobody left to be told a code.
    if None not in codes:
        await _close(websocket, client, codes[0])


async def _close(
    websocket: WebSocket, client: Client, code: int | None, reason: str | None = None
) -> None:
    if client.wire is not None:
        if client.last_word is not None:
            client.wire.write(frame(client.last_word))
        client.wire.finish(code or 1000, reason or "")
        return
    with contextlib.suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
        async with asyncio.timeout(_FAREWELL):
            if client.last_word is not None:
                await websocket.send_text(client.last_word)
            await websocket.close(code or 1000, reason)


async def _send(websocket: WebSocket, client: Client) -> int | None:
    async def send(text: str) -> None:
        await websocket.send_text(text)
        client.messages += 1
        client.bytes += len(text)

    try:
        await client.outbox.drain(send)
    except (WebSocketDisconnect, RuntimeError):
        # The second is how a server says that the peer's close has come before this message.
        return None
    return client.code


async def _evicted(client: Client) -> int | None:
    await client.evicted.wait()
    return client.code


async def _receive(
    websocket: WebSocket, client: Client, limits: Limits, answers: Answers[_Said]
) -> int | None:
    """Hand on each message; returns the code to close with, None once the peer is gone."""
    recent: deque[float] = deque(maxlen=limits.messages_a_second)
    clock = asyncio.get_running_loop().time
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return None
        text = message.get("text")
        data: bytes = message["bytes"] if text is None else text.encode()
        if len(data) > FRAME_BYTES:
            return TOO_BIG
        now = clock()
        if len(recent) == recent.maxlen and now - recent[0] < 1:
            most = limits.messages_a_second
            client.last_word = said("error", message=f"more than {most} messages a second")
            return POLICY_VIOLATION
        recent.append(now)
        await answers.handle(client, data)
