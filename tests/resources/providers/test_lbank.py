"""LBank's own quirks: pages from a time on, without an end."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.market import Interval
from resources.providers.base import Call, CandleQuery
from resources.providers.lbank import PROVIDER
from tests.resources.providers.paging import collect

assert PROVIDER.candles
CANDLES = PROVIDER.candles
HOUR = 3_600_000


def answer_of(hours: list[int] | range) -> bytes:
    rows = [[hour * 3600, 1, 1, 1, 1, 0] for hour in hours]
    return json.dumps({"result": "true", "data": rows, "error_code": 0}).encode()


@pytest.mark.parametrize(
    ("hours", "covered"),
    [
        ([], (100, 100)),
        ([105], (100, 106)),
        (range(100, 200), (100, 200)),
        (range(100, 203), (100, 200)),
        ([150, 250], (100, 200)),
        ([98, 99, 100], (100, 100)),
        ([100, 9_000], (100, 100)),
    ],
    ids=[
        "an empty page proves nothing",
        "a page that stops early proves up to its last candle",
        "a whole window",
        "more than the window",
        "a gap at its end is proven by the candle after it",
        "candles from before the window prove nothing",
        "candles far after it prove nothing",
    ],
)
def test_a_page_proves(hours: list[int] | range, covered: tuple[int, int]) -> None:
    query = CandleQuery("btc_usdt", Interval.H1, 100 * HOUR, 200 * HOUR)
    proven = CANDLES.covered(query, CANDLES.parse(answer_of(hours), query))
    assert proven == (covered[0] * HOUR, covered[1] * HOUR)


@settings(max_examples=30)
@given(st.sets(st.integers(0, 5_000), max_size=40), st.integers(0, 5_000), st.integers(0, 5_000))
def test_pages_find_every_candle_of_a_window_whatever_its_gaps(
    missing: set[int], one: int, other: int
) -> None:
    """Some candles follow the window, so that its end can be proven."""
    existing = [hour for hour in range(5_100) if hour not in missing]

    def answer(call: Call) -> bytes:
        start = int(call.params["time"])
        after = [hour for hour in existing if hour * 3600 >= start]
        return answer_of(after[: int(call.params["size"])])

    start, end = sorted((one, other))
    query = CandleQuery("btc_usdt", Interval.H1, start * HOUR, end * HOUR)
    found, proven = collect(CANDLES, query, answer)
    assert found == [hour * HOUR for hour in existing if start <= hour < end]
    assert sum(stop - begin for begin, stop in proven) == (end - start) * HOUR
