"""Ranges: what is covered, what is missing."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from resources.plan import Window, missing, union

bounds = st.integers(0, 60)
windows = st.lists(st.tuples(bounds, bounds).map(lambda pair: Window(*sorted(pair))), max_size=8)


def points(parts: list[Window]) -> set[int]:
    return {at for part in parts for at in range(part.start, part.end)}


@given(windows)
def test_a_union_holds_the_same_points_in_disjoint_windows_that_do_not_touch(
    parts: list[Window],
) -> None:
    joined = union(parts)
    assert points(joined) == points(parts)
    assert all(a.end < b.start for a, b in pairwise(joined))


@given(windows, st.tuples(bounds, bounds))
def test_missing_and_covered_together_are_what_was_wanted(
    parts: list[Window], pair: tuple[int, int]
) -> None:
    wanted = Window(*sorted(pair))
    gaps = missing(wanted, parts)
    assert points(gaps) == points([wanted]) - points(parts)
    assert all(gap.length > 0 for gap in gaps)
