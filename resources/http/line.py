"""Who is next to be asked one question."""

from collections.abc import Callable
from dataclasses import dataclass, field

from resources.http.rotation import Seat, Strategy
from resources.providers.base import Provider

Able = Callable[[Provider], bool]


@dataclass(frozen=True, slots=True)
class AtMost:
    """No more than `n` members of a kind are asked while others are left."""

    n: int
    kind: Able


@dataclass(slots=True)
class Line:
    """The `seats` that are still to be asked, and those that were and have not failed.

    Without `turns` who is next keeps its place in the pool: a question of its own kind, asked
    of few, would else make them late for the questions that everyone is asked in turn.
    """

    strategy: Strategy
    seats: list[Seat]
    turns: bool = True
    at_most: AtMost | None = None
    asked: list[Seat] = field(default_factory=list)

    def next(self) -> Seat:
        """Whom the strategy chooses of at least one; it leaves the line."""
        among = self._others() or self.seats
        stood = {seat: seat.turn for seat in among}
        seat = self.strategy.choose(self.strategy.arrange(among))
        if not self.turns:
            seat.turn = stood[seat]
        self.seats.remove(seat)
        self.asked.append(seat)
        return seat

    def failed(self, seat: Seat) -> None:
        """It has no answer, another takes its place."""
        self.asked.remove(seat)

    def _others(self) -> list[Seat]:
        """All but those of the kind that enough are asked of."""
        most = self.at_most
        if most is None or sum(most.kind(seat.provider) for seat in self.asked) < most.n:
            return self.seats
        return [seat for seat in self.seats if not most.kind(seat.provider)]
