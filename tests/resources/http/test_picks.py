"""Picks: what they reserve is used by one call or given back, and nobody is picked too soon."""

import time
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.errors import NoneAvailable
from resources.http import STRATEGIES, Member, Permits, Pool, StrategyName
from resources.ledger import Ledger
from resources.ledger.budgets import Budgets
from resources.ledger.rotations import newest, totals
from tests.ledgers import ledger_at
from tests.resources.http.played import LIMIT, Members, a_provider


def spend_all(pool: Pool, weight: int = 1) -> Counter[str]:
    """How often each member was picked until nobody could be."""
    seen = Counter[str]()
    while True:
        try:
            seen[pool.pick(weight).provider.id] += 1
        except NoneAvailable:
            return seen


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_spends_all_budgets_and_not_one_call_more(
    permits: Permits, strategy: StrategyName
) -> None:
    pool = Pool("letters", Members("abc", strategy), permits)
    assert spend_all(pool) == {"a": 100, "b": 100, "c": 100}


def test_two_processes_share_the_budgets_of_a_pool(permits: Permits, other: Permits) -> None:
    ours, theirs = (Pool("letters", Members("ab"), p) for p in (permits, other))
    for _ in range(10):
        ours.pick()
        theirs.pick()
    assert (spend_all(theirs) + spend_all(ours)).total() == 200 - 20


def test_none_available_tells_the_earliest_time(ledger: Ledger, permits: Permits) -> None:
    pool = Pool("letters", Members("ab"), permits)
    until = permits.budgets.forbid(a_provider("a", LIMIT), 30_000)
    assert spend_all(pool) == {"b": 100}
    with pytest.raises(NoneAvailable, match="asked for a pause") as none:
        pool.pick()
    assert none.value.not_before == until
    assert until < ledger.now() + 30_000 + 1


def test_a_weight_is_reserved_in_whole(permits: Permits) -> None:
    assert spend_all(Pool("letters", Members("a"), permits), 30) == {"a": 3}


def test_a_weight_that_never_fits_leaves_a_member_out(permits: Permits) -> None:
    members = Members("ab")
    small = Member(a_provider("a", (10, 60)))
    members.now = replace(members.now, members=(small, members.now.members[1]))
    pool = Pool("letters", members, permits)
    assert {pool.pick(20).provider.id for _ in range(4)} == {"b"}


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_ban_or_open_breaker_of_this_process_is_known_at_once(
    permits: Permits, strategy: StrategyName
) -> None:
    pool = Pool("letters", Members("abc", strategy), permits)
    pool.pick()
    permits.budgets.forbid(a_provider("a", LIMIT), 60_000)
    for _ in range(5):
        permits.breakers.failed("b", None)
    assert {pool.pick().provider.id for _ in range(10)} == {"c"}


def test_those_of_another_process_are_known_within_a_moment(
    permits: Permits, other: Permits
) -> None:
    pool = Pool("letters", Members("abc"), permits)
    assert {pool.pick().provider.id for _ in range(3)} == {"a", "b", "c"}
    other.budgets.forbid(a_provider("a", LIMIT), 60_000)
    for _ in range(5):
        other.breakers.failed("b", None)
    time.sleep(0.06)
    assert {pool.pick().provider.id for _ in range(10)} == {"c"}


def test_a_half_open_member_is_picked_once_as_its_probe(ledger: Ledger, permits: Permits) -> None:
    pool = Pool("letters", Members("a"), permits)
    for _ in range(5):
        permits.breakers.failed("a", None)
    ledger.skew_ms += 60_000
    probe = pool.pick()
    assert probe.probe is not None
    with pytest.raises(NoneAvailable):
        pool.pick()
    permits.release(probe)
    ledger.skew_ms += 1
    time.sleep(0.06)
    assert pool.pick().probe is not None


def test_what_is_released_may_be_picked_again(permits: Permits) -> None:
    pool = Pool("letters", Members("a", "round_robin", (1, 60)), permits)
    for _ in range(3):
        pick = pool.pick()
        permits.release(pick)
        permits.release(pick)  # a second time does nothing
    assert spend_all(pool) == {"a": 1}


def test_a_membership_that_changes_is_seen_by_those_who_pick(permits: Permits) -> None:
    members = Members("abc")
    pool = Pool("letters", members, permits)
    assert {pool.pick().provider.id for _ in range(3)} == {"a", "b", "c"}
    members.keep("ac")
    assert pool.rotate("manual").id in "ac"  # reads it at once
    assert {pool.pick().provider.id for _ in range(4)} == {"a", "c"}
    members.now = replace(members.now, closed="it is disabled")
    with pytest.raises(NoneAvailable, match="it is disabled"):
        pool.rotate("manual")


def test_turns_are_counted_and_told_with_what_became_of_the_one_before(
    ledger: Ledger, permits: Permits
) -> None:
    pool = Pool("letters", Members("abc", "priority"), permits)
    for _ in range(10):
        pool.pick()
    permits.budgets.forbid(a_provider("a", LIMIT), 60_000)
    pool.pick()
    for _ in range(5):
        permits.breakers.failed("b", None)
    pool.pick()
    permits.history.write()
    told = [(turn.of, turn.to, turn.reason) for turn in reversed(newest(ledger, 9))]
    assert told == [
        (None, "a", "rotation"), ("a", "b", "budget"), ("b", "c", "breaker_open"),
    ]  # fmt: skip
    assert totals(ledger) == {"letters": 3}


def test_many_turns_are_counted_but_only_the_newest_told(ledger: Ledger, permits: Permits) -> None:
    pool = Pool("letters", Members("ab", "round_robin", (10_000_000, 60)), permits)
    for _ in range(5_000):
        pool.pick()
    permits.history.write()
    assert totals(ledger) == {"letters": 5_000}
    assert len(newest(ledger, 10_000)) < 5_000


@settings(deadline=None, max_examples=10)
@given(
    strategy=st.sampled_from(STRATEGIES),
    steps=st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=8),
)
def test_whoever_is_banned_is_never_picked(
    strategy: StrategyName, steps: list[tuple[str, bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    ledger = ledger_at(tmp_path_factory.mktemp("pool") / "ledger.db")
    permits, budgets = Permits(ledger), Budgets(ledger)
    pool, banned = Pool("letters", Members("abc", strategy, (10_000, 60)), permits), set[str]()
    for name, ours in steps:
        (permits.budgets if ours else budgets).forbid(a_provider(name, (10_000, 60)), 60_000)
        if not ours:
            time.sleep(0.06)
        banned.add(name)
        for _ in range(3):
            if len(banned) == 3:
                with pytest.raises(NoneAvailable):
                    pool.pick()
            else:
                assert pool.pick().provider.id not in banned
    ledger.close()
