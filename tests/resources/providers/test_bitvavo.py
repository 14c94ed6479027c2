"""Bitvavo's own quirks."""

import pytest

from resources.providers.bitvavo import PROVIDER


@pytest.mark.parametrize(
    ("headers", "used"),
    [
        ({"bitvavo-ratelimit-remaining": "958"}, {60: 42}),
        ({"bitvavo-ratelimit-remaining": "1200"}, {60: 0}),
        ({"bitvavo-ratelimit-remaining": "-1"}, {}),
        ({}, {}),
    ],
)
def test_the_weight_left_says_what_is_used(headers: dict[str, str], used: dict[int, int]) -> None:
    assert PROVIDER.used
    assert PROVIDER.used(headers) == used
