"""Cron expressions: read as Dagster does, refused with a sentence where it would not."""

from datetime import UTC, datetime, timedelta

import pytest
from dagster._utils.schedules import cron_string_iterator, is_valid_cron_string
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.cron import read_cron
from resources.errors import InvalidInput


def field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    pairs = st.tuples(number, number).filter(lambda pair: pair[0] < pair[1])
    spans = pairs.map(lambda pair: f"{pair[0]}-{pair[1]}")
    stepped = st.tuples(spans | st.just("*"), st.integers(1, 9)).map(lambda p: f"{p[0]}/{p[1]}")
    one = number.map(str) | spans | stepped
    return st.just("*") | st.lists(one, min_size=1, max_size=3).map(",".join)


CRONS = st.tuples(
    field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 7)
).map(" ".join)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(CRONS)
def test_what_is_read_is_valid_for_dagster_and_due_in_the_same_hours(text: str) -> None:
    try:
        cron = read_cron(text)
    except InvalidInput:
        # Of valid fields only those are refused that never come.
        with pytest.raises(InvalidInput, match="never comes"):
            read_cron(text)
        return
    assert is_valid_cron_string(text)
    begin = datetime(2027, 1, 1, tzinfo=UTC)
    ticks = cron_string_iterator(begin.timestamp(), text, "UTC")
    due = next(ticks)
    before = due - timedelta(hours=1)
    assert cron.in_hour_of(due)
    # The first tick after the beginning is the first: no hour before it is due.
    if before >= begin:
        assert cron.in_hour_of(before) == (before.replace(minute=0) == due.replace(minute=0))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "five fields are needed"),
        ("1 * * *", "five fields are needed"),
        ("1 * * * * *", "five fields are needed"),
        ("@hourly", "five fields are needed"),
        ("60 * * * *", "the minute '60' of a cron expression is not within 0-59"),
        ("* 24 * * *", "the hour '24'"),
        ("* * 0 * *", "the day '0'"),
        ("* * * 13 *", "the month '13'"),
        ("* * * * 8", "the weekday '8'"),
        ("5-1 * * * *", "the minute '5-1' of a cron expression ends before it begins"),
        ("* * * * 0-0", "the weekday '0-0'"),
        ("*/0 * * * *", "the minute '*/0'"),
        ("5/2 * * * *", "the step of the minute '5/2'"),
        ("1,,2 * * * *", "the minute ''"),
        ("x * * * *", "neither *, a number nor a range"),
        ("\u0661 * * * *", "neither *, a number nor a range"),
        ("0 0 31 2,4 *", "never comes: none of its months has 31 days"),
    ],
)
def test_what_is_none_is_refused_by_field(text: str, words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_cron(text)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("text", "at", "due"),
    [
        ("1 */6 * * *", "2027-01-01T12:59", True),
        ("1 */6 * * *", "2027-01-01T13:01", False),
        ("0 4 * * 7", "2027-01-03T04:30", True),  # a Sunday
        ("0 4 * * 0", "2027-01-04T04:30", False),
        ("0 4 1 * 1", "2027-01-04T04:30", True),  # either the first or a Monday
        ("0 4 1 * 1", "2027-01-05T04:30", False),
        ("0 4 29 2 *", "2028-02-29T04:00", True),
    ],
)
def test_an_hour_is_due_or_not(text: str, at: str, due: bool) -> None:
    assert read_cron(text).in_hour_of(datetime.fromisoformat(at).replace(tzinfo=UTC)) == due
