"""A client of the sockets, as tests speak."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError

from resources.settings import Settings

# Said once, first.
GREETINGS = ("welcome", "connected", "connection_established")

Message = dict[str, Any]


class Talk:
    anytime: Sequence[str] = ("stats_update", "heartbeat", "provider_stats", "status_update")

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def hear(self, within: float = 30) -> Message:
        """The next message that is not said at any time."""
        async with asyncio.timeout(within):
            while True:
                message: Message = json.loads(await self.connection.recv())
                if message["type"] not in self.anytime:
                    return message

    async def hear_all(self, kind: str) -> list[Message]:
        """The messages of one kind until the last of their commit, without their type."""
        found: list[Message] = []
        while not (found and found[-1].get("last")):
            message = await self.hear()
            assert message.pop("type") == kind
            found.append(message)
        return found

    async def ask(self, **message: Any) -> Message:
        await self.say(**message)
        return await self.hear()

    async def closing_code(self, within: float = 30) -> int | None:
        """Hear everything out; the code that the server closes with."""
        async with asyncio.timeout(within):
            with contextlib.suppress(ConnectionClosedError):
                async for _ in self.connection:
                    pass
        return self.connection.close_code

    async def silence(self, seconds: float = 0.4) -> None:
        """Nothing is said for a while."""
        try:
            message = await self.hear(seconds)
        except TimeoutError:
            return
        raise AssertionError(f"heard {message}")


@asynccontextmanager
async def talking(
    settings: Settings, query: str = "", path: str = "/ws", **options: Any
) -> AsyncIterator[Talk]:
    """A client that has been welcomed."""
    url = f"ws://127.0.0.1:{settings.port}{path}{query}"
    async with connect(url, proxy=None, **options) as connection:
        talk = Talk(connection)
        welcome = await talk.hear()
        assert welcome["type"] in GREETINGS
        yield talk
