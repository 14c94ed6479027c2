"""What clients may have missed, by sequence number."""

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Protocol

from api.live.messages import DataMessage

_KEPT = 2_000

_seq = attrgetter("seq")


class Replay(Protocol):
    """The messages of one group that can still be sent again."""

    def add(self, message: DataMessage) -> None:
        """Messages come in the order of their seq."""

    def since(self, after: int) -> list[DataMessage] | None:
        """What a client missed that has all up to `after`, oldest first; None when it is not held."""

    @property
    def oldest(self) -> int:
        """The smallest seq held, or that the next message may have."""


class RecentMessages:
    """The newest messages, whole commits at a time; all since `floor` are known."""

    def __init__(self, floor: int = 0, kept: int = _KEPT) -> None:
        self._floor = floor
        self._kept = kept
        self._messages: deque[DataMessage] = deque()

    def add(self, message: DataMessage) -> None:
        self._messages.append(message)
        if len(self._messages) > self._kept:
            self._floor = self._messages[0].seq
            while self._messages and self._messages[0].seq <= self._floor:
                self._messages.popleft()

    def since(self, after: int) -> list[DataMessage] | None:
        if after < self._floor:
            return None
        return [message for message in self._messages if message.seq > after]

    @property
    def oldest(self) -> int:
        return self._messages[0].seq if self._messages else self._floor + 1


class NewestPerSymbol:
    """The newest message of each symbol; nothing older is ever missed."""

    def __init__(self) -> None:
        self._newest: dict[str, DataMessage] = {}

    def add(self, message: DataMessage) -> None:
        self._newest[message.symbol] = message

    def since(self, after: int) -> list[DataMessage] | None:
        return sorted((m for m in self._newest.values() if m.seq > after), key=_seq)

    @property
    def oldest(self) -> int:
        return min((message.seq for message in self._newest.values()), default=0)


def by_commit(messages: Iterable[DataMessage]) -> Iterable[Sequence[DataMessage]]:
    """Messages in the order of their seq, those of one commit together."""
    return (list(commit) for _, commit in groupby(messages, key=_seq))
