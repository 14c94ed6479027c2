"""Whose turn it is among the members of a pool: five strategies, each a few lines of arithmetic."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal, Protocol, get_args

from resources.errors import HeadwaterError
from resources.http.tally import Figures
from resources.ledger.breakers import Watch
from resources.ledger.budgets import Account
from resources.providers.base import Provider

StrategyName = Literal["round_robin", "priority", "weighted", "least_used", "fastest_response"]
STRATEGIES: tuple[StrategyName, ...] = get_args(StrategyName)
# One pick in so many goes to whoever was not picked for longest, however slow it was then.
EXPLORE_EVERY = 16


@dataclass(frozen=True, slots=True)
class Member:
    """A provider's place in one pool; the lowest `priority` is asked first."""

    provider: Provider
    priority: int = 5
    weight: int = 50


@dataclass(slots=True, eq=False)
class Seat:
    """A member as this process knows it. `turn` and `credit` are its strategy's."""

    member: Member
    provider: Provider
    weight: int
    account: Account
    watch: Watch
    figures: Figures
    turn: int = 0
    credit: int = 0
    shut_until: float = 0.0  # monotonic: its budget was used up, as `shut_by` tells
    shut_by: HeadwaterError | None = None


class Strategy(Protocol):
    """How a pool picks; one object per pool, which may remember.

    `reads` says whether it goes by figures of all processes.
    """

    @property
    def reads(self) -> bool: ...

    def arrange(self, seats: Iterable[Seat]) -> list[Seat]:
        """The seats in the order that `choose` wants them in."""
        ...

    def choose(self, seats: list[Seat]) -> Seat:
        """Whose turn it is among those that may be called, at least one; it may move them."""
        ...


def rank(seat: Seat) -> tuple[int, int, str]:
    """By priority, then heavier members first, then by id."""
    return seat.member.priority, -seat.weight, seat.provider.id


class Ranked:
    """What four of the five have in common: ties go to the first by rank."""

    def arrange(self, seats: Iterable[Seat]) -> list[Seat]:
        return sorted(seats, key=rank)


class RoundRobin:
    """Everyone in turn: the one whose last turn is longest ago.

    Turns belong to members, not to positions. Who comes back after an absence is next, and
    nobody has two turns before everyone who was there has had one.
    """

    reads = False

    def __init__(self) -> None:
        self._turns = 0

    def arrange(self, seats: Iterable[Seat]) -> list[Seat]:
        return sorted(seats, key=_TURN)

    def choose(self, seats: list[Seat]) -> Seat:
        seat = seats.pop(0)
        seats.append(seat)
        self._turns += 1
        seat.turn = self._turns
        return seat

    def resume(self, seats: Iterable[Seat], last: str | None, turns: Mapping[str, int]) -> None:
        """Go on where other processes stood: `turns` has a higher number for a later turn, by id.

        Those whose turns nobody remembers are next, behind `last` in the order of ids.
        """

        def since(seat: Seat) -> tuple[int, bool, str]:
            name = seat.provider.id
            return turns.get(name, 0), name <= (last or ""), name

        for seat in sorted(seats, key=since):
            self._turns += 1
            seat.turn = self._turns


class Priority(Ranked):
    """Always the first by priority that may be called."""

    reads = False

    def choose(self, seats: list[Seat]) -> Seat:
        return seats[0]


class Weighted(Ranked):
    """Smooth weighted round robin: shares by weight, and no runs of the heaviest.

    As nginx does for upstream servers: at each turn everyone gains its weight in credit;
    the one with most credit is picked and pays what all have gained.
    """

    reads = False

    def choose(self, seats: list[Seat]) -> Seat:
        total, best, most = 0, seats[0], -_ENDLESS
        for seat in seats:
            weight = seat.weight
            total += weight
            credit = seat.credit = seat.credit + weight
            if credit > most:
                best, most = seat, credit
        best.credit = most - total
        return best


class LeastUsed(Ranked):
    """The one that was called least in the last hour, by any process."""

    reads = True

    def choose(self, seats: list[Seat]) -> Seat:
        best = seats[0].figures
        chosen = seats[0]
        for seat in seats:
            if seat.figures.used < best.used:
                best, chosen = seat.figures, seat
        best.used += 1
        return chosen


class FastestResponse(Ranked):
    """The one with the lowest response time; who was never called comes first.

    One pick in 16 explores: it goes to the one that was not picked for longest, so that a
    member that has become fast again is found.
    """

    reads = True

    def __init__(self) -> None:
        self._turns = 0

    def choose(self, seats: list[Seat]) -> Seat:
        self._turns += 1
        if self._turns % EXPLORE_EVERY == 0:
            chosen = min(seats, key=_TURN)
        else:
            chosen, least = seats[0], math.inf
            for seat in seats:
                if seat.figures.response_ms < least:
                    chosen, least = seat, seat.figures.response_ms
        chosen.turn = self._turns
        return chosen


_TURN = attrgetter("turn")
_ENDLESS = 1 << 62

_KINDS: Mapping[StrategyName, type[Strategy]] = {
    "round_robin": RoundRobin,
    "priority": Priority,
    "weighted": Weighted,
    "least_used": LeastUsed,
    "fastest_response": FastestResponse,
}


def strategy_of(name: StrategyName) -> Strategy:
    """A strategy that remembers nothing yet."""
    return _KINDS[name]()
