"""Every socket of this process, and what is sent to them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from api.answers import iso
from api.live.client import Client
from api.live.delivery import Delivery, chosen, framed_once, single
from api.live.messages import DATA_SOURCES, GROUPS, MARKET_DATA, MONITORING, DataMessage, said
from api.live.replay import NewestPerSymbol, RecentMessages, Replay, by_commit
from api.live.wire import TRY_AGAIN_LATER

# The longest frame that a client may send.
FRAME_BYTES = 65_536
_CHANNELS = (MARKET_DATA, MONITORING, DATA_SOURCES)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds and periods of the sockets, times in seconds."""

    sockets: int = 2_000
    per_address: int = 20  # of clients without a key
    patience: float = 10.0  # how long a client may lag before it is closed
    heartbeat: float = 10.0
    provider_stats: float = 300.0
    ping: float = 30.0
    messages_a_second: int = 50


class Hub:
    """Knows the clients and the newest commit; used from the event loop alone."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.seq = 0
        self.sessions = 0
        self.refused = 0
        self.evicted = 0
        self.membership_changed = False
        # Of clients that have left: messages and bytes.
        self._sent = [0, 0]
        self._clients: dict[str, Client] = {}
        self._replays: dict[str, Replay] = {}
        self.begin(0)

    def begin(self, seq: int, after: Mapping[str, int] | None = None) -> None:
        """Go on after the commit `seq`; all messages of a group are remembered `after` a commit."""
        floors = after or {}
        self.seq = seq
        self._replays = {group: RecentMessages(floors.get(group, 0)) for group in GROUPS}
        self._replays["prices"] = NewestPerSymbol()

    @property
    def clients(self) -> Sequence[Client]:
        return tuple(self._clients.values())

    def keyed(self) -> dict[str, list[Client]]:
        """The clients by the id of the key or session that they came with, which may be revoked."""
        held: dict[str, list[Client]] = {}
        for client in self._clients.values():
            if client.key_id is not None and not client.evicted.is_set():
                held.setdefault(client.key_id, []).append(client)
        return held

    def _has_room(self, client: Client) -> bool:
        if len(self._clients) >= self.limits.sockets:
            return False
        if client.keyed:
            return True
        others = (c for c in self._clients.values() if not c.keyed)
        return sum(c.address == client.address for c in others) < self.limits.per_address

    @contextmanager
    def joined(self, client: Client) -> Iterator[bool]:
        """Whether there was room for a client, which is among the others until it leaves."""
        if not self._has_room(client):
            self.refused += 1
            yield False
            return
        self._clients[client.id] = client
        self.sessions += 1
        self.membership_changed = True
        try:
            yield True
        finally:
            self.leave(client)

    def leave(self, client: Client) -> None:
        """A client that has left already stays away."""
        if self._clients.pop(client.id, None) is not None:
            self._sent[0] += client.messages
            self._sent[1] += client.bytes
            self.membership_changed = True

    def remember(self, messages: Sequence[DataMessage]) -> None:
        """Keep messages for clients that resume, without sending them."""
        for message in messages:
            # What is not held here is read from the ledger again.
            if replay := self._replays.get(message.group):
                replay.add(message)

    def publish(self, messages: Sequence[DataMessage]) -> None:
        """Send messages, in the order of their seq, to whoever wants them."""
        if not messages:
            return
        self.remember(messages)
        self.seq = messages[-1].seq
        commits, framed = list(by_commit(messages)), framed_once()
        deliveries: dict[object, Delivery] = {}
        for client in self._clients.values():
            if (delivery := deliveries.get(client.wishes)) is None:
                delivery = chosen(commits, client.groups, framed)
                deliveries[client.wishes] = delivery
            if delivery.texts:
                client.take(delivery)

    def resume(self, client: Client, group: str, after: int) -> None:
        """Send what a client has missed since `after`, or that this is not held any more."""
        missed = self._replays[group].since(after)
        if missed is None:
            self.refuse_resume(client, group)
        else:
            client.hear(by_commit(missed))

    def refuse_resume(self, client: Client, group: str) -> None:
        oldest = self._replays[group].oldest
        client.say(said("resume_failed", channel=group, oldest=oldest))

    def has_listeners(self, channel: str) -> bool:
        return any(client.channel == channel for client in self._clients.values())

    def broadcast(self, channel: str, text: str) -> None:
        delivery = single(text)
        for client in self._clients.values():
            if client.channel == channel:
                client.take(delivery)

    def evict_laggards(self) -> None:
        for client in self._clients.values():
            if client.outbox.behind() > self.limits.patience and not client.evicted.is_set():
                self.evict(client, TRY_AGAIN_LATER)

    def evict(self, client: Client, code: int, last_word: str | None = None) -> None:
        self.evicted += 1
        client.evict(code, last_word)

    def totals(self) -> dict[str, Any]:
        """How many are connected, and how many listen to each group."""
        groups = Counter(group for client in self._clients.values() for group in client.groups)
        return {
            "active_connections": len(self._clients),
            "total_sessions": self.sessions,
            "groups": {group: groups[group] for group in GROUPS},
        }

    def stats(self) -> dict[str, Any]:
        """Every connection, without its address: anyone may read this."""
        connections = [
            {
                "session_id": client.id,
                "channel": client.channel,
                "groups": sorted(client.groups),
                "connected_at": iso(client.connected_at),
            }
            for client in self._clients.values()
        ]
        return {**self.totals(), **self.traffic(), "connections": connections}

    def traffic(self) -> dict[str, Any]:
        """Sockets by channel, and what happened since the start."""
        clients = self._clients.values()
        channels = Counter(client.channel for client in clients)
        return {
            "channels": {channel: channels[channel] for channel in _CHANNELS},
            "evicted": self.evicted,
            "refused": self.refused,
            "messages_sent": self._sent[0] + sum(client.messages for client in clients),
            "bytes_sent": self._sent[1] + sum(client.bytes for client in clients),
        }
