"""Rotation: everyone has a turn, whoever comes and goes."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.http import Member, Strategy, priority, round_robin
from tests.resources.http.played import a_provider

ids = st.sets(st.sampled_from("abcdefgh"), min_size=1).map(sorted)


def members(names: str) -> list[Member]:
    return [Member(a_provider(name)) for name in names]


def order(strategy: Strategy, names: str, last: str | None) -> str:
    return "".join(m.provider.id for m in strategy.order(members(names), last))


@pytest.mark.parametrize(
    ("names", "last", "expected"),
    [
        ("abc", None, "abc"),
        ("abc", "a", "bca"),
        ("abc", "c", "abc"),
        ("cab", "a", "bca"),  # the order they are given in does not matter
        ("acd", "b", "cda"),  # b has left since
        ("abcd", "a", "bcda"),  # b is back
        ("", "a", ""),
    ],
)
def test_round_robin_goes_on_after_the_last_one(
    names: str, last: str | None, expected: str
) -> None:
    assert order(round_robin, names, last) == expected


def test_priority_does_not_care_whose_turn_it_was() -> None:
    pool = [
        Member(a_provider("a"), priority=2),
        Member(a_provider("b"), priority=1, weight=1),
        Member(a_provider("c"), priority=1, weight=5),
        Member(a_provider("d"), priority=1, weight=1),
    ]
    for last in (None, "a", "c"):
        assert "".join(m.provider.id for m in priority.order(pool, last)) == "cbda"


@settings(deadline=None)
@given(st.lists(ids, min_size=20, max_size=60))
def test_a_member_is_passed_over_by_nobody_however_the_others_flap(
    rounds: list[list[str]],
) -> None:
    """Between two turns of anyone, a member that is always there has a turn."""
    last, waiting = None, Counter[str]()
    for present in rounds:
        last = order(round_robin, "".join({*present, "d"}), last)[0]
        waiting[last] += 1
        if last == "d":
            waiting.clear()
        assert max(waiting.values(), default=0) <= 1


@given(ids, st.sampled_from("abcdefgh"))
def test_every_member_is_in_the_order_once(names: list[str], last: str) -> None:
    for strategy in (round_robin, priority):
        assert sorted(order(strategy, "".join(names), last)) == names
