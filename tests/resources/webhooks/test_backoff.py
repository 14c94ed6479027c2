"""How long a retry waits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.webhooks.backoff import LONGEST_MS, TRIES, wait_ms


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 5), (1, 5), (2, 20), (3, 80), (4, 320), (5, 1280), (6, 3600), (7, 3600), (10**9, 3600)],
)
def test_waits_grow_up_to_an_hour(failures: int, seconds: int) -> None:
    assert 0.8 * seconds * 1000 <= wait_ms(failures) <= seconds * 1000


def test_a_delivery_is_tried_for_hours() -> None:
    assert 2 * LONGEST_MS <= sum(map(wait_ms, range(1, TRIES))) <= 3 * LONGEST_MS


@given(st.integers(0, 100), st.floats(0, 1e9))
def test_who_asks_for_more_is_waited_for_up_to_a_day(failures: int, asked: float) -> None:
    assert min(asked, 86_400) * 1000 - 1 <= wait_ms(failures, asked) <= 86_400_000
