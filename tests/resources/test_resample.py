"""Higher candles are what a loop over the lower ones would make."""

import math
from collections.abc import Iterable
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.market import Interval
from resources.plan import Window
from resources.resample import Task, due, openings, resample, slices, whole
from resources.schemas import CANDLE_PAGE, utc

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
MONDAY = 1_767_571_200_000  # 2026-01-05
COLUMNS = ("open", "high", "low", "close", "volume", "quote_volume", "trades")

# Sums of these are exact, in whatever order.
numbers = st.integers(1, 4_000).map(lambda n: n / 4)
candle = st.tuples(
    numbers, numbers, numbers, numbers, numbers, st.none() | numbers, st.none() | st.integers(0, 9)
)
minutes = st.dictionaries(st.integers(-200, 500), candle, max_size=80)


def frame(candles: Iterable[tuple[str, int, tuple[Any, ...]]]) -> pl.DataFrame:
    rows = [
        {"symbol": symbol, "open_time": utc(at), **dict(zip(COLUMNS, values, strict=True))}
        for symbol, at, values in candles
    ]
    return pl.DataFrame(rows, schema={"symbol": pl.String(), **CANDLE_PAGE})


def naive(
    candles: Iterable[tuple[str, int, tuple[Any, ...]]], interval: Interval
) -> list[tuple[Any, ...]]:
    groups: dict[tuple[str, int], list[tuple[Any, ...]]] = {}
    for symbol, at, values in sorted(candles, key=lambda one: one[:2]):
        groups.setdefault((symbol, interval.floor(at)), []).append(values)
    made = []
    for (symbol, at), parts in sorted(groups.items()):
        sums = [
            None if any(p[n] is None for p in parts) else sum(p[n] for p in parts)
            for n in (4, 5, 6)
        ]
        prices = parts[0][0], max(p[1] for p in parts), min(p[2] for p in parts), parts[-1][3]
        made.append((symbol, utc(at), *prices, *sums, len(parts)))
    return made


@given(minutes, st.sampled_from([one for one in Interval if one is not Interval.M1]), st.randoms())
def test_candles_are_those_of_a_loop(
    lower: dict[int, Any], interval: Interval, random: Any
) -> None:
    candles = [(s, MONDAY + at * MINUTE, c) for at, c in lower.items() for s in ("A/B", "C/D")]
    random.shuffle(candles)
    assert resample(frame(candles), interval).rows() == naive(candles, interval)


@given(minutes)
def test_steps_on_the_way_change_nothing(lower: dict[int, Any]) -> None:
    candles = frame(("A/B", MONDAY + at * MINUTE, c) for at, c in lower.items())
    by_steps = candles
    for interval in (Interval.M5, Interval.M15, Interval.H1):
        by_steps = resample(by_steps, interval).drop("parts")
    assert by_steps.equals(resample(candles, Interval.H1).drop("parts"))


@given(minutes)
def test_sums_and_extremes_are_kept(lower: dict[int, Any]) -> None:
    candles = frame(("A/B", MONDAY + at * MINUTE, c) for at, c in lower.items())
    made = resample(candles, Interval.H4)
    assert math.isclose(made["volume"].sum(), candles["volume"].sum())
    assert made["parts"].sum() == candles.height
    assert (made["high"].max(), made["low"].min()) == (
        candles["high"].max(),
        candles["low"].min(),
    )
    assert made["open_time"].is_unique().all()


@pytest.mark.parametrize(
    ("covered", "interval", "expected"),
    [
        ([(0, 3)], Interval.H4, []),
        ([(0, 4)], Interval.H4, [(0, 4)]),
        ([(0, 2), (2, 9)], Interval.H4, [(0, 8)]),
        ([(1, 9)], Interval.H4, [(4, 8)]),
        ([(0, 3), (4, 12)], Interval.H4, [(4, 12)]),
        ([(-24, 7 * 24 + 5)], Interval.W1, [(0, 7 * 24)]),
        ([(12, 7 * 24 + 12)], Interval.W1, []),
    ],
)
def test_only_spans_that_are_covered_whole_count(
    covered: list[tuple[int, int]], interval: Interval, expected: list[tuple[int, int]]
) -> None:
    assert whole([hours(*one) for one in covered], interval) == [hours(*one) for one in expected]


def hours(start: int, end: int) -> Window:
    return Window(MONDAY + start * HOUR, MONDAY + end * HOUR)


def test_the_finest_interval_that_covers_is_taken_and_nothing_is_made_twice() -> None:
    covered = {Interval.M1: {"A/B": [hours(20, 48)]}, Interval.H1: {"A/B": [hours(0, 48)]}}
    found = {
        (one.interval, one.source): one.windows["A/B"] for one in due(covered, {}) if one.windows
    }
    assert found == {
        (Interval.M5, Interval.M1): [hours(20, 48)],
        (Interval.M15, Interval.M1): [hours(20, 48)],
        (Interval.H1, Interval.M1): [hours(20, 48)],
        (Interval.H4, Interval.M1): [hours(20, 48)],
        (Interval.H4, Interval.H1): [hours(0, 20)],
        (Interval.D1, Interval.M1): [hours(24, 48)],
        (Interval.D1, Interval.H1): [hours(0, 24)],
    }
    done = {("A/B", str(i), str(s)): windows for (i, s), windows in found.items()}
    assert list(due(covered, done)) == []
    later = {**covered, Interval.H1: {"A/B": [hours(0, 52)]}}
    assert list(due(later, done)) == [Task(Interval.H4, Interval.H1, {"A/B": [hours(48, 52)]})]


windows = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30)), min_size=1, max_size=4)


@given(st.dictionaries(st.sampled_from("abc"), windows, min_size=1), st.integers(1, 100))
def test_slices_are_the_whole_task_and_no_candle_twice(
    spans: dict[str, list[tuple[int, int]]], most: int
) -> None:
    weeks = {
        symbol: whole([hours(n * 168, (n + length) * 168) for n, length in some], Interval.W1)
        for symbol, some in spans.items()
    }
    task = Task(Interval.W1, Interval.D1, weeks)
    opens = pl.concat(openings(piece) for piece in slices(task, most)).sort("symbol", "open_time")
    assert opens.equals(openings(task).sort("symbol", "open_time"))
