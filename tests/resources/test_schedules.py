"""When a provider is looked at next."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.directory import Directory
from resources.errors import InvalidInput
from resources.ledger import Ledger, provider_schedules
from resources.ledger.provider_schedules import NEVER_LOOKED_AT
from resources.providers.base import Auth, Call, Endpoint, Limit, Provider
from resources.schedules import (
    LEAST_SECONDS,
    MOST_SECONDS,
    Schedules,
    checked_interval,
    interval_of,
    longest_wait,
    minimum_interval,
    next_wait,
)

intervals = st.integers(LEAST_SECONDS, MOST_SECONDS)
jitters = st.floats(0, 1, exclude_max=True)


def acme(*limits: Limit, weight: int = 1) -> Provider:
    endpoints = (Endpoint("prices", Call("/", weight=weight)),)
    return Provider("acme", "Acme", "custom", "https://acme.test", "", limits, endpoints=endpoints)


@given(intervals, st.integers(0, 10_000), jitters, st.floats(-1e9, 1e9))
def test_a_look_is_never_before_the_interval_nor_after_the_bound(
    interval: int, failures: int, jitter: float, not_before: float
) -> None:
    wait = next_wait(interval, failures, jitter, not_before)
    assert interval <= wait <= longest_wait(interval)


@given(intervals, jitters)
def test_a_success_brings_back_the_interval(interval: int, jitter: float) -> None:
    assert next_wait(interval, 0, jitter) == interval


@given(intervals, st.integers(1, 60), jitters)
def test_failures_wait_longer_and_longer(interval: int, failures: int, jitter: float) -> None:
    assert next_wait(interval, failures, jitter) > interval
    at_worst = next_wait(interval, failures, 0.999)
    assert next_wait(interval, failures + 1, 0.999) >= at_worst


@given(intervals, st.integers(0, 60), jitters)
def test_what_a_provider_says_is_waited_for_up_to_the_bound(
    interval: int, failures: int, jitter: float
) -> None:
    longest = longest_wait(interval)
    assert next_wait(interval, failures, jitter, not_before=longest - 1) >= longest - 1
    assert next_wait(interval, failures, jitter, not_before=longest * 9) == longest


@given(
    st.lists(
        st.builds(Limit, amount=st.integers(1, 10_000), seconds=st.integers(1, 86_400)), max_size=4
    ),
    st.integers(1, 50),
)
def test_the_minimum_is_what_every_limit_allows(limits: list[Limit], weight: int) -> None:
    least = minimum_interval(acme(*limits, weight=weight))
    assert least >= LEAST_SECONDS
    for limit in limits:
        calls = limit.seconds / least
        assert calls * weight <= limit.amount or math.isclose(calls * weight, limit.amount)


@pytest.mark.parametrize(
    ("limits", "weight", "least"),
    [((), 1, 60), ((Limit(1, 1),), 1, 60), ((Limit(25, 86_400),), 1, 3_456), ((Limit(100, 3_600),), 5, 180)],
)  # fmt: skip
def test_the_minimum_of_some(limits: tuple[Limit, ...], weight: int, least: int) -> None:
    assert minimum_interval(acme(*limits, weight=weight)) == least


def test_an_interval_beyond_a_bound_is_refused_with_the_bound() -> None:
    daily = acme(Limit(25, 86_400))
    assert checked_interval(daily, 3_456) == 3_456
    for seconds in (3_455, 0, -1, MOST_SECONDS + 1):
        with pytest.raises(InvalidInput, match=rf"at least 3456 and at most {MOST_SECONDS}"):
            checked_interval(daily, seconds)
    # Its own kind of update asks for an hour.
    assert interval_of(acme(Limit(1, 7_200)), NEVER_LOOKED_AT) == 7_200
    assert interval_of(acme(), NEVER_LOOKED_AT) == 3_600


def test_what_is_set_stands_over_what_the_provider_says(ledger: Ledger) -> None:
    schedules = Schedules(ledger, Directory(ledger), sandboxed=True)
    some = schedules.due(ledger.now())
    assert {one.provider.id for one in some} == {
        one.provider.id for one in schedules.all() if one.provider.enabled
    }
    first = some[0].provider.id
    provider_schedules.change(ledger, first, enabled=False)
    assert first not in {one.provider.id for one in schedules.due(ledger.now())}
    provider_schedules.change(ledger, first, interval_seconds=7_200, enabled=True)
    again = schedules.one(first)
    assert again is not None
    assert (again.interval, again.active) == (7_200, True)
    assert schedules.one("nobody") is None


def test_who_lacks_a_key_is_off_until_it_is_there(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = Directory(ledger)
    wanting = next(
        one.id
        for one in directory.providers().values()
        if one.enabled and isinstance(one.auth, Auth) and one.auth.required
    )
    live = Schedules(ledger, directory, sandboxed=False)
    found = live.one(wanting)
    assert found is not None
    assert (found.enabled, found.has_key, found.active) == (False, False, False)
    provider_schedules.change(ledger, wanting, enabled=True)
    found = live.one(wanting)
    assert found is not None
    assert (found.enabled, found.active) == (True, False)
    monkeypatch.setenv(f"HEADWATER_KEY_{wanting.upper()}", "secret")
    found = live.one(wanting)
    assert found is not None
    assert found.active


def test_a_category_narrows_what_is_due(ledger: Ledger) -> None:
    schedules = Schedules(ledger, Directory(ledger), sandboxed=True)
    found = schedules.due(ledger.now(), ["exchange"])
    assert {one.provider.category for one in found} == {"exchange"}
