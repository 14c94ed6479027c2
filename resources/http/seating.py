"""Who sits in a pool, and which of them may be called now."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from resources.errors import (
    BreakerOpen,
    BudgetExhausted,
    HeadwaterError,
    InvalidInput,
    NotCalled,
)
from resources.http.obstacles import Failures, reason_of
from resources.http.permits import Permits
from resources.http.pick import Pick
from resources.http.rotation import (
    Member,
    RoundRobin,
    Seat,
    Strategy,
    StrategyName,
    strategy_of,
)
from resources.ledger.rotations import last_provider, last_turns

# How old the state of other processes may be that a pick goes by. The stack looks again
# before it sends anything.
_LOOK_SECONDS = 0.05
_RELOAD_SECONDS = 1.0
# A budget that was used up is tried again after so long at the latest: others give back.
_SHUT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Membership:
    """Who is in a pool, and how it picks; `closed` says why nobody may be picked, "" else."""

    strategy: StrategyName
    members: tuple[Member, ...]
    closed: str = ""


class Seating:
    """The members of one pool as this process knows them.

    `open` are those that may be called, as their strategy arranges them, `why` has what keeps
    the others. `last` is the id of the one that was picked last. All hold until the next look,
    which is due at `look_at` (monotonic, in seconds).
    """

    def __init__(self, name: str, membership: Callable[[], Membership], permits: Permits) -> None:
        self._name = name
        self._read = membership
        self._permits = permits
        self._membership: Membership | None = None
        self._turns = permits.history.turns(name)
        self._reload_at = 0.0
        self.strategy: Strategy = RoundRobin()
        self.seats: list[Seat] = []
        self.open: list[Seat] = []
        self.why: Failures = {}
        self.last: str | None = None
        self.look_at = 0.0

    @property
    def closed(self) -> str:
        """Why nobody may be picked at all, else ""."""
        return self._membership.closed if self._membership else ""

    def reserve(self, seat: Seat, weight: int) -> Pick | None:
        """A pick of this member, None where it may not be called: it is left out for now."""
        try:
            return self._permits.pick(seat.provider, weight)
        except (NotCalled, InvalidInput) as error:
            self._shut(seat, error)
            return None

    def look(self, now: float, *, anew: bool = False) -> None:
        """See what other processes did, and who may be called now.

        `anew` also reads the members, and where whichever process stood.
        """
        self.look_at = now + _LOOK_SECONDS
        permits = self._permits
        permits.look()
        if anew or now >= self._reload_at:
            self._reload_at = now + _RELOAD_SECONDS
            self._reload()
        if anew:
            permits.history.write()
            last = last_provider(permits.ledger, self._name)
            if last != self.last:
                self.last = last
                self._resume()
        if self.strategy.reads:
            permits.tally.read([seat.provider.id for seat in self.seats], self._name)
        permits.history.write_due(now)
        self.why = {}
        for seat in self.seats:
            if (error := self._obstacle(seat, now)) is not None:
                self.why[seat.provider.id] = error
        able = (seat for seat in self.seats if seat.provider.id not in self.why)
        self.open = self.strategy.arrange(able)

    def _obstacle(self, seat: Seat, now: float) -> HeadwaterError | None:
        """Why a member may not be called now, as far as memory tells."""
        provider = seat.provider
        if until := self._permits.breakers.blocked_until(provider.id):
            return BreakerOpen(f"{provider.id} is left alone for now", until)
        if until := self._permits.budgets.banned_until(provider.id):
            return BudgetExhausted(f"{provider.id} asked for a pause", until)
        return seat.shut_by if now < seat.shut_until else None

    def _shut(self, seat: Seat, error: HeadwaterError) -> None:
        """Leave a member out that had no room for a pick, until the next look or a little longer."""
        if seat in self.open:
            self.open.remove(seat)
        self.why[seat.provider.id] = error
        if isinstance(error, BudgetExhausted) and error.not_before is not None:
            seconds = (error.not_before - self._permits.ledger.now()) / 1000
            seat.shut_by = error
            seat.shut_until = time.monotonic() + min(seconds, _SHUT_SECONDS)

    def _reload(self) -> None:
        """Take over a membership that has changed; who stays keeps its turn."""
        membership = self._read()
        if membership == self._membership:
            return
        before = self._membership
        self._membership = membership
        kept = {seat.provider.id: seat for seat in self.seats}
        members = () if membership.closed else membership.members
        self.seats = [self._seat(member, kept.get(member.provider.id)) for member in members]
        if before is None or before.strategy != membership.strategy:
            self.strategy = strategy_of(membership.strategy)
            if before is None:
                self.last = last_provider(self._permits.ledger, self._name)
            self._resume()

    def _resume(self) -> None:
        if isinstance(self.strategy, RoundRobin):
            turns = last_turns(self._permits.ledger, self._name)
            self.strategy.resume(self.seats, self.last, turns)

    def _seat(self, member: Member, before: Seat | None) -> Seat:
        provider, permits = member.provider, self._permits
        seat = Seat(
            member,
            provider,
            member.weight,
            permits.budgets.account(provider),
            permits.breakers.watch(provider.id),
            permits.tally.figures(provider.id),
        )
        if before is not None:
            seat.turn, seat.credit = before.turn, before.credit
        return seat

    def turned(self, to: str, now: float, reason: str = "") -> None:
        """Another member than before is picked, by its turn unless there is a reason."""
        if not reason:
            obstacle = self.why.get(self.last or "") if self.why else None
            reason = "rotation" if obstacle is None else reason_of(obstacle)
        self._turns.add(self.last, to, reason, now)
        self.last = to
