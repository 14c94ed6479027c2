"""A price that crosses a line is told of once."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.webhooks.thresholds import BAND, Crossed, Lines

LINE = 100.0
PRICES = st.lists(st.floats(80, 120, allow_nan=False), max_size=60)


def told(lines: Lines, prices: list[float]) -> list[str]:
    """What is told at each price."""
    crossed, names = Crossed(), []
    for price in prices:
        crossed, now = lines.judge(price, crossed)
        names.append(",".join(name for name, _ in now))
    return names


@pytest.mark.parametrize(
    ("prices", "above", "below"),
    [
        ([99, 101, 102], ["", "above", ""], ["", "", ""]),
        ([101, 102], ["", ""], ["", ""]),
        ([101, 99, 98], ["", "", ""], ["", "below", ""]),
        ([99, 101, 99.8, 101], ["", "above", "", ""], ["", "", "below", ""]),
        ([99, 101, 99.4, 101], ["", "above", "", "above"], ["", "", "below", ""]),
        ([101, 99, 100.4, 99, 100.6, 99], ["", "", "above", "", "above", ""],
         ["", "below", "", "", "", "below"]),
        ([100, 100], ["", ""], ["", ""]),
    ],
)  # fmt: skip
def test_a_crossing_is_told(prices: list[float], above: list[str], below: list[str]) -> None:
    assert told(Lines(above=LINE), prices) == above
    assert told(Lines(below=LINE), prices) == below


@given(PRICES)
def test_between_two_tellings_the_price_was_behind_the_band(prices: list[float]) -> None:
    for lines in (Lines(above=LINE), Lines(below=LINE)):
        times = [at for at, name in enumerate(told(lines, prices)) if name]
        for one, other in pairwise(times):
            between = prices[one:other]
            if lines.above:
                assert min(between) < LINE * (1 - BAND)
            else:
                assert max(between) > LINE * (1 + BAND)


@given(PRICES)
def test_a_price_that_was_behind_and_goes_beyond_is_told(prices: list[float]) -> None:
    found = told(Lines(above=LINE), [LINE * (1 - 2 * BAND), *prices])[1:]
    beyond = [at for at, price in enumerate(prices) if price > LINE]
    assert any(found) == bool(beyond)
    if beyond:
        assert found[beyond[0]] == "above"


@given(st.lists(st.floats(LINE * (1 - BAND), LINE * 1.2), max_size=60))
def test_a_price_that_trembles_on_the_line_is_told_once_at_most(prices: list[float]) -> None:
    assert sum(map(bool, told(Lines(above=LINE), [90.0, *prices]))) <= 1


@given(PRICES, st.integers(0, 60))
def test_a_restart_changes_nothing(prices: list[float], at: int) -> None:
    lines, crossed, names = Lines(105.0, 95.0), Crossed(), []
    for number, price in enumerate(prices):
        if number == at:
            crossed = Crossed(crossed.above, crossed.below)
        crossed, now = lines.judge(price, crossed)
        names.append(",".join(name for name, _ in now))
    assert names == told(lines, prices)
