"""Rotation: everyone has a share, whoever comes and goes."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.http.rotation import (
    EXPLORE_EVERY,
    STRATEGIES,
    Member,
    RoundRobin,
    Seat,
    Strategy,
    StrategyName,
    strategy_of,
)
from resources.http.tally import Figures
from resources.ledger.breakers import Watch
from resources.ledger.budgets import Account
from tests.resources.http.played import a_provider

ids = st.sets(st.sampled_from("abcdefgh"), min_size=1).map(sorted)
strategies = st.sampled_from(STRATEGIES)


def a_seat(name: str, priority: int = 5, weight: int = 50) -> Seat:
    provider = a_provider(name)
    member = Member(provider, priority, weight)
    return Seat(member, provider, weight, Account(()), Watch(), Figures())


def seats(names: str) -> list[Seat]:
    return [a_seat(name) for name in names]


def picks(strategy: Strategy, among: list[Seat], n: int) -> str:
    arranged = strategy.arrange(among)
    return "".join(strategy.choose(arranged).provider.id for _ in range(n))


@pytest.mark.parametrize(
    ("names", "last", "expected"),
    [
        ("abc", None, "abcabc"),
        ("abc", "a", "bcabca"),
        ("abc", "c", "abcabc"),
        ("cab", "a", "bcabca"),  # the order they are given in does not matter
        ("acd", "b", "cdacda"),  # b has left since
    ],
)
def test_round_robin_goes_on_after_the_last_one(
    names: str, last: str | None, expected: str
) -> None:
    strategy, among = RoundRobin(), seats(names)
    strategy.resume(among, last, {})
    assert picks(strategy, among, 6) == expected


def test_round_robin_goes_on_with_whose_turn_was_longest_ago() -> None:
    strategy, among = RoundRobin(), seats("abcde")
    strategy.resume(among, "b", {"b": 9, "a": 7, "e": 8})
    assert picks(strategy, among, 6) == "cdaebc"


def test_who_comes_back_has_its_turn_at_once() -> None:
    strategy, among = RoundRobin(), seats("abc")
    strategy.resume(among, None, {})
    assert picks(strategy, [s for s in among if s.provider.id != "b"], 3) == "aca"
    assert picks(strategy, among, 4) == "bcab"


@settings(deadline=None)
@given(st.lists(ids, min_size=20, max_size=60))
def test_a_member_is_passed_over_by_nobody_however_the_others_flap(
    rounds: list[list[str]],
) -> None:
    """Between two turns of anyone, a member that is always there has a turn."""
    strategy = RoundRobin()
    known = {name: a_seat(name) for name in "abcdefgh"}
    strategy.resume(known.values(), None, {})
    waiting = Counter[str]()
    for present in rounds:
        picked = picks(strategy, [known[name] for name in {*present, "d"}], 1)
        waiting[picked] += 1
        if picked == "d":
            waiting.clear()
        assert max(waiting.values(), default=0) <= 1


@settings(deadline=None)
@given(st.lists(st.booleans(), min_size=40, max_size=80))
def test_a_member_that_flaps_is_not_starved(there: list[bool]) -> None:
    """It never has to be there for longer than one pick."""
    strategy, among = RoundRobin(), seats("abc")
    strategy.resume(among, None, {})
    missed = 0
    for present in there:
        picked = picks(strategy, [s for s in among if present or s.provider.id != "b"], 1)
        missed = 0 if picked == "b" else missed + present
        assert missed <= 2


def test_priority_is_the_lowest_number_then_the_heavier_then_the_id() -> None:
    among = [
        a_seat("a", 2, 50), a_seat("b", 1, 1), a_seat("c", 1, 5), a_seat("d", 1, 1),
    ]  # fmt: skip
    strategy = strategy_of("priority")
    order = ""
    while among:
        order += picks(strategy, among, 2)[0]
        among = [seat for seat in among if seat.provider.id not in order]
    assert order == "cbda"


def test_weighted_is_smooth() -> None:
    among = [a_seat("a", weight=5), a_seat("b", weight=1), a_seat("c", weight=1)]
    assert picks(strategy_of("weighted"), among, 14) == "aabacaa" * 2


@settings(deadline=None)
@given(st.lists(st.integers(0, 20), min_size=1, max_size=6), st.integers(1, 4))
def test_weighted_gives_shares_by_weight_and_never_falls_far_behind(
    weights: list[int], rounds: int
) -> None:
    among = [a_seat("abcdef"[n], weight=weight) for n, weight in enumerate(weights)]
    strategy, total = strategy_of("weighted"), sum(weights)
    if not total:
        assert len(picks(strategy, among, 5)) == 5
        return
    seen = Counter[str]()
    for n in range(1, rounds * total + 1):
        seen[picks(strategy, among, 1)] += 1
        for seat in among:
            assert abs(seen[seat.provider.id] - n * seat.weight / total) < len(among)
    assert all(seen[seat.provider.id] == rounds * seat.weight for seat in among)


@settings(deadline=None)
@given(st.lists(st.integers(0, 50), min_size=2, max_size=6), st.integers(1, 100))
def test_least_used_evens_out_what_was_used_before(used: list[int], n: int) -> None:
    among = seats("abcdef"[: len(used)])
    for seat, calls in zip(among, used, strict=True):
        seat.figures.used = calls
    seen = Counter(picks(strategy_of("least_used"), among, n))
    highest = max(calls + seen[s.provider.id] for s, calls in zip(among, used, strict=True))
    for seat, calls in zip(among, used, strict=True):
        # Nobody was picked while another had been used less.
        if seen[seat.provider.id]:
            assert calls + seen[seat.provider.id] <= min(s.figures.used for s in among) + 1
    assert highest <= max(*used, (sum(used) + n) // len(used) + 1)


def test_the_fastest_is_asked_and_the_others_are_explored() -> None:
    among = seats("abc")
    for seat, ms in zip(among, (300.0, 20.0, 100.0), strict=True):
        seat.figures.response_ms = ms
    seen = Counter(picks(strategy_of("fastest_response"), among, 10 * EXPLORE_EVERY))
    assert seen["b"] >= 9 * EXPLORE_EVERY
    assert min(seen["a"], seen["c"]) >= 3


def test_who_was_never_called_is_called_first() -> None:
    among = seats("abc")
    among[0].figures.response_ms = 10.0
    assert picks(strategy_of("fastest_response"), among, 1) == "b"


@settings(deadline=None)
@given(st.lists(st.floats(1, 1_000), min_size=2, max_size=8), st.integers(0, 7))
def test_a_member_that_became_fast_again_is_found(times: list[float], which: int) -> None:
    among = seats("abcdefgh"[: len(times)])
    strategy, again = strategy_of("fastest_response"), among[which % len(times)]
    truth = {seat.provider.id: ms + 1 for seat, ms in zip(among, times, strict=True)}
    truth[again.provider.id] = 0.5
    for seat in among:
        seat.figures.response_ms = 2_000.0 if seat is again else truth[seat.provider.id]
    arranged = strategy.arrange(among)
    for _ in range(EXPLORE_EVERY * len(among) * 60):
        seat = strategy.choose(arranged)
        seat.figures.response_ms += 0.2 * (truth[seat.provider.id] - seat.figures.response_ms)
    assert sum(strategy.choose(arranged) is again for _ in range(2 * EXPLORE_EVERY)) >= 30


@settings(deadline=None)
@given(strategies, ids)
def test_whoever_is_chosen_is_one_of_those_that_may_be(
    name: StrategyName, names: list[str]
) -> None:
    strategy, among = strategy_of(name), seats("".join(names))
    arranged = strategy.arrange(among)
    assert sorted(s.provider.id for s in arranged) == names
    while arranged:
        arranged.remove(strategy.choose(arranged))


@settings(deadline=None)
@given(st.sampled_from([name for name in STRATEGIES if name != "priority"]), ids)
def test_every_member_has_a_share(name: StrategyName, names: list[str]) -> None:
    among = seats("".join(names))
    for seat in among:
        seat.figures.response_ms = 50.0 + ord(seat.provider.id)
    seen = Counter(picks(strategy_of(name), among, 2 * EXPLORE_EVERY * len(among)))
    assert sorted(seen) == names
