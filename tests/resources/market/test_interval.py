"""Arithmetic of intervals."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.errors import InvalidInput
from resources.market import Interval

INTERVALS = st.sampled_from(Interval)
# 1970 to 2100
MOMENTS = st.integers(0, 4_102_444_800_000)


def utc(ms: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)


@given(INTERVALS, MOMENTS)
def test_a_moment_lies_in_the_candle_that_its_floor_opens(interval: Interval, at: int) -> None:
    opened = interval.floor(at)
    assert opened <= at < opened + interval.ms
    assert interval.floor(opened) == opened


@given(INTERVALS, MOMENTS)
def test_ceil_is_the_first_open_time_that_is_not_before(interval: Interval, at: int) -> None:
    opens = interval.ceil(at)
    assert opens - interval.ms < at <= opens
    assert interval.floor(opens) == opens


@given(INTERVALS, MOMENTS)
def test_candles_open_where_calendars_begin(interval: Interval, at: int) -> None:
    opened = utc(interval.floor(at))
    midnight = opened.replace(hour=0, minute=0, second=0, microsecond=0)
    assert (opened - midnight) % min(timedelta(milliseconds=interval.ms), timedelta(days=1)) == (
        timedelta(0)
    )
    if interval is Interval.W1:
        assert opened.weekday() == 0


@given(INTERVALS, MOMENTS)
def test_a_period_is_the_month_the_year_or_everything(interval: Interval, at: int) -> None:
    opened = interval.floor(at)
    expected = {
        Interval.H4: f"{utc(opened).year:04}",
        Interval.D1: f"{utc(opened).year:04}",
        Interval.W1: "all",
    }.get(interval, f"{utc(opened).year:04}-{utc(opened).month:02}")
    assert interval.period(opened) == expected


@given(INTERVALS)
def test_every_interval_is_read_from_its_own_spelling(interval: Interval) -> None:
    assert Interval.parse(str(interval)) is interval


@pytest.mark.parametrize("text", ["", "1M", "2h", "1H", "60", "1m "])
def test_another_spelling_is_refused_with_those_there_are(text: str) -> None:
    with pytest.raises(InvalidInput, match="1m, 5m, 15m, 1h, 4h, 1d, 1w"):
        Interval.parse(text)
