"""What the parsers of many exchanges share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.market import Interval
from resources.providers.base import Call, CandleQuery, Candles
from resources.providers.families.exchange import hundredfold, up_to_the_end
from resources.providers.families.pages import asked
from resources.providers.parsing import candle_frame
from tests.resources.providers.paging import collect

HOUR = 3_600_000
PAGE = 9


@pytest.mark.parametrize(
    ("hours", "proven"),
    [
        ([], (100, 109)),
        ([100, 108], (100, 109)),
        ([98, 99, 100], (100, 109)),
        ([108, 109], (100, 109)),
        ([108, 110], (100, 100)),
    ],
    ids=[
        "an empty answer",
        "a gap",
        "candles from before the start",
        "the one that opens at the end",
        "candles from after the end prove nothing: the window was not heard",
    ],
)
def test_an_answer_proves_all_that_was_asked(hours: list[int], proven: tuple[int, int]) -> None:
    query = CandleQuery("BTC_USDT", Interval.H1, 100 * HOUR, 900 * HOUR)
    frame = candle_frame([hour * HOUR for hour in hours])
    assert up_to_the_end(PAGE)(query, frame) == (proven[0] * HOUR, proven[1] * HOUR)


@given(st.sets(st.integers(0, 99)), st.integers(0, 99), st.integers(0, 99), st.booleans())
def test_pages_find_every_candle_whether_the_end_is_part_of_them(
    hours: set[int], one: int, other: int, inclusive: bool
) -> None:
    def call(query: CandleQuery) -> Call:
        first, last = asked(query, PAGE)
        return Call("/", {"start": str(first // HOUR), "end": str(last // HOUR)})

    def answer(call: Call) -> bytes:
        first, last = int(call.params["start"]), int(call.params["end"]) + inclusive
        # As those do that answer the newest candles up to the end, one more than a page.
        return bytes([hour for hour in sorted(hours) if first <= hour < last][-PAGE - 1 :])

    candles = Candles(
        {Interval.H1: "1h"},
        PAGE,
        call,
        lambda body, _: candle_frame([hour * HOUR for hour in body]),
        up_to_the_end(PAGE),
    )
    start, end = min(one, other), max(one, other)
    query = CandleQuery("BTC_USDT", Interval.H1, start * HOUR, end * HOUR)
    found, proven = collect(candles, query, answer)
    assert found == [hour * HOUR for hour in sorted(hours) if start <= hour < end]
    assert sum(stop - begin for begin, stop in proven) == (end - start) * HOUR


def test_a_fraction_in_percent() -> None:
    assert hundredfold(-0.015) == pytest.approx(-1.5)
    assert hundredfold(None) is None
