"""Budgets: the arithmetic of leases, and what two processes may spend between them."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.errors import BudgetExhausted, InvalidInput
from resources.ledger import Ledger
from resources.ledger.budgets import Budgets
from resources.ledger.leases import Lease, free_at, lifetime, slice_for
from resources.ledger.tables import budget_leases
from resources.providers.base import Limit, Provider
from tests.resources.http.played import a_provider

HOUR = 3_600_000

limits = st.lists(
    st.builds(Limit, amount=st.integers(1, 60), seconds=st.sampled_from([1, 2, 10, 60, 600])),
    min_size=1,
    max_size=3,
)


@pytest.fixture
def other(ledger: Ledger) -> Iterator[Budgets]:
    """The same ledger as another process has it open."""
    opened = Ledger(ledger.url)
    yield Budgets(opened)
    opened.close()


def spend_all(budgets: Budgets, provider: Provider) -> tuple[int, int]:
    """How often 1 could be reserved, and until when it then could not."""
    for spent in range(10_000):
        try:
            budgets.reserve(provider, 1)
        except BudgetExhausted as shortage:
            return spent, shortage.not_before or 0
    raise AssertionError("the budget never ends")


def leased(ledger: Ledger) -> list[int]:
    with ledger.read() as connection:
        rows = sa.select(budget_leases.c.amount).order_by(budget_leases.c.id)
        return list(connection.execute(rows).scalars())


@settings(deadline=None)
@given(limits, st.lists(st.tuples(st.integers(1, 30), st.integers(0, 700_000))), st.integers(1, 60))
def test_room_comes_at_the_first_moment_at_which_every_window_has_it(
    given_limits: list[Limit], rows: list[tuple[int, int]], weight: int
) -> None:
    weight = min(weight, *(limit.amount for limit in given_limits))
    leases = sorted((Lease(*row) for row in rows), key=lambda lease: -lease.expires_at)

    def fits(at: int) -> bool:
        return all(
            weight + sum(w.amount for w in leases if w.expires_at > at - limit.seconds * 1000)
            <= limit.amount
            for limit in given_limits
        )

    moments = [0, *(w.expires_at + limit.seconds * 1000 for w in leases for limit in given_limits)]
    assert free_at(leases, given_limits, weight) == min(filter(fits, moments))


@dataclass(frozen=True)
class Ask:
    """After `pause` ms somebody asks for `weight`, and spends the lease over its life."""

    pause: int
    weight: int
    spent_at: tuple[float, ...]


asks = st.lists(
    st.builds(
        Ask,
        pause=st.integers(0, 3_000),
        weight=st.integers(1, 5),
        spent_at=st.lists(st.floats(0, 1), min_size=1, max_size=4).map(tuple),
    ),
    max_size=60,
)


@settings(deadline=None)
@given(limits, asks)
def test_no_sliding_window_ever_holds_more_than_its_limit(
    given_limits: list[Limit], history: list[Ask]
) -> None:
    now, leases, sent = 0, list[Lease](), list[tuple[float, int]]()
    for ask in history:
        now += ask.pause
        weight = min(ask.weight, *(limit.amount for limit in given_limits))
        newest_first = sorted(leases, key=lambda lease: -lease.expires_at)
        amount = slice_for(given_limits, weight)
        if free_at(newest_first, given_limits, amount) > now:
            amount = weight
        if free_at(newest_first, given_limits, amount) > now:
            continue
        life = lifetime(given_limits)
        leases.append(Lease(amount, now + life))
        share, rest = divmod(amount, len(ask.spent_at))
        sent += [(now + life * part, share) for part in ask.spent_at]
        sent.append((now + life * ask.spent_at[0], rest))
    for limit in given_limits:
        assert fullest(sent, limit.seconds * 1000) <= limit.amount


def fullest(sent: Sequence[tuple[float, int]], window: int) -> int:
    return max((sum(w for at, w in sent if t <= at < t + window) for t, _ in sent), default=0)


@given(limits, st.integers(1, 60))
def test_a_lease_is_short_and_at_least_what_was_asked_for(
    given_limits: list[Limit], weight: int
) -> None:
    assert 250 <= lifetime(given_limits) <= 3_000
    assert slice_for(given_limits, weight) >= weight


def test_two_processes_share_one_budget(ledger: Ledger, other: Budgets) -> None:
    provider, ours = a_provider("acme", (100, 60)), Budgets(ledger)
    for _ in range(10):
        ours.reserve(provider, 1)
        other.reserve(provider, 1)
    theirs, _ = spend_all(other, provider)
    mine, until = spend_all(ours, provider)
    assert 20 + mine + theirs == 100
    assert 0 < until - ledger.now() <= 63_000


def test_a_used_up_budget_is_free_again_when_its_window_has_passed(ledger: Ledger) -> None:
    provider, budgets = a_provider("acme", (10, 60), (1000, 3600)), Budgets(ledger)
    assert spend_all(budgets, provider)[0] == 10
    ledger.skew_ms += 58_000
    with pytest.raises(BudgetExhausted):
        budgets.reserve(provider, 1)
    ledger.skew_ms += 5_100
    assert spend_all(budgets, provider)[0] == 10


def test_a_lease_that_has_ended_is_spent_no_more(ledger: Ledger) -> None:
    provider, budgets = a_provider("acme", (40, 1)), Budgets(ledger)
    budgets.reserve(provider, 1)
    assert leased(ledger) == [10]
    time.sleep(0.2)
    budgets.reserve(provider, 1)
    assert leased(ledger) == [1, 10]  # what was left of the first is given back


def test_a_call_that_is_answered_late_counts_from_then_on(ledger: Ledger) -> None:
    provider, budgets = a_provider("acme", (1, 1)), Budgets(ledger)
    held = budgets.reserve(provider, 1)
    _, until = spend_all(budgets, provider)
    time.sleep(0.4)  # the lease lasts 250 ms
    answered = ledger.now()
    budgets.arrived(held)
    _, later = spend_all(budgets, provider)
    assert until < answered + 1_000 <= later


def test_what_was_not_spent_is_given_back_at_the_end(ledger: Ledger, other: Budgets) -> None:
    provider, ours = a_provider("acme", (100, 60)), Budgets(ledger)
    ours.reserve(provider, 1)
    ours.give_back()
    assert spend_all(other, provider)[0] == 99


def test_leases_that_no_window_needs_are_deleted(ledger: Ledger) -> None:
    provider, budgets = a_provider("acme", (10, 1)), Budgets(ledger)
    spend_all(budgets, provider)
    ledger.skew_ms += HOUR
    budgets.reserve(provider, 1)
    assert len(leased(ledger)) == 1


def test_a_provider_without_limits_is_never_short(ledger: Ledger) -> None:
    budgets = Budgets(ledger)
    for _ in range(1000):
        budgets.reserve(a_provider(), 50)
    assert leased(ledger) == []


def test_a_call_that_no_budget_could_ever_pay_is_refused(ledger: Ledger) -> None:
    with pytest.raises(InvalidInput, match="weight 11 never fits"):
        Budgets(ledger).reserve(a_provider("acme", (100, 60), (10, 1)), 11)


def test_a_ban_stops_every_process_until_it_ends(ledger: Ledger, other: Budgets) -> None:
    provider, ours = a_provider("acme", (1000, 60)), Budgets(ledger)
    other.reserve(provider, 1)
    until = ours.forbid(provider, 60_000)
    with pytest.raises(BudgetExhausted) as banned:
        other.reserve(provider, 1)
    assert banned.value.not_before == until == other.banned_until("acme")
    other.ledger.skew_ms += 60_001
    other.reserve(provider, 1)
    assert other.banned_until("acme") == 0


def test_a_shorter_ban_never_ends_a_longer_one(ledger: Ledger) -> None:
    provider, budgets = a_provider(), Budgets(ledger)
    long = budgets.forbid(provider, 60_000)
    assert budgets.forbid(provider, 1_000) == long


def test_weight_that_others_used_is_counted(ledger: Ledger) -> None:
    provider = a_provider("acme", (100, 60), (1000, 3600), used=lambda _: {})
    budgets = Budgets(ledger)
    budgets.reserve(provider, 2)
    budgets.correct(provider, {60: 90, 3600: 90})
    budgets.correct(provider, {60: 90, 3600: 90})  # told twice, counted once
    assert sum(leased(ledger)) == 90
    assert spend_all(budgets, provider)[0] == 10


def test_weight_that_we_used_ourselves_is_not_counted_twice(ledger: Ledger, other: Budgets) -> None:
    provider, ours = a_provider("acme", (100, 60), used=lambda _: {}), Budgets(ledger)
    other.reserve(provider, 3)
    for used in range(1, 11):
        ours.reserve(provider, 1)
        ours.correct(provider, {60: used, 86_400: 5_000})
        other.correct(provider, {60: 3})
    assert spend_all(ours, provider)[0] + spend_all(other, provider)[0] == 87


def test_a_clock_set_back_an_hour_blocks_no_longer_than_a_window(ledger: Ledger) -> None:
    provider, budgets = a_provider("acme", (10, 60)), Budgets(ledger)
    ledger.skew_ms = HOUR
    assert spend_all(budgets, provider)[0] == 10
    ledger.skew_ms = 0
    spent, until = spend_all(budgets, provider)
    assert spent == 0
    assert until - ledger.now() <= 63_000
    ledger.skew_ms = 63_100
    assert spend_all(budgets, provider)[0] == 10
