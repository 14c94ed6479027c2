"""How a file is sent to a client that does not take it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from starlette.types import Message, Scope

from api.downloads import Downloads
from api.files import TableFile
from resources.errors import Busy

FRAME = pl.DataFrame({"a": range(1_000)})
SCOPE: Scope = {"type": "http", "method": "GET", "headers": []}


class Reader:
    """A client of the file of three frames, which takes so many messages and then no more."""

    def __init__(self, takes: int) -> None:
        self.takes = takes
        self.told: list[Message] = []
        self.frames = 0
        self.stalled = asyncio.Event()

    async def receive(self) -> Message:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    async def send(self, message: Message) -> None:
        if len(self.told) == self.takes:
            self.stalled.set()
            await asyncio.Event().wait()
        self.told.append(message)

    async def asks(self, downloads: Downloads) -> None:
        table = TableFile("t", FRAME.schema, 3_000, self._read)
        await downloads.answer(table, "csv", "tag", {})(SCOPE, self.receive, self.send)

    def _read(self) -> Iterator[pl.DataFrame]:
        for _ in range(3):
            self.frames += 1
            yield FRAME


async def test_a_reader_that_stalls_is_given_up_and_makes_room(tmp_path: Path) -> None:
    downloads = Downloads(tmp_path, at_once=1, patience=0.05)
    stalled, other = Reader(takes=3), Reader(takes=100)
    await stalled.asks(downloads)
    assert stalled.frames < 3
    # Without the last message the server breaks the connection off.
    assert all(message.get("more_body", True) for message in stalled.told)
    await other.asks(downloads)
    assert other.told[-1] == {"type": "http.response.body", "body": b""}


async def test_one_more_than_may_be_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    downloads = Downloads(tmp_path, at_once=1, patience=30)
    first, second = Reader(takes=2), Reader(takes=100)
    sending = asyncio.create_task(first.asks(downloads))
    await first.stalled.wait()
    with pytest.raises(Busy):
        await second.asks(downloads)
    assert second.told == []
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    await second.asks(downloads)
    assert second.frames == 3
