"""What the data of a provider says of a question of candles."""

from dataclasses import replace

import pytest

from resources.market import Interval
from resources.providers.base import Call, CandleQuery, Candles
from resources.schemas import CANDLE_PAGE

HOUR = Interval.H1.ms
NOW = 10_000 * HOUR
PAGES = Candles(
    {Interval.H1: "1h"},
    100,
    call=lambda _: Call("/candles", weight=3),
    parse=lambda _body, _query: CANDLE_PAGE.to_frame(),
    covered=lambda query, _: (query.start, query.end),
)
# A file holds 500 hours, and there are those up to 1,000 hours ago.
FILES = replace(
    PAGES,
    page=500,
    reach=lambda query: (query.start // (500 * HOUR) + 1) * 500 * HOUR,
    newest=lambda now: now - 1_000 * HOUR,
    least=50,
    checksum=lambda _: Call("/checksum"),
)


def query(start: int, end: int, interval: Interval = Interval.H1) -> CandleQuery:
    return CandleQuery("X", interval, start * HOUR, end * HOUR)


def test_a_page_is_one_call_and_a_file_is_two() -> None:
    assert [call.path for call in PAGES.calls(query(0, 10))] == ["/candles"]
    assert [call.path for call in FILES.calls(query(0, 10))] == ["/checksum", "/candles"]


@pytest.mark.parametrize(
    ("candles", "asked", "held"),
    [
        (PAGES, query(0, 1000), 100),
        (PAGES, query(0, 30), 30),
        (FILES, query(0, 1000), 500),
        (FILES, query(400, 1000), 100),
        (FILES, query(400, 450), 50),
    ],
)
def test_a_page_holds_so_many_candles_of_a_query(
    candles: Candles, asked: CandleQuery, held: int
) -> None:
    assert candles.holds(asked) == held


@pytest.mark.parametrize(
    ("candles", "asked", "serves"),
    [
        (PAGES, query(0, 10), True),
        (PAGES, query(0, 10, Interval.D1), False),
        (replace(PAGES, depth=100), query(9_901, 10_000), True),
        (replace(PAGES, depth=100), query(9_900, 10_000), False),
        (FILES, query(0, 50), True),
        (FILES, query(0, 49), False),
        (FILES, query(460, 1000), False),
        (FILES, query(8_500, 9_000), True),
        (FILES, query(9_000, 9_500), False),
        (FILES, query(8_500, 10_000), True),
    ],
    ids=[
        "a page of any age",
        "another interval",
        "the oldest candle that can be had",
        "an older one",
        "as few as are worth a file",
        "one fewer",
        "the few at the end of a file, whatever follows",
        "the newest file",
        "the one that is not there yet",
        "a window that goes on behind the newest file",
    ],
)
def test_a_question_is_served_where_its_first_page_can_be_had(
    candles: Candles, asked: CandleQuery, serves: bool
) -> None:
    assert candles.serves(asked, NOW) is serves
