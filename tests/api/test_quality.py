"""What is told of the quality of stored data."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import polars as pl
import pytest

from api.cursors import to_cursor
from resources.flush_prices import flush_prices
from resources.ledger import quality_events
from resources.ledger.quality_events import Event
from resources.quality import scored
from resources.schemas import CANDLE_QUALITY, utc
from tests.api.server import Store, paged, served
from tests.api.world import prices

DAY, MINUTE = 86_400_000, 60_000
NOW = time.time_ns() // 1_000_000
TODAY = NOW // DAY * DAY
OPENED = 1_772_323_200_000


def day_row(days_ago: int, symbol: str, interval: str, **counts: int | None) -> dict[str, Any]:
    at = utc(TODAY - days_ago * DAY)
    none = ("gaps", "not_fetched", "quarantined", "not_there", "duplicates", "revisions")
    sound = dict.fromkeys((*none, "outliers", "comparisons", "disagreements"), 0)
    of = {"period": f"{at:%Y-%m}", "day": at, "symbol": symbol, "interval": interval}
    origin = {"provider": "headwater", "mode": "sandbox", "known_at": utc(NOW)}
    return {**of, **origin, "expected": 24, "present": 24, **sound, **counts}


def put_days(store: Store, *rows: dict[str, Any]) -> None:
    columns = {k: v for k, v in CANDLE_QUALITY.schema.items() if k in rows[0]}
    store.lake.merge(CANDLE_QUALITY, scored(pl.DataFrame(rows, schema=columns)))


def put_prices(store: Store, minutes: list[int], symbol: str = "BTC") -> None:
    """A price in each of the minutes before the present one, counted back."""
    last = NOW // MINUTE * MINUTE
    frames = [prices(last - ago * MINUTE, {symbol: 100.0 + ago % 3}) for ago in minutes]
    for frame in pl.concat(frames).partition_by("day"):
        flush_prices(store.lake, store.ledger, frame)


def event(kind: quality_events.Kind, hour: int, other: str = "kraken", **values: Any) -> Event:
    given = {
        "kind": kind,
        "symbol": "BTC/USDT",
        "interval": "1h",
        "open_time": OPENED + hour * 3_600_000,
        "provider": "binance",
        "close": 100.0,
        "other_provider": other,
        "other_close": 110.0,
    }
    return Event(**{**given, **values})


@pytest.fixture(scope="module")
def filled(place: Store) -> Store:
    put_days(
        place,
        day_row(1, "BTC/USDT", "1h", present=12, gaps=1, not_fetched=12, outliers=1),
        day_row(2, "BTC/USDT", "1h", comparisons=24, disagreements=6, outliers=None),
        day_row(9, "BTC/USDT", "1h", present=0),
        day_row(1, "ETH/USDT", "1h"),
        day_row(2, "BTC/USDT", "1d", expected=1, present=1, outliers=None),
    )
    put_prices(place, [1, 2, 3, 600, 601])
    told = [event("disagreement", hour) for hour in (0, 1, 2)]
    told += [event("disagreement", 1, "okx"), event("resampled", 1, "resampled:1h", interval="4h")]
    with place.ledger.write() as connection:
        quality_events.record(connection, place.ledger, told)
    return place


@pytest.fixture(scope="module")
def client(filled: Store) -> Iterator[httpx.Client]:
    with served(filled.settings) as anonymous:
        yield anonymous


def rows_of(client: httpx.Client, query: str = "") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.get(f"/api/quality{query}").json()["data"]
    return rows


def test_anybody_may_ask(client: httpx.Client) -> None:
    assert client.get("/api/quality").status_code == 200
    assert client.get("/api/quality/events").status_code == 200


def test_the_newest_day_stands_beside_the_days_before(client: httpx.Client) -> None:
    [row] = rows_of(client, "?symbol=btc&interval=1h")
    assert (row["feed"], row["symbol"], row["source"]) == (
        "ohlcv",
        "BTC/USDT",
        "sandbox:headwater",
    )
    counted = ("expected", "present", "completeness", "gaps", "not_fetched", "duplicates")
    assert [row[name] for name in counted] == [24, 12, 0.5, 1, 12, 0]
    assert (row["outliers"], row["agreement"]) == (1, None)
    window = row["window"]
    assert (window["days"], window["expected"], window["present"]) == (2, 48, 36)
    assert (window["completeness"], window["agreement"]) == (0.75, 0.75)
    assert window["outliers"] == 1
    assert 0 < row["score"] < window["score"] < 100


def test_a_longer_window_has_more_days(client: httpx.Client) -> None:
    [row] = rows_of(client, "?symbol=BTC&interval=1h&days=30")
    assert (row["window"]["days"], row["window"]["present"]) == (3, 36)


def test_prices_are_counted_by_their_minutes(client: httpx.Client) -> None:
    [row] = [row for row in rows_of(client) if row["feed"] == "prices"]
    assert (row["symbol"], row["interval"], row["window"]) == ("BTC", "1m", None)
    # A minute may pass while the test runs.
    assert (row["expected"], row["duplicates"], row["outliers"]) == (1_440, 0, None)
    assert row["present"] == 5
    assert row["gaps"] in (2, 3)
    assert row["completeness"] == pytest.approx(5 / 1_440)


def test_the_list_comes_in_pages(client: httpx.Client) -> None:
    places = [(row["feed"], row["symbol"], row["interval"]) for row in rows_of(client)]
    assert places == [
        ("ohlcv", "BTC/USDT", "1d"),
        ("ohlcv", "BTC/USDT", "1h"),
        ("ohlcv", "ETH/USDT", "1h"),
        ("prices", "BTC", "1m"),
    ]
    pages = list(paged(client, "/api/quality?limit=3"))
    assert [len(page["data"]) for page in pages] == [3, 1]
    assert [row["symbol"] for page in pages for row in page["data"]] == [p[1] for p in places]


def test_a_symbol_without_data_has_no_rows_and_an_unknown_one_is_told(client: httpx.Client) -> None:
    assert rows_of(client, "?symbol=DOGE") == []
    assert client.get("/api/quality?symbol=NOSUCHCOIN").status_code == 404


def test_events_come_newest_first_in_pages(client: httpx.Client) -> None:
    rows = [row for page in paged(client, "/api/quality/events?limit=2") for row in page["data"]]
    assert len(rows) == 5
    times = [row["open_time"] for row in rows]
    assert times == sorted(times, reverse=True)
    assert rows[0] | {"recorded_at": None} == {
        "kind": "disagreement",
        "symbol": "BTC/USDT",
        "interval": "1h",
        "open_time": "2026-03-01T02:00:00Z",
        "close": 100.0,
        "source": "sandbox:binance",
        "other_close": 110.0,
        "other_source": "sandbox:kraken",
        "difference": pytest.approx(0.1),
        "recorded_at": None,
    }


@pytest.mark.parametrize(
    ("query", "count"),
    [("kind=resampled", 1), ("symbol=BTC&interval=1h", 4), ("symbol=ETH", 0), ("interval=4h", 1)],
)
def test_events_can_be_chosen(client: httpx.Client, query: str, count: int) -> None:
    assert client.get(f"/api/quality/events?{query}").json()["count"] == count


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[-1,"","","","",""]', f"[{10**30}]"])
def test_a_cursor_that_no_answer_carried_is_refused(client: httpx.Client, text: str) -> None:
    forged = to_cursor(text, "quality events", "", "", "")
    answer = client.get(f"/api/quality/events?cursor={forged}")
    assert answer.status_code == 422


def test_nothing_measured_is_an_empty_list(store: Store) -> None:
    with served(store.settings) as client:
        for path in ("/api/quality", "/api/quality/events"):
            body = client.get(path).json()
            assert (body["data"], body["count"], body["next_cursor"]) == ([], 0, None)


def test_the_etag_holds_while_nothing_changes(client: httpx.Client) -> None:
    first = client.get("/api/quality?symbol=ETH")
    held = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/api/quality?symbol=ETH", headers=held).status_code == 304
