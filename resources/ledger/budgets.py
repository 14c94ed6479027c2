"""What each provider's limits still allow, counted over all processes.

A process leases a slice of a budget in one transaction and spends it from memory.
A lease counts in full against every window until that window has passed since the
lease ended, and it ends no sooner than the last answer to a call that it paid for. So
no sliding window ever holds more weight than its limit, whichever processes sent it
and however late it arrived, as long as each call is answered within a window.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from resources.errors import BudgetExhausted, InvalidInput
from resources.ledger.database import Ledger
from resources.ledger.rows import Cached, insert_missing
from resources.ledger.tables import budget_leases, budgets
from resources.providers.base import Limit, Provider

SHORTEST_LIFE_MS = 250
LONGEST_LIFE_MS = 3_000
# What is sent at the end of a lease is mostly answered before the lease ends; see `arrived`.
_SPENDABLE = 0.6


@dataclass(frozen=True, slots=True)
class Lease:
    """Weight that may be sent until `expires_at` (ms since 1970, UTC)."""

    amount: int
    expires_at: int


@dataclass(slots=True)
class Slice:
    """A lease of this process, from `started` (monotonic) for `life` seconds.

    `others` is what each window (seconds) held besides it, `underway` how many of the
    calls that it paid for are not answered yet.
    """

    lease_id: int
    amount: int
    started: float
    life: float
    others: Mapping[int, int]
    spent: int
    underway: int = 1

    def spend(self, weight: int) -> bool:
        if self.spent + weight > self.amount or self.age() >= self.life * _SPENDABLE:
            return False
        self.spent += weight
        self.underway += 1
        return True

    def age(self) -> float:
        return time.monotonic() - self.started


def free_at(leases: Sequence[Lease], limits: Sequence[Limit], weight: int) -> int:
    """The time from which every limit has room for `weight` besides `leases`, newest end first."""
    return max((_room_at(leases, limit, weight) for limit in limits), default=0)


def _room_at(leases: Sequence[Lease], limit: Limit, weight: int) -> int:
    total = weight
    for lease in leases:
        total += lease.amount
        if total > limit.amount:
            return lease.expires_at + limit.seconds * 1000
    return 0


def lifetime(limits: Sequence[Limit]) -> int:
    """How long a lease lasts, in ms: a twentieth of the shortest window, within bounds."""
    shortest = min(limit.seconds for limit in limits)
    return min(max(shortest * 50, SHORTEST_LIFE_MS), LONGEST_LIFE_MS)


def slice_for(limits: Sequence[Limit], weight: int) -> int:
    """How much to lease: what the limits allow in a lease's lifetime, at least `weight`."""
    life = lifetime(limits)
    return max(weight, min(limit.amount * life // (limit.seconds * 1000) for limit in limits))


class Budgets:
    """The budgets of one ledger, as one process spends them."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._slices: dict[str, Slice] = {}
        self._bans = Cached(ledger, self._read_ban)

    def reserve(self, provider: Provider, weight: int) -> Slice | None:
        """Take `weight` out of the budget; what it returns goes to `arrived` after the call.

        Raises BudgetExhausted with the time from which it may be tried again, and
        InvalidInput where a limit is smaller than `weight`.
        """
        if until := self.banned_until(provider.id):
            raise _banned(provider, until)
        held = self._slices.get(provider.id)
        if not provider.limits:
            return None
        if held and held.spend(weight):
            return held
        if any(weight > limit.amount for limit in provider.limits):
            raise InvalidInput(f"a call of weight {weight} never fits the limits of {provider.id}")
        held = self._lease(provider, weight)
        self._slices[provider.id] = held
        return held

    def arrived(self, held: Slice | None) -> None:
        """After a call, however it ended: it reached the provider now at the latest."""
        if held is None:
            return
        held.underway -= 1
        late = held.age() - held.life
        if late > 0 and (held.underway == 0 or late * 1000 > SHORTEST_LIFE_MS):
            held.life += late
            row = sa.update(budget_leases).where(budget_leases.c.id == held.lease_id)
            with self.ledger.write() as connection:
                connection.execute(row.values(expires_at=self.ledger.clock))

    def banned_until(self, provider_id: str) -> int:
        """The time before which the provider wants no calls, whichever process it told so, else 0."""
        not_before = self._bans.get(provider_id)
        return not_before if not_before and not_before > self.ledger.now() else 0

    def forbid(self, provider: Provider, wait_ms: int) -> int:
        """No process calls the provider for `wait_ms`; returns the time when one may again."""
        with self.ledger.write() as connection:
            now, not_before = self._lock(connection, provider.id)
            not_before = max(not_before, now + wait_ms)
            change = sa.update(budgets).where(budgets.c.provider == provider.id)
            connection.execute(change.values(not_before=not_before))
        return not_before

    def correct(self, provider: Provider, reported: Mapping[int, int]) -> None:
        """Count weight that the provider says was used (per window, seconds) beyond what we sent."""
        known = {limit.seconds for limit in provider.limits}
        held = self._slices.get(provider.id)
        news = {
            seconds: used
            for seconds, used in sorted(reported.items())
            if seconds in known and (held is None or used > held.others[seconds] + held.spent)
        }
        if news:
            self._count_others(provider, news)

    def give_back(self) -> None:
        """Return what this process has leased and not spent."""
        with self.ledger.write() as connection:
            for provider_id in list(self._slices):
                self._settle(connection, provider_id)

    def _lease(self, provider: Provider, weight: int) -> Slice:
        limits, life = provider.limits, lifetime(provider.limits)
        taken: Slice | None = None
        with self.ledger.write() as connection:
            # Read before the database's clock, so that ours never allows more than its own.
            started = time.monotonic()
            now, not_before = self._lock(connection, provider.id)
            self._settle(connection, provider.id)
            leases = self._leases(connection, provider, now)
            amount = slice_for(limits, weight)
            if free_at(leases, limits, amount) > now:
                amount = weight
            until = max(not_before, free_at(leases, limits, amount))
            if until <= now:
                lease_id = _insert(connection, provider.id, amount, now, now + life)
                others = {limit.seconds: _counted(leases, limit.seconds, now) for limit in limits}
                taken = Slice(lease_id, amount, started, life / 1000, others, weight)
        # Only now is anything certain: what the last lease had left is given back in any case.
        if not_before > now:
            raise _banned(provider, not_before)
        if taken is None:
            raise BudgetExhausted(f"the rate limit of {provider.id} is used up", until)
        return taken

    def _count_others(self, provider: Provider, reported: Mapping[int, int]) -> None:
        with self.ledger.write() as connection:
            now, _ = self._lock(connection, provider.id)
            self._settle(connection, provider.id)
            leases = self._leases(connection, provider, now)
            for seconds, used in reported.items():
                unseen = used - _counted(leases, seconds, now)
                if unseen > 0:
                    _insert(connection, provider.id, unseen, now, now)
                    leases.insert(0, Lease(unseen, now))

    def _lock(self, connection: sa.Connection, provider_id: str) -> tuple[int, int]:
        """Hold the provider's row until the transaction ends; returns now and its not_before."""
        take = (
            sa.update(budgets)
            .where(budgets.c.provider == provider_id)
            .values(leases=budgets.c.leases + 1)
            .returning(self.ledger.clock, budgets.c.not_before)
        )
        row = connection.execute(take).first()
        if row is None:
            insert_missing(connection, budgets, provider=provider_id, leases=0, not_before=0)
            row = connection.execute(take).one()
        return row[0], row[1]

    def _settle(self, connection: sa.Connection, provider_id: str) -> None:
        """Let go of the slice held, which counts from now on with what was spent of it."""
        if held := self._slices.pop(provider_id, None):
            lease = sa.update(budget_leases).where(budget_leases.c.id == held.lease_id)
            connection.execute(lease.values(amount=held.spent))

    def _leases(self, connection: sa.Connection, provider: Provider, now: int) -> list[Lease]:
        """The leases that still count, newest end first; older ones are deleted."""
        table, last = budget_leases.c, now + LONGEST_LIFE_MS
        oldest = now - max(limit.seconds for limit in provider.limits) * 1000
        ours = table.provider == provider.id
        connection.execute(sa.delete(budget_leases).where(ours, table.expires_at <= oldest))
        # Only a clock that was set back leaves a lease that far ahead: it counts as taken now.
        ahead = sa.update(budget_leases).where(ours, table.expires_at > last)
        connection.execute(ahead.values(taken_at=now, expires_at=last))
        rows = sa.select(table.amount, table.expires_at).where(ours)
        return [Lease(*row) for row in connection.execute(rows.order_by(table.expires_at.desc()))]

    def _read_ban(self, connection: sa.Connection, provider_id: str) -> int:
        """The not_before of a ban that lasts, else 0."""
        row = sa.select(budgets.c.not_before).where(
            budgets.c.provider == provider_id, budgets.c.not_before > self.ledger.clock
        )
        return connection.execute(row).scalar() or 0


def _banned(provider: Provider, until: int) -> BudgetExhausted:
    return BudgetExhausted(f"{provider.id} asked for a pause", until)


def _counted(leases: Iterable[Lease], seconds: int, now: int) -> int:
    return sum(lease.amount for lease in leases if lease.expires_at > now - seconds * 1000)


def _insert(connection: sa.Connection, provider_id: str, amount: int, now: int, end: int) -> int:
    row = sa.insert(budget_leases).values(
        provider=provider_id, amount=amount, taken_at=now, expires_at=end
    )
    return int(connection.execute(row.returning(budget_leases.c.id)).scalar_one())
