"""What several clients hear of some commits, made once for all of them."""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from api.live.messages import DataMessage
from api.live.wire import frame

# The groups that a client has joined, each with the symbols wanted, None for all of them.
Groups = Mapping[str, frozenset[str] | None]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Texts in order, each with the name under which it is conflated; and all of them as frames."""

    texts: Sequence[tuple[str, str | None]]
    frames: bytes


def framed_once() -> Callable[[str], bytes]:
    """Makes the frame of a text, and of the same text again without effort."""
    return functools.cache(frame)


def single(text: str) -> Delivery:
    return Delivery(((text, None),), frame(text))


def chosen(
    commits: Iterable[Sequence[DataMessage]],
    groups: Groups,
    framed: Callable[[str], bytes] = frame,
) -> Delivery:
    """The messages that are wanted of each commit, the last of each marked."""
    texts: list[tuple[str, str | None]] = []
    for commit in commits:
        wanted = [message for message in commit if wants(groups, message)]
        texts += [(message.text, message.conflated_as) for message in wanted[:-1]]
        texts += [(message.closing, message.conflated_as) for message in wanted[-1:]]
    return Delivery(texts, b"".join(framed(text) for text, _ in texts))


def wants(groups: Groups, message: DataMessage) -> bool:
    if message.group not in groups:
        return False
    symbols = groups[message.group]
    if symbols is None or message.symbol in symbols:
        return True
    return not symbols.isdisjoint(message.mentions)
