"""Cron expressions: read as Dagster does, refused with a sentence where it would not."""

from datetime import UTC, datetime, timedelta

import pytest
from dagster._utils.schedules import cron_string_iterator, is_valid_cron_string
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from resources.cron import check_cron, due_in_hour_of
from resources.errors import InvalidInput


def field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    pairs = st.tuples(number, number).filter(lambda pair: pair[0] < pair[1])
    spans = pairs.map(lambda pair: f"{pair[0]}-{pair[1]}")
    stepped = st.tuples(spans | st.just("*"), st.integers(1, 9)).map(lambda p: f"{p[0]}/{p[1]}")
    one = number.map(str) | spans | stepped
    return st.just("*") | st.lists(one, min_size=1, max_size=3).map(",".join)


# Where both the day and the weekday are given, crons differ in what `*/2` means.
DAYS = st.tuples(field(1, 31), field(1, 12), st.just("*")) | st.tuples(
    st.just("*"), field(1, 12), field(0, 7)
)
CRONS = st.tuples(field(0, 59), field(0, 23), DAYS.map(" ".join)).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(CRONS)
def test_what_is_read_is_valid_for_dagster_and_due_in_the_same_hours(text: str) -> None:
    day, month = text.split()[2:4]
    assume(day == "*" or month == "*")  # lest it never comes
    check_cron(text)
    assert is_valid_cron_string(text)
    begin = datetime(2027, 1, 1, tzinfo=UTC)
    due = next(cron_string_iterator(begin.timestamp(), text, "UTC"))
    before = due - timedelta(hours=1)
    assert due_in_hour_of(text, due)
    # The first tick after the beginning is the first: no hour before it is due.
    if before >= begin:
        assert not due_in_hour_of(text, before)


@pytest.mark.parametrize(
    "text",
    ["", "1 * * *", "1 * * * * *", "@hourly", "x * * * *", "\u0661 * * * *", "0 0 L * *", "0 0 * * 1#2"],
)  # fmt: skip
def test_what_is_not_five_fields_of_numbers_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="five fields: minute hour day month weekday"):
        check_cron(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("60 * * * *", "Bad minute"),
        ("* 24 * * *", "Bad hour"),
        ("* * 0 * *", "Bad day-of-month"),
        ("* * * 13 *", "Bad month"),
        ("* * * * 8", "Bad day-of-week"),
        ("5-1 * * * *", "Bad minute"),
        ("*/0 * * * *", "Bad minute"),
        ("1,,2 * * * *", "Bad minute"),
        ("0 0 31 2,4 *", "Bad day-of-month"),
    ],
)
def test_a_field_that_cannot_be_is_named(text: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=f"is no cron expression: .*{words}"):
        check_cron(text)


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
    assert due_in_hour_of(text, datetime.fromisoformat(at).replace(tzinfo=UTC)) == due
