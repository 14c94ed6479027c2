"""The arithmetic of quality."""

import math
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.market import Interval
from resources.quality import outliers, scored
from resources.schemas import UTC_TIME, utc

HOUR = 3_600_000
START = 1_767_571_200_000


def closes(values: list[float], hours: list[int] | None = None) -> pl.DataFrame:
    times = [utc(START + at * HOUR) for at in hours or range(len(values))]
    return pl.DataFrame(
        {"symbol": "A/B", "open_time": times, "close": values},
        schema={"symbol": pl.String(), "open_time": UTC_TIME, "close": pl.Float64()},
    )


def calm(count: int) -> list[float]:
    """Closes that move by up to a percent from hour to hour."""
    return [100 * math.exp(0.01 * math.sin(n * n)) for n in range(count)]


def found(frame: pl.DataFrame, since: int = START) -> int | None:
    rows = outliers(frame, Interval.H1, since)
    return int(rows["outliers"][0]) if rows.height and rows["outliers"][0] is not None else None


def test_calm_closes_have_no_outliers() -> None:
    assert found(closes(calm(100))) == 0


def test_a_spike_is_two_outliers_there_and_back() -> None:
    values = calm(100)
    values[60] *= 10
    assert found(closes(values)) == 2
    assert found(closes(values), START + 61 * HOUR) == 1
    assert found(closes(values), START + 62 * HOUR) == 0


def test_a_jump_over_a_hole_is_none() -> None:
    values = calm(50) + [10 * value for value in calm(50)]
    assert found(closes(values, [*range(50), *range(60, 110)])) == 0


@pytest.mark.parametrize("values", [calm(15), [100.0] * 90 + [200.0]], ids=["few", "flat"])
def test_what_cannot_be_judged_is_not(values: list[float]) -> None:
    assert found(closes(values)) is None


def row(**counts: int | None) -> dict[str, Any]:
    given = {"expected": 24, "present": 24, "duplicates": 0, "revisions": 0, "outliers": 0}
    return {**given, "comparisons": 24, "disagreements": 0, **counts}


def score(**counts: int | None) -> float:
    columns = dict.fromkeys(row(), pl.Int64())
    return float(scored(pl.DataFrame([row(**counts)], schema=columns))["score"][0])


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({}, 100),
        ({"present": 12}, 70),
        ({"present": 0, "comparisons": 0}, 0),
        ({"disagreements": 12}, 90),
        ({"comparisons": 0, "present": 12}, 62.5),
        ({"outliers": 6}, 97.5),
        ({"outliers": None, "present": 18}, 83.33),
        ({"revisions": 48}, 90),
        ({"duplicates": 8}, 75),
    ],
)
def test_the_score_weighs_what_is_known(counts: dict[str, Any], expected: float) -> None:
    assert score(**counts) == expected


def test_agreement_is_null_where_nothing_was_compared() -> None:
    columns = dict.fromkeys(row(), pl.Int64())
    frame = pl.DataFrame([row(comparisons=0), row(disagreements=6)], schema=columns)
    assert scored(frame)["agreement"].to_list() == [None, 0.75]


counts = st.integers(0, 1_440)


@given(counts, counts, counts, st.none() | counts, counts, counts)
def test_scores_lie_between_0_and_100(
    present: int, missing: int, revisions: int, outlying: int | None, compared: int, apart: int
) -> None:
    some = {
        "expected": max(1, present + missing),
        "present": present,
        "outliers": None if outlying is None else min(outlying, present),
        "comparisons": compared,
        "disagreements": min(apart, compared),
    }
    assert 0 <= score(**some, revisions=revisions) <= 100
