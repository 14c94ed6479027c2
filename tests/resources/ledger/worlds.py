"""Several processes on one ledger, in a time of their own: what the histories are played on."""

import itertools
import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from resources.ledger import Ledger
from resources.ledger.budgets import Budgets
from resources.ledger.leases import Slice
from resources.providers.base import Limit, Provider
from tests.resources.http.played import a_provider

_NUMBERS = itertools.count()


@dataclass(eq=False)
class Call:
    """A call under way. `late` is one that reaches the provider only when it is answered."""

    held: Slice
    weight: int
    at: int
    late: bool


@dataclass(eq=False)
class Process:
    ledger: Ledger
    budgets: Budgets
    underway: list[Call] = field(default_factory=list)


class World:
    """Processes that call one provider; it counts what arrives there, by true time.

    `now` is the true time, ms; the ledger's clock is that and `jumped`.
    """

    def __init__(self, ledgers: Sequence[Ledger], limits: Sequence[Limit]) -> None:
        for ledger in ledgers:
            ledger.skew_ms = 0
        self.limits = limits
        self.provider = with_limits(limits)
        self.processes = [Process(ledger, Budgets(ledger)) for ledger in ledgers]
        self.sent: list[tuple[int, int]] = []
        self.jumped = 0

    @property
    def shortest(self) -> int:
        return min(limit.seconds for limit in self.limits) * 1000

    @property
    def longest(self) -> int:
        return max(limit.seconds for limit in self.limits) * 1000

    @property
    def heaviest(self) -> int:
        """The most weight that one call may have."""
        return min(limit.amount for limit in self.limits)

    def now(self) -> int:
        return self.processes[0].ledger.now() - self.jumped

    def reserve(self, process: Process, weight: int, *, late: bool) -> Call:
        held = process.budgets.reserve(self.provider, weight)
        call = Call(held, weight, self.now(), late)
        process.underway.append(call)
        if not late:
            self.sent.append((self._by_its_end(call), weight))
        return call

    def answer(self, process: Process, call: Call) -> None:
        process.underway.remove(call)
        if call.late:
            # What takes longer than a window is promised nothing.
            promised = self.now() - call.at < self.shortest
            self.sent.append((self.now() if promised else self._by_its_end(call), call.weight))
        process.budgets.arrived(call.held)

    def kill(self, process: Process) -> None:
        """Nothing is given back; what was on its way arrives while its lease lasts."""
        late = [call for call in process.underway if call.late]
        self.sent += [(self._by_its_end(call), call.weight) for call in late]
        process.underway = []
        process.budgets = Budgets(process.ledger)

    def advance(self, ms: int) -> None:
        """Time passes. What was sent most of a window ago has been answered before that."""
        for process in self.processes:
            for call in list(process.underway):
                if self.now() + ms - call.at > 0.8 * self.shortest:
                    self.answer(process, call)
        for process in self.processes:
            process.ledger.skew_ms += ms
            held = [call.held for call in process.underway]
            held.append(process.budgets.account(self.provider).held)
            for one in {id(each): each for each in held}.values():
                one.spend_until -= ms / 1000
                one.ends -= ms / 1000
                one.answered -= ms / 1000

    def jump(self, ms: int) -> None:
        """The database's clock is set: no time passes."""
        self.jumped += ms
        for process in self.processes:
            process.ledger.skew_ms += ms

    def _by_its_end(self, call: Call) -> int:
        """Now, or when the lease ended if it has."""
        over = max(0.0, time.monotonic() - call.held.ends)
        return self.now() - math.ceil(over * 1000)

    def fullest(self, limit: Limit) -> int:
        """The most weight that ever arrived within a window of this limit."""
        most = begin = inside = 0
        arrivals = sorted(self.sent)
        for at, weight in arrivals:
            inside += weight
            while arrivals[begin][0] <= at - limit.seconds * 1000:
                inside -= arrivals[begin][1]
                begin += 1
            most = max(most, inside)
        return most


def with_limits(limits: Sequence[Limit]) -> Provider:
    """A provider that nobody has called yet."""
    pairs = [(limit.amount, limit.seconds) for limit in limits]
    return a_provider(f"acme{next(_NUMBERS)}", *pairs)


@contextmanager
def opened(folder: Path, processes: int) -> Iterator[list[Ledger]]:
    """One ledger as so many processes have it open."""
    url = f"sqlite:///{folder / 'ledger.db'}"
    ledgers = [Ledger(url) for _ in range(processes)]
    ledgers[0].migrate()
    try:
        yield ledgers
    finally:
        for ledger in ledgers:
            ledger.close()
