"""What each provider's limits still allow, counted over all processes.

A process leases a slice of a budget in one transaction and spends it from memory.
A lease counts in full against every window until that window has passed since the
lease ended, and it ends no sooner than the last answer to a call that it paid for. So
no sliding window ever holds more weight than its limit, whichever processes sent it
and however late it arrived, as long as each call is answered within a window. A lease that
is spent ends with that answer, before its time, and old leases are rolled up.
What other processes did is looked at as often as the caller asks for it; bans that this
process is told of hold at once.

A clock that is set forth forgets what was sent before: each such jump may cost a window its
limit once more. One that is set back leaves all as taken, until a window and three seconds
after the next lease was asked for. Bans end by the clock, sooner or later by the jump.
"""

import contextlib
import math
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from resources.errors import BudgetExhausted, InvalidInput, StoreUnavailable
from resources.ledger import lease_rows
from resources.ledger.database import Ledger
from resources.ledger.leases import (
    SHORTEST_LIFE_MS,
    SPENDABLE,
    Lease,
    Slice,
    free_at,
    lifetime,
    nothing,
    slice_for,
    worth_ending,
)
from resources.ledger.rows import insert_missing
from resources.ledger.tables import budgets
from resources.ledger.usage import crossed
from resources.providers.base import Limit, Provider


@dataclass(slots=True)
class Account:
    """What this process holds of one provider's budget; `not_before` is of a ban, else 0."""

    limits: tuple[Limit, ...]
    held: Slice = field(default_factory=nothing)
    not_before: int = 0


