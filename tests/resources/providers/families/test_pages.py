"""Pages of a window that is asked for whole, and of the newest candles."""

from datetime import UTC, datetime, timedelta, timezone

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.market import Interval
from resources.providers.base import Call, CandleQuery, Candles
from resources.providers.families.pages import (
    all_asked,
    asked,
    date_of,
    hundredfold,
    ms_of,
    newest,
    percent,
    up_to_the_end,
    up_to_the_last,
)
from resources.providers.parsing import candle_frame
from tests.resources.providers.paging import collect

HOUR = 3_600_000
PAGE = 10


def query(start: int, end: int) -> CandleQuery:
    return CandleQuery("BTC", Interval.H1, start * HOUR, end * HOUR)


def page(*hours: int) -> pl.DataFrame:
    return candle_frame([hour * HOUR for hour in hours])


def hours(span: tuple[int, int]) -> tuple[float, float]:
    return span[0] / HOUR, span[1] / HOUR


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (100, 105, (100, 105)),
        (100, 200, (100, 110)),
        (100.5, 104.5, (101, 105)),
        (100.2, 100.4, (101, 101)),
    ],
    ids=["what fits", "a page", "whole candles", "no candle"],
)
def test_a_call_asks_for_whole_candles_and_no_more_than_fit(
    start: float, end: float, expected: tuple[int, int]
) -> None:
    query = CandleQuery("BTC", Interval.H1, int(start * HOUR), int(end * HOUR))
    assert hours(asked(query, PAGE)) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([], (100, 110)),
        ([105], (100, 110)),
        ([90, 95, 105], (100, 110)),
        ([90, 95], (100, 110)),
        ([105, 110], (100, 100)),
        ([500], (100, 100)),
    ],
    ids=[
        "an empty page proves that there is nothing",
        "gaps are proven",
        "older candles may come along",
        "older candles alone prove that there is nothing",
        "a candle from after the window shows that it was not heard",
        "the newest candles prove nothing",
    ],
)
def test_a_window_that_is_answered_whole_is_proven(
    found: list[int], expected: tuple[int, int]
) -> None:
    assert hours(all_asked(PAGE)(query(100, 200), page(*found))) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([], (100, 110)),
        ([100, 109], (100, 110)),
        ([98, 99, 100], (100, 110)),
        ([109, 110], (100, 110)),
        ([109, 111], (100, 100)),
    ],
    ids=[
        "an empty page",
        "a gap",
        "candles from before the start",
        "the one that opens at the end",
        "candles from after the end prove nothing: the window was not heard",
    ],
)
def test_a_window_whose_end_may_come_along_is_proven(
    found: list[int], expected: tuple[int, int]
) -> None:
    assert hours(up_to_the_end(PAGE)(query(100, 200), page(*found))) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([], (100, 130)),
        ([105, 110], (100, 130)),
        (list(range(105, 115)), (100, 115)),
        (list(range(120, 130)), (100, 130)),
        ([99, 105], (100, 100)),
        ([105, 130], (100, 100)),
    ],
    ids=[
        "an empty page",
        "a page that is not full",
        "a full page proves no more than it holds",
        "a full page to the end",
        "a candle from before the window shows that it was not heard",
        "a candle from after it does",
    ],
)
def test_pages_from_the_start_are_proven_up_to_the_last_candle(
    found: list[int], expected: tuple[int, int]
) -> None:
    assert hours(up_to_the_last(PAGE)(query(100, 130), page(*found))) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([], (100, 100)),
        ([150, 199], (190, 200)),
        ([195, 199], (195, 200)),
        ([90, 99], (100, 100)),
        ([195, 250], (200, 200)),
        ([92, 101], (100, 102)),
    ],
    ids=[
        "an empty page proves nothing",
        "no more than the depth is proven",
        "from the first to the end of the last",
        "candles from before the window prove nothing",
        "candles from after the window prove nothing",
        "a window that begins inside",
    ],
)
def test_newest_candles_prove_what_they_span(found: list[int], expected: tuple[int, int]) -> None:
    assert hours(newest(PAGE)(query(100, 200), page(*found))) == expected


