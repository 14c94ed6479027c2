"""Whose turn it is among the members of a pool: pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from resources.providers.base import Provider


@dataclass(frozen=True, slots=True)
class Member:
    """A provider's place in one pool; the lowest `priority` is asked first."""

    provider: Provider
    priority: int = 0
    weight: int = 1


class Strategy(Protocol):
    """How a pool picks. `rotates` says whether the next pick depends on the last one."""

    @property
    def rotates(self) -> bool: ...

    def order(self, members: Sequence[Member], last: str | None) -> list[Member]:
        """All members, the one to be asked first in front; `last` is the id picked before."""
        ...


class RoundRobin:
    """Everyone in turn, in the order of ids: the next is the first id after the last one.

    Positions would shift whenever a member comes or goes, and so pass over its neighbours;
    ids do not, not even when the last one picked has left.
    """

    rotates = True

    def order(self, members: Sequence[Member], last: str | None) -> list[Member]:
        return sorted(members, key=lambda m: (m.provider.id <= (last or ""), m.provider.id))


class Priority:
    """Always the same order: by priority, then heavier members first, then by id."""

    rotates = False

    def order(self, members: Sequence[Member], last: str | None) -> list[Member]:  # noqa: ARG002 - the protocol's
        return sorted(members, key=lambda m: (m.priority, -m.weight, m.provider.id))


round_robin = RoundRobin()
priority = Priority()
