"""Every socket of this process, and what is sent to them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from api.answers import iso
from api.live.client import Client
from api.live.messages import GROUPS, DataMessage, said
from api.live.replay import NewestPerSymbol, RecentMessages, Replay, by_commit

# The longest frame that a client may send.
FRAME_BYTES = 65_536


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
        self.membership_changed = False
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

    def _has_room(self, client: Client) -> bool:
        if len(self._clients) >= self.limits.sockets:
            return False
        if client.keyed:
            return True
        same = sum(c.address == client.address and not c.keyed for c in self._clients.values())
        return same < self.limits.per_address

    @contextmanager
    def joined(self, client: Client) -> Iterator[bool]:
        """Whether there was room for a client, which is among the others until it leaves."""
        if not self._has_room(client):
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
        self._clients.pop(client.id, None)
        self.membership_changed = True

    def remember(self, messages: Sequence[DataMessage]) -> None:
        """Keep messages for clients that resume, without sending them."""
        for message in messages:
            # What is not held here is read from the ledger again.
            if replay := self._replays.get(message.group):
                replay.add(message)

    def publish(self, messages: Sequence[DataMessage]) -> None:
        """Send messages, in the order of their seq, to whoever wants them."""
        self.remember(messages)
        for commit in by_commit(messages):
            self.seq = commit[0].seq
            for client in self._clients.values():
                client.deliver(commit)

    def resume(self, client: Client, group: str, after: int) -> None:
        """Send what a client has missed since `after`, or that this is not held any more."""
        missed = self._replays[group].since(after)
        if missed is None:
            self.refuse_resume(client, group)
            return
        for commit in by_commit(missed):
            client.deliver(commit)

    def refuse_resume(self, client: Client, group: str) -> None:
        oldest = self._replays[group].oldest
        client.say(said("resume_failed", channel=group, oldest=oldest))

    def has_listeners(self, channel: str) -> bool:
        return any(client.channel == channel for client in self._clients.values())

    def broadcast(self, channel: str, text: str) -> None:
        for client in self._clients.values():
            if client.channel == channel:
                client.say(text)

    def evict_laggards(self) -> None:
        for client in self._clients.values():
            if client.outbox.behind() > self.limits.patience:
                client.evicted.set()

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
        return {**self.totals(), "connections": connections}