@settings(max_examples=50)
@given(st.sets(st.integers(0, 120)), st.integers(0, 120), st.integers(0, 120))
def test_pages_find_every_candle_whatever_its_gaps(
    existing: set[int], one: int, other: int
) -> None:
    """Of a provider that answers as many candles as are asked for, back from the end."""

    def call(query: CandleQuery) -> Call:
        start, end = asked(query, PAGE)
        return Call("/", {"to": str(end), "count": str((end - start) // HOUR)})

    def answer(call: Call) -> bytes:
        before = sorted(h * HOUR for h in existing if h * HOUR < int(call.params["to"]))
        return ",".join(map(str, before[-int(call.params["count"]) :])).encode()

    def parse(body: bytes, _: CandleQuery) -> pl.DataFrame:
        return candle_frame([int(time) for time in body.split(b",") if time])

    candles = Candles({Interval.H1: "1h"}, PAGE, call, parse, all_asked(PAGE))
    start, end = sorted((one, other))
    found, proven = collect(candles, query(start, end), answer)
    assert found == [hour * HOUR for hour in sorted(existing) if start <= hour < end]
    assert sum(stop - begin for begin, stop in proven) == (end - start) * HOUR


@settings(max_examples=50)
@given(st.sets(st.integers(0, 99)), st.integers(0, 99), st.integers(0, 99), st.booleans())
def test_pages_find_every_candle_whether_their_end_is_part_of_them(
    existing: set[int], one: int, other: int, inclusive: bool
) -> None:
    def call(query: CandleQuery) -> Call:
        start, end = asked(query, PAGE)
        return Call("/", {"start": str(start // HOUR), "end": str(end // HOUR)})

    def answer(call: Call) -> bytes:
        start, end = int(call.params["start"]), int(call.params["end"]) + inclusive
        # As those do that answer the newest candles up to the end, one more than a page.
        return bytes([hour for hour in sorted(existing) if start <= hour < end][-PAGE - 1 :])

    def parse(body: bytes, _: CandleQuery) -> pl.DataFrame:
        return page(*body)

    candles = Candles({Interval.H1: "1h"}, PAGE, call, parse, up_to_the_end(PAGE))
    start, end = sorted((one, other))
    found, proven = collect(candles, query(start, end), answer)
    assert found == [hour * HOUR for hour in sorted(existing) if start <= hour < end]
    assert sum(stop - begin for begin, stop in proven) == (end - start) * HOUR


@pytest.mark.parametrize(
    ("moment", "ms"),
    [
        (datetime.fromisoformat("1970-01-01T00:00:01.500"), 1_500),
        (datetime(1970, 1, 1, 0, 0, 1, 500_999, tzinfo=UTC), 1_500),
        (datetime(1970, 1, 1, 9, tzinfo=timezone(timedelta(hours=9))), 0),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9))), -62_135_629_200_000),
    ],
    ids=["without a zone it is UTC", "parts of a ms are cut off", "in Seoul", "before all time"],
)
def test_a_time_in_ms(moment: datetime, ms: int) -> None:
    assert ms_of(moment) == ms


def test_a_time_in_whole_seconds() -> None:
    assert date_of(1_500) == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("last", "before", "change"),
    [
        (11.0, 10.0, 10.0),
        (9.0, 10.0, -10.0),
        (None, 10.0, None),
        (11.0, None, None),
        (1.0, 0, None),
    ],
)
def test_a_change_in_percent(
    last: float | None, before: float | None, change: float | None
) -> None:
    assert percent(last, before) == (None if change is None else pytest.approx(change))


def test_a_fraction_in_percent() -> None:
    assert hundredfold(-0.015) == pytest.approx(-1.5)
    assert hundredfold(None) is None
