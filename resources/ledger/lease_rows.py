"""The leases of a provider's budget, as rows."""

import math
from collections.abc import Sequence

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.leases import LONGEST_LIFE_MS, Lease, Slice, rolled_up
from resources.ledger.tables import budget_leases
from resources.providers.base import Provider

# More leases of one provider than this are rolled up: reading each costs about a microsecond.
MANY = 500


def add(connection: sa.Connection, provider_id: str, amount: int, now: int, end: int) -> int:
    """A new lease; returns its id."""
    row = sa.insert(budget_leases).values(
        provider=provider_id, amount=amount, taken_at=now, expires_at=end
    )
    return int(connection.execute(row.returning(budget_leases.c.id)).scalar_one())


def settle(connection: sa.Connection, held: Slice, started: float, now: int) -> None:
    """Nothing more is spent of a slice: from now on it counts with what was spent of it.

    It ends with its last answer, where none is missing. `started` is our clock at `now` or
    before.
    """
    held.settled = True
    table = budget_leases.c
    row = _change(held).values(amount=held.spent)
    if held.underway == 0 and held.answered < held.ends:
        held.ends = held.answered
        # The database's clock is rounded down, by less than a millisecond.
        answered = now + 1 - math.floor((started - held.answered) * 1000)
        earlier = sa.case((table.expires_at > answered, answered), else_=table.expires_at)
        row = row.values(expires_at=earlier)
    connection.execute(row)


def end(ledger: Ledger, held: Slice) -> None:
    """A lease ends now. One that is not there any more, as it was rolled up, counts once more."""
    with ledger.write() as connection:
        now = connection.execute(sa.select(ledger.clock + 1)).scalar_one()
        if not connection.execute(_change(held).values(expires_at=now)).rowcount:
            add(connection, held.provider, held.spent, now, now)


def lasting(connection: sa.Connection, provider: Provider, now: int) -> list[Lease]:
    """The leases that still count, newest end first; older ones are deleted."""
    table, last = budget_leases.c, now + LONGEST_LIFE_MS
    oldest = now - max(limit.seconds for limit in provider.limits) * 1000
    ours = table.provider == provider.id
    connection.execute(sa.delete(budget_leases).where(ours, table.expires_at <= oldest))
    # Only a clock that was set back leaves a lease that far ahead: it counts as taken now.
    ahead = sa.update(budget_leases).where(ours, table.expires_at > last)
    connection.execute(ahead.values(expires_at=last))
    rows = sa.select(table.amount, table.expires_at).where(ours)
    found = connection.execute(rows.order_by(table.expires_at.desc()))
    leases = [Lease(*row) for row in found]
    if len(leases) > MANY:
        return roll_up(connection, provider, leases, now)
    return leases


def ahead(ledger: Ledger) -> dict[str, int]:
    """How many leases of each provider end later than any can: a clock was set back since."""
    table = budget_leases.c
    query = sa.select(table.provider, sa.func.count()).where(_too_late(ledger))
    with ledger.read() as connection:
        rows = connection.execute(query.group_by(table.provider))
        return {provider: count for provider, count in rows}  # noqa: C416 (rows are no tuples to dict)


def end_ahead(ledger: Ledger, provider_id: str) -> int:
    """Those end now; returns how many that were."""
    mine = sa.update(budget_leases).where(budget_leases.c.provider == provider_id)
    with ledger.write() as connection:
        late = mine.where(_too_late(ledger))
        return connection.execute(late.values(expires_at=ledger.clock)).rowcount


def _too_late(ledger: Ledger) -> sa.ColumnElement[bool]:
    return budget_leases.c.expires_at > ledger.clock + LONGEST_LIFE_MS


def roll_up(
    connection: sa.Connection, provider: Provider, leases: Sequence[Lease], now: int
) -> list[Lease]:
    """Fewer leases that never leave more room than these, newest end first."""
    table, fewer = budget_leases.c, list[Lease]()
    for group in rolled_up(leases, provider.limits, now):
        first, last = group[-1].expires_at, group[0].expires_at
        one = Lease(sum(lease.amount for lease in group), last)
        fewer.append(one)
        if len(group) > 1:
            same = sa.and_(table.provider == provider.id, table.expires_at.between(first, last))
            connection.execute(sa.delete(budget_leases).where(same))
            add(connection, provider.id, one.amount, last, last)
    return fewer


def _change(held: Slice) -> sa.Update:
    """SQLite gives the id of a deleted lease to the next one: it alone does not tell them apart."""
    table = budget_leases.c
    ours = sa.and_(table.id == held.lease_id, table.taken_at == held.taken_at)
    return sa.update(budget_leases).where(ours)
