import httpx
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.holes import holes_between
from resources.plan import Window, missing

GAPS = "/api/ohlcv/gaps/BTC/USDT?interval=1h"


def test_a_gap_is_told_with_its_reason(reader: httpx.Client) -> None:
    body = reader.get(GAPS).json()
    assert body.pop("timestamp")
    (status,) = body.pop("status")
    assert status.pop("from")
    assert status == {"status": "listed", "to": None}
    assert body == {
        "symbol": "BTC/USDT",
        "requested": "BTC/USDT",
        "interval": "1h",
        "quote": "USDT",
        "from": "2024-01-30T00:00:00Z",
        "to": "2024-02-02T00:00:00Z",
        "expected": 72,
        "present": 66,
        "missing": [
            {
                "from": "2024-01-31T05:00:00Z",
                "to": "2024-01-31T07:00:00Z",
                "candles": 2,
                "reason": "no trade",
                "providers": ["binance"],
            },
            {
                "from": "2024-01-31T10:00:00Z",
                "to": "2024-01-31T11:00:00Z",
                "candles": 1,
                "reason": "quarantined",
                "providers": [],
            },
            {
                "from": "2024-02-01T00:00:00Z",
                "to": "2024-02-01T03:00:00Z",
                "candles": 3,
                "reason": "not fetched",
                "providers": [],
            },
        ],
        "next_cursor": None,
    }


@pytest.mark.parametrize(
    ("window", "expected", "present", "missing"),
    [
        ("start=2024-01-29T22:30&end=2024-01-30T02:00", 3, 2, [("not fetched", 1)]),
        ("start=2024-01-31T06:00&end=2024-01-31T06:00", 0, 0, []),
        ("start=2024-01-31T06:00&end=2024-01-31T06:01", 1, 0, [("no trade", 1)]),
        ("start=2024-01-31T12:00&end=2024-01-31T20:00", 8, 8, []),
    ],
)
def test_a_window_is_counted_by_the_candles_that_open_in_it(
    reader: httpx.Client, window: str, expected: int, present: int, missing: list[tuple[str, int]]
) -> None:
    body = reader.get(f"{GAPS}&{window}").json()
    assert (body["expected"], body["present"]) == (expected, present)
    assert [(gap["reason"], gap["candles"]) for gap in body["missing"]] == missing


def test_candles_that_have_not_closed_are_not_expected(reader: httpx.Client) -> None:
    body = reader.get("/api/ohlcv/gaps/BTC?interval=1w&end=2099-01-01").json()
    assert (body["expected"], body["present"], body["missing"]) == (1, 1, [])


def test_nothing_is_expected_where_nothing_is_stored(reader: httpx.Client) -> None:
    body = reader.get("/api/ohlcv/gaps/DOGE").json()
    assert (body["from"], body["to"], body["expected"], body["missing"]) == (None, None, 0, [])


def test_gaps_come_in_pages(reader: httpx.Client) -> None:
    whole = reader.get(GAPS).json()["missing"]
    first = reader.get(f"{GAPS}&limit=2").json()
    rest = reader.get(f"{GAPS}&limit=2&cursor={first['next_cursor']}").json()
    assert first["missing"] + rest["missing"] == whole
    assert (rest["next_cursor"], rest["expected"]) == (None, 72)


@given(st.sets(st.integers(0, 40)), st.integers(0, 20), st.integers(0, 20))
def test_holes_are_the_runs_that_no_candle_fills(steps: set[int], first: int, length: int) -> None:
    window = Window(first * 60, (first + length) * 60)
    times = sorted(at * 60 for at in steps if window.start <= at * 60 < window.end)
    expected = missing(window, [Window(at, at + 60) for at in times])
    assert holes_between(pl.Series(times, dtype=pl.Int64), window, 60) == expected
