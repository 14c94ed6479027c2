"""One socket, as the hub sees it."""

import asyncio
import itertools
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence

from api.live.messages import GROUPS, DataMessage

# In characters; texts are shared between clients, so that many slow ones cost as much as one.
_LONGEST = 2 * 2**20


class Outbox:
    """What a client has still to be sent: bounded, in order, the newest price per symbol.

    Nothing is left out in secret: where the bound is met, what waits is sent, and then the
    outbox ends.
    """

    def __init__(self, longest: int = _LONGEST) -> None:
        self._longest = longest
        self._waiting: OrderedDict[str | int, str] = OrderedDict()
        self._length = 0
        self._numbers = itertools.count()
        self._ready = asyncio.Event()
        self._full = False
        self._behind_since: float | None = None

    def put(self, text: str, conflated_as: str | None = None) -> None:
        if self._full:
            return
        if conflated_as is not None and (older := self._waiting.pop(conflated_as, None)):
            self._length -= len(older)
        if self._length + len(text) > self._longest:
            self._full = True
        else:
            # A number is never the name of a conflated message.
            self._waiting[conflated_as or next(self._numbers)] = text
            self._length += len(text)
        if self._behind_since is None:
            self._behind_since = time.monotonic()
        self._ready.set()

    async def drain(self, send: Callable[[str], Awaitable[None]]) -> None:
        """Send what comes, until something had to be left out."""
        while self._waiting or not self._full:
            if not self._waiting:
                self._behind_since = None
                self._ready.clear()
                await self._ready.wait()
                continue
            _, text = self._waiting.popitem(last=False)
            self._length -= len(text)
            await send(text)

    def behind(self) -> float:
        """Seconds since everything had been sent, 0 when it has."""
        since = self._behind_since
        return 0.0 if since is None else time.monotonic() - since


class Client:
    """A client of one channel ("ws"), with what it wants to hear.

    `groups` maps each joined group to the symbols wanted, None for all of them.
    """

    def __init__(self, channel: str, address: str, *, keyed: bool) -> None:
        self.id = secrets.token_hex(8)
        self.channel = channel
        self.address = address
        self.keyed = keyed
        self.connected_at = time.time_ns() // 1_000_000
        self.outbox = Outbox()
        self.evicted = asyncio.Event()
        # Said after all else, before the socket is closed.
        self.last_word: str | None = None
        self.groups: dict[str, frozenset[str] | None] = dict.fromkeys(GROUPS)

    def say(self, text: str) -> None:
        self.outbox.put(text)

    def wants(self, message: DataMessage) -> bool:
        if message.group not in self.groups:
            return False
        symbols = self.groups[message.group]
        if symbols is None or message.symbol in symbols:
            return True
        return not symbols.isdisjoint(message.mentions)

    def deliver(self, commit: Sequence[DataMessage]) -> None:
        """Those messages of one commit that the client wants, the last of them marked."""
        wanted = [message for message in commit if self.wants(message)]
        for message in wanted[:-1]:
            self.outbox.put(message.text, message.conflated_as)
        for message in wanted[-1:]:
            self.outbox.put(message.closing, message.conflated_as)
