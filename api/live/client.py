"""One socket, as the hub sees it."""

import asyncio
import itertools
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence

from api.caller import Caller
from api.limiter import counted_as
from api.live.delivery import Delivery, Groups, chosen
from api.live.messages import GROUPS, DataMessage
from api.live.wire import RESTARTING, TRY_AGAIN_LATER, Wire

# In characters; texts are shared between clients, so that many slow ones cost as much as one.
_LONGEST = 2 * 2**20
# What is longer goes by way of the outbox, in which prices are conflated.
_AT_ONCE = 65_536
# Of those that a server has for its end, so many seconds are there for what waits.
_LAST_WORDS = 1.0
_EVERYTHING: Groups = dict.fromkeys(GROUPS)
_ALL_WISHES = frozenset(_EVERYTHING.items())


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

    @property
    def idle(self) -> bool:
        """Whether all has been sent, and more may come."""
        return self._behind_since is None and not self._full

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

    def end(self) -> None:
        """Take no more; what waits is sent."""
        self._full = True
        self._ready.set()

    async def drain(self, send: Callable[[str], Awaitable[None]]) -> None:
        """Send what comes, until something had to be left out or it is ended."""
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
    """A client of one channel ("ws"), with what it wants to hear; it has joined all groups at first.

    `code` is what its socket will be closed with, `messages` and `bytes` what it has been sent.
    """

    def __init__(self, channel: str, caller: Caller, wire: Wire | None = None) -> None:
        self.id = secrets.token_hex(8)
        self.channel = channel
        self.keyed = caller.key is not None
        # Of a key or session that may be revoked.
        self.key_id: str | None = None
        # When the token that it came with runs out, in s since 1970.
        self.ends: int | None = None
        # As limits are counted: an IPv6 customer has many.
        self.address = counted_as(Caller(caller.address))
        self.wire = wire
        self.connected_at = time.time_ns() // 1_000_000
        self.outbox = Outbox()
        self.evicted = asyncio.Event()
        self.code = TRY_AGAIN_LATER
        # Said after all else, before the socket is closed.
        self.last_word: str | None = None
        self.messages = 0
        self.bytes = 0
        self._groups = _EVERYTHING
        self._wishes = _ALL_WISHES

    @property
    def groups(self) -> Groups:
        return self._groups

    @groups.setter
    def groups(self, groups: Groups) -> None:
        self._groups = groups
        self._wishes = frozenset(groups.items())

    @property
    def wishes(self) -> frozenset[tuple[str, frozenset[str] | None]]:
        """The same for clients that want the same."""
        return self._wishes

    def join(self, groups: Groups) -> None:
        self.groups = {**self._groups, **groups}

    def leave(self, *names: str) -> None:
        self.groups = {name: found for name, found in self._groups.items() if name not in names}

    def say(self, text: str) -> None:
        self.outbox.put(text)

    def hear(self, commits: Iterable[Sequence[DataMessage]]) -> None:
        """What the client wants of these commits."""
        self.take(chosen(commits, self._groups))

    def take(self, delivery: Delivery) -> None:
        """At once where it has taken all that came before, else by way of the outbox."""
        direct = self.wire is not None and len(delivery.frames) <= _AT_ONCE and self.outbox.idle
        if direct and self.wire is not None and self.wire.take(delivery.frames):
            self.messages += len(delivery.texts)
            self.bytes += len(delivery.frames)
            return
        for text, name in delivery.texts:
            self.outbox.put(text, name)

    def evict(self, code: int, last_word: str | None = None) -> None:
        """Close its socket, whatever waits."""
        self.code = code
        self.last_word = last_word
        self.evicted.set()

    def dismiss(self) -> None:
        """Close its socket because the service stops, as soon as what waits is sent."""
        self.code = RESTARTING
        self.outbox.end()
        asyncio.get_running_loop().call_later(_LAST_WORDS, self.evicted.set)
