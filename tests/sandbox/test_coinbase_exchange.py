"""Coinbase Exchange's own ways: newest first, low before high, 300 steps and no more."""

from typing import Any

import pytest

from sandbox.venue import RequestError
from tests.sandbox.conftest import HOUR, NOW, venue

COINBASE = venue("coinbase_exchange")
HOURS = {"granularity": "3600"}
SECOND_HOUR = NOW // HOUR * 3_600


def candles(product: str = "BTC-USD", **query: str) -> list[Any]:
    payload = COINBASE.answer(f"/products/{product}/candles", query, NOW).payload
    assert isinstance(payload, list)
    return payload


def refused(path: str, **query: str) -> tuple[int, str]:
    with pytest.raises(RequestError) as refusal:
        COINBASE.answer(path, query, NOW)
    return refusal.value.answer.status, refusal.value.answer.payload["message"]


def test_the_newest_300_come_newest_first() -> None:
    rows = candles(**HOURS)
    assert [row[0] for row in rows] == [SECOND_HOUR - 3_600 * hours for hours in range(300)]


def test_low_stands_before_high() -> None:
    for _, low, high, opened, closed, volume in candles(**HOURS):
        assert low <= min(opened, closed) <= max(opened, closed) <= high
        assert volume > 0


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (str(SECOND_HOUR - 36_000), str(SECOND_HOUR - 3_600)),
        ("2026-03-03T19:00:00Z", "2026-03-04T04:00:00Z"),
        ("2026-03-03T19:00:00", "2026-03-04T04:00:00.000Z"),
    ],
)
def test_times_are_seconds_or_iso_and_both_ends_count(start: str, end: str) -> None:
    rows = candles(**HOURS, start=start, end=end)
    assert [row[0] for row in rows] == [SECOND_HOUR - 3_600 * hours for hours in range(1, 11)]


def test_a_start_alone_is_ignored() -> None:
    assert len(candles(**HOURS, start="0")) == 300


def test_exactly_300_steps_are_answered_and_one_second_more_is_refused() -> None:
    start = SECOND_HOUR - 400 * 3_600
    assert len(candles(**HOURS, start=str(start), end=str(start + 300 * 3_600))) == 301
    assert refused(
        "/products/BTC-USD/candles", **HOURS, start=str(start), end=str(start + 300 * 3_600 + 1)
    ) == (
        400,
        "granularity too small for the requested time range. "
        "Count of aggregations requested exceeds 300",
    )


@pytest.mark.parametrize(
    ("path", "query", "status", "message"),
    [
        ("/products/NO-USD/candles", {}, 404, "NotFound"),
        ("/products/NO-USD/ticker", {}, 404, "NotFound"),
        ("/nothing", {}, 404, "NotFound"),
        ("/products/BTC-USD/candles", {"granularity": "14400"}, 400, "Unsupported granularity"),
        (
            "/products/BTC-USD/candles",
            {"start": "x", "end": "1"},
            400,
            "start must be a valid ISO 8601 date",
        ),
        ("/products/BTC-USD/candles", {"start": "2", "end": "1"}, 400, "end must be after start"),
    ],
)
def test_errors_have_a_message(path: str, query: dict[str, str], status: int, message: str) -> None:
    assert refused(path, **query) == (status, message)


def test_a_refusal_says_when_to_come_back() -> None:
    answer = COINBASE.refusal(429, 3, NOW)
    assert (answer.status, answer.headers) == (429, {"retry-after": "3"})


def test_the_ticker_has_the_price_of_the_forming_candle() -> None:
    ticker = COINBASE.answer("/products/ETH-USD/ticker", {}, NOW).payload
    assert float(ticker["price"]) == candles("ETH-USD", granularity="60")[0][4]
    assert ticker["time"] == "2026-03-04T05:06:07.800000Z"


def test_a_whole_number_has_no_point() -> None:
    times_and_prices = {type(value) for row in candles("XRP-USD", **HOURS) for value in row[1:]}
    assert times_and_prices <= {int, float}
    assert not any(isinstance(v, float) and v.is_integer() for row in candles(**HOURS) for v in row)