class Budgets:
    """The budgets of one ledger, as one process spends them."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._accounts: dict[str, Account] = {}
        self._version: int | None = None

    def account(self, provider: Provider) -> Account:
        """The one account of a provider, under the limits that it has now."""
        account = self._accounts.get(provider.id)
        if account is None or account.limits != provider.limits:
            if account is not None:
                self.give_back(provider.id)
            account = Account(provider.limits, not_before=self._ban_of(provider.id))
            if not provider.limits:
                account.held = Slice(0, sys.maxsize, math.inf, math.inf, {})
            self._accounts[provider.id] = account
        return account

    def look(self) -> None:
        """See what other processes were told; costs a few microseconds where nobody has committed."""
        version = self.ledger.data_version()
        if version == self._version:
            return
        rows = sa.select(budgets.c.provider, budgets.c.not_before)
        with self.ledger.read() as connection:
            lasting = connection.execute(rows.where(budgets.c.not_before > self.ledger.clock))
            bans = {row.provider: row.not_before for row in lasting}
        for provider, account in self._accounts.items():
            account.not_before = bans.get(provider, 0)
        self._version = version

    def reserve(self, provider: Provider, weight: int) -> Slice:
        """Take `weight` out of the budget; what it returns goes to `arrived` after the call.

        Raises BudgetExhausted with the time from which it may be tried again, and
        InvalidInput where a limit is smaller than `weight`.
        """
        account = self.account(provider)
        self.look()
        if until := self.banned_until(provider.id):
            raise _banned(provider, until)
        if account.held.spend(weight, time.monotonic()):
            return account.held
        if any(weight > limit.amount for limit in provider.limits):
            raise InvalidInput(f"a call of weight {weight} never fits the limits of {provider.id}")
        return self._lease(provider, account, weight)

    def confirm(self, provider: Provider, held: Slice, weight: int) -> Slice:
        """Before a call whose weight was reserved earlier: the slice that pays for it.

        What was reserved too long ago is reserved anew. Raises as `reserve`.
        """
        self.look()
        if until := self.banned_until(provider.id):
            raise _banned(provider, until)
        if time.monotonic() < held.spend_until:
            return held
        anew = self.reserve(provider, weight)
        self.arrived(held)
        return anew

    def returned(self, held: Slice, weight: int) -> None:
        """A reservation that no call used: its weight may be spent by another."""
        held.spent -= weight
        self.arrived(held)

    def arrived(self, held: Slice) -> None:
        """After a call, however it ended: it reached the provider now at the latest."""
        held.underway -= 1
        held.answered = now = time.monotonic()
        if now < held.ends:
            if held.settled and held.underway == 0 and worth_ending(held, now):
                held.ends = now
                # Without it there is room a little later.
                with contextlib.suppress(StoreUnavailable):
                    lease_rows.end(self.ledger, held)
        elif held.underway == 0 or (now - held.ends) * 1000 > SHORTEST_LIFE_MS:
            held.ends = now
            lease_rows.end(self.ledger, held)

    def banned_until(self, provider_id: str) -> int:
        """The time before which the provider wants no calls, as of the last look, else 0."""
        account = self._accounts.get(provider_id)
        if account is None:
            return self._ban_of(provider_id)
        if account.not_before and account.not_before <= self.ledger.now():
            account.not_before = 0
        return account.not_before

    def forbid(self, provider: Provider, wait_ms: int) -> int:
        """No process calls the provider for `wait_ms`; returns the time when one may again."""
        with self.ledger.write() as connection:
            now, not_before = self._lock(connection, provider.id)
            not_before = max(not_before, now + wait_ms)
            change = sa.update(budgets).where(budgets.c.provider == provider.id)
            connection.execute(change.values(not_before=not_before))
        if account := self._accounts.get(provider.id):
            account.not_before = not_before
        return not_before

    def correct(self, provider: Provider, reported: Mapping[int, int]) -> None:
        """Count weight that the provider says was used (per window, seconds) beyond what we sent."""
        known = {limit.seconds for limit in provider.limits}
        held = self.account(provider).held
        news = {
            seconds: used
            for seconds, used in sorted(reported.items())
            if seconds in known and used > held.others.get(seconds, 0) + held.spent
        }
        if news:
            self._count_others(provider, news)

    def give_back(self, *provider_ids: str) -> None:
        """Return what this process has leased and not spent, of all providers unless told."""
        with self.ledger.write() as connection:
            started = time.monotonic()
            now = connection.execute(sa.select(self.ledger.clock)).scalar_one()
            for provider_id in provider_ids or list(self._accounts):
                self._settle(connection, self._accounts[provider_id], started, now)

    def _lease(self, provider: Provider, account: Account, weight: int) -> Slice:
        limits, life = provider.limits, lifetime(provider.limits)
        taken: Slice | None = None
        with self.ledger.write() as connection:
            # Read before the database's clock, so that ours never allows more than its own.
            started = time.monotonic()
            now, not_before = self._lock(connection, provider.id)
            self._settle(connection, account, started, now)
            leases = lease_rows.lasting(connection, provider, now)
            amount = slice_for(limits, weight)
            if free_at(leases, limits, amount) > now:
                amount = weight
            until = max(not_before, free_at(leases, limits, amount))
            if until <= now:
                lease_id = lease_rows.add(connection, provider.id, amount, now, now + life)
                others = {limit.seconds: _counted(leases, limit.seconds, now) for limit in limits}
                spend_until, ends = started + life / 1000 * SPENDABLE, started + life / 1000
                taken = Slice(
                    lease_id, amount, spend_until, ends, others, provider=provider.id, taken_at=now
                )
                used = {seconds: others_used + amount for seconds, others_used in others.items()}
                crossed(connection, self.ledger, provider, used)
        # Only now is anything certain: what the last lease had left is given back in any case.
        if not_before > now:
            raise _banned(provider, not_before)
        if taken is None:
            raise BudgetExhausted(f"the rate limit of {provider.id} is used up", until)
        taken.spent, taken.underway = weight, 1
        account.held = taken
        return taken

    def _count_others(self, provider: Provider, reported: Mapping[int, int]) -> None:
        with self.ledger.write() as connection:
            started = time.monotonic()
            now, _ = self._lock(connection, provider.id)
            self._settle(connection, self.account(provider), started, now)
            leases = lease_rows.lasting(connection, provider, now)
            for seconds, used in reported.items():
                unseen = used - _counted(leases, seconds, now)
                if unseen > 0:
                    lease_rows.add(connection, provider.id, unseen, now, now)
                    leases.insert(0, Lease(unseen, now))
            windows = [limit.seconds for limit in provider.limits]
            used_up = {seconds: _counted(leases, seconds, now) for seconds in windows}
            crossed(connection, self.ledger, provider, used_up)

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

    def _settle(
        self, connection: sa.Connection, account: Account, started: float, now: int
    ) -> None:
        """Let go of the slice held."""
        if account.held.lease_id:
            lease_rows.settle(connection, account.held, started, now)
            account.held = nothing()

    def _ban_of(self, provider_id: str) -> int:
        """The not_before of a ban that lasts, else 0."""
        row = sa.select(budgets.c.not_before).where(
            budgets.c.provider == provider_id, budgets.c.not_before > self.ledger.clock
        )
        with self.ledger.read() as connection:
            return connection.execute(row).scalar() or 0


def _banned(provider: Provider, until: int) -> BudgetExhausted:
    return BudgetExhausted(f"{provider.id} asked for a pause", until)


def _counted(leases: Iterable[Lease], seconds: int, now: int) -> int:
    return sum(lease.amount for lease in leases if lease.expires_at > now - seconds * 1000)
