"""Sliding windows by weight, and bans for those who go on calling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.limits import Limiter, Refusal


def limiter(*limits: tuple[int, int], bans: bool = False) -> Limiter:
    return Limiter(limits, bans)


def test_calls_within_the_limit_are_admitted_and_add_up() -> None:
    tried = limiter((100, 60))
    assert [tried.admit(40, 0.0), tried.admit(40, 10.0)] == [None, None]
    assert tried.used(10.0) == {60: 80}


def test_a_call_beyond_the_limit_waits_until_enough_has_slid_out_of_the_window() -> None:
    tried = limiter((100, 60))
    tried.admit(40, 0.0)
    tried.admit(40, 10.0)
    assert tried.admit(30, 20.0) == Refusal(429, 40)
    assert tried.admit(30, 59.9) == Refusal(429, 1)
    assert tried.admit(30, 60.0) is None
    assert tried.used(60.0) == {60: 70}


def test_every_window_counts() -> None:
    tried = limiter((2, 1), (3, 10))
    assert [tried.admit(1, 0.0), tried.admit(1, 0.1)] == [None, None]
    assert tried.admit(1, 0.2) == Refusal(429, 1)
    assert tried.admit(1, 1.5) is None
    assert tried.admit(1, 3.0) == Refusal(429, 7)


def test_without_limits_everything_is_admitted() -> None:
    assert limiter().admit(10**9, 0.0) is None


def test_a_weight_that_never_fits_is_never_admitted() -> None:
    tried = limiter((10, 60))
    assert tried.admit(11, 0.0) == Refusal(429, 60)
    assert tried.admit(11, 61.0) == Refusal(429, 60)


def test_who_goes_on_calling_is_banned_longer_each_time() -> None:
    tried = limiter((1, 60), bans=True)
    tried.admit(1, 0.0)
    statuses = [tried.admit(1, 1.0) for _ in range(6)]
    assert statuses == [Refusal(429, 59)] * 5 + [Refusal(418, 120)]
    again = [tried.admit(1, 2.0) for _ in range(5)]
    assert again == [Refusal(418, 119)] * 4 + [Refusal(418, 240)]
    assert tried.admit(1, 242.0) is None


def test_who_may_not_ban_goes_on_with_429() -> None:
    tried = limiter((1, 60))
    assert {tried.admit(1, 0.0)} == {None}
    assert {tried.admit(1, 1.0) for _ in range(20)} == {Refusal(429, 59)}


def test_a_ban_ends_by_itself_or_when_it_is_lifted() -> None:
    tried = limiter((10, 60))
    tried.ban(418, 30, 0.0)
    assert tried.banned(29.9)
    assert not tried.banned(30.0)
    assert tried.admit(1, 5.0) == Refusal(418, 25)
    tried.lift()
    assert tried.admit(1, 5.0) is None


@given(
    st.lists(st.tuples(st.floats(0, 20), st.integers(1, 8)), max_size=60),
    st.integers(8, 30),
    st.integers(1, 30),
)
def test_no_window_ever_holds_more_than_its_limit(
    calls: list[tuple[float, int]], amount: int, seconds: int
) -> None:
    tried = limiter((amount, seconds))
    now, admitted = 0.0, []
    for pause, weight in calls:
        now += pause
        if tried.admit(weight, now) is None:
            admitted.append((now, weight))
    for end, _ in admitted:
        assert sum(weight for at, weight in admitted if end - seconds < at <= end) <= amount


@pytest.mark.parametrize("wait", [0.001, 0.5, 1.0])
def test_a_wait_is_rounded_up_to_whole_seconds(wait: float) -> None:
    tried = limiter()
    tried.ban(429, wait, 0.0)
    assert tried.admit(1, 0.0) == Refusal(429, 1)
