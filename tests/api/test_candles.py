import io
from collections.abc import Callable
from typing import Any

import httpx
import polars as pl
import pytest

from tests.api.server import paged
from tests.api.world import HOUR, HOURS, START, UNASKED

HISTORY = "/api/ohlcv/history/BTC/USDT?interval=1h&start=2024-01-30&end=2024-02-02"
REVISED = "2024-01-30T02:00:00Z"


def candle(day_hour: str, close_hour: str, close: float, fetched_at: str) -> dict[str, Any]:
    return {
        "open_time": f"{day_hour}:00:00Z",
        "close_time": f"{close_hour}:00:00Z",
        "open": close - 1,
        "high": close + 2,
        "low": close - 3,
        "close": close,
        "volume": 10.5,
        "quote_volume": close * 10.5,
        "trades": 7,
        "closed": True,
        "source": "sandbox:binance",
        "fetched_at": fetched_at,
    }


LAST = [
    candle("2024-02-01T22", "2024-02-01T23", 170.0, "2024-02-02T00:00:05Z"),
    candle("2024-02-01T23", "2024-02-02T00", 171.0, "2024-02-02T00:00:05Z"),
]


def closes(body: dict[str, Any]) -> list[float | None]:
    return [row["close"] for row in body["data"]]


def test_the_newest_candles_are_told_oldest_first(service: httpx.Client) -> None:
    body = service.get("/api/ohlcv?symbol=btcusdt&interval=1h&limit=2").json()
    assert body.pop("timestamp")
    assert body == {
        "success": True,
        "symbol": "BTC/USDT",
        "requested": "btcusdt",
        "interval": "1h",
        "quote": "USDT",
        "data": LAST,
        "count": 2,
        "source": "sandbox:binance",
    }


def test_candles_may_end_in_the_past_and_reach_over_months(service: httpx.Client) -> None:
    body = service.get("/api/ohlcv?symbol=BTC&limit=1000&end=2024-02-01T05:00:00Z").json()
    expected = [100.0 + h for h in HOURS if h < 53]
    expected[2] = 105.0
    assert closes(body) == expected


@pytest.mark.parametrize(
    "end",
    [
        "2024-01-30T01:00:00Z",
        "2024-01-30T01:00:00",
        "2024-01-30T02:00:00+01:00",
        "2024-01-30T02:00:00%2B01:00",
        str(START + HOUR),
    ],
)
def test_a_time_is_understood_however_it_is_written(service: httpx.Client, end: str) -> None:
    assert closes(service.get(f"/api/ohlcv?symbol=BTC&end={end}").json()) == [100.0]


def test_nothing_is_stored_for_a_market_that_was_never_asked(service: httpx.Client) -> None:
    body = service.get("/api/ohlcv?symbol=DOGE").json()
    assert (body["data"], body["count"], body["source"]) == ([], 0, None)


def test_the_forming_candle_comes_only_when_asked_for(service: httpx.Client) -> None:
    path = "/api/ohlcv?symbol=BTC&interval=1w&limit=2"
    closed = service.get(path).json()["data"]
    assert [(row["close"], row["closed"]) for row in closed] == [(500.0, True)]
    both = service.get(f"{path}&forming=true").json()["data"]
    assert [(row["close"], row["closed"]) for row in both] == [(500.0, True), (510.0, False)]
    assert both[1].keys() == both[0].keys()
    one = service.get("/api/ohlcv?symbol=BTC&interval=1w&limit=1&forming=true").json()["data"]
    assert one == both[1:]


def test_a_range_holds_what_opens_inside_of_it(reader: httpx.Client) -> None:
    body = reader.get(HISTORY).json()
    assert body["data"][-2:] == LAST
    assert body["count"] == len(HOURS) == len(body["data"])
    assert body["next_cursor"] is None


@pytest.mark.parametrize(
    ("as_of", "close"),
    [("2024-02-02T00:00:05Z", 102.0), ("2024-02-02T23:59:59Z", 102.0), ("2024-02-03", 105.0)],
)
def test_what_was_known_then_can_still_be_asked(
    reader: httpx.Client, as_of: str, close: float
) -> None:
    body = reader.get(f"{HISTORY}&as_of={as_of}").json()
    assert closes(body)[2] == close
    assert body["count"] == len(HOURS)
    last = reader.get(f"/api/ohlcv?symbol=BTC&end=2024-01-30T03:00&limit=1&as_of={as_of}").json()
    assert closes(last) == [close]


def test_before_the_first_fetch_nothing_was_known(reader: httpx.Client) -> None:
    assert reader.get(f"{HISTORY}&as_of=2024-02-02T00:00:04Z").json()["data"] == []
    assert reader.get("/api/ohlcv?symbol=BTC&as_of=2024-02-01").json()["data"] == []


def test_a_missing_candle_can_be_flat_or_null(reader: httpx.Client) -> None:
    window = "/api/ohlcv/history/BTC?interval=1h&start=2024-01-31T05:00&end=2024-01-31T08:00"
    flat = reader.get(f"{window}&fill=flat").json()["data"]
    assert [(row["close"], row["filled"]) for row in flat] == [
        (128.0, True),
        (128.0, True),
        (131.0, False),
    ]
    numbers = ("open", "high", "low", "close", "volume", "quote_volume", "trades")
    assert [flat[0][name] for name in numbers] == [128.0, 128.0, 128.0, 128.0, 0.0, 0.0, 0]
    assert flat[0]["source"] is None
    nulls = reader.get(f"{window}&fill=null").json()["data"]
    assert [nulls[0][name] for name in numbers] == [None] * 7
    assert nulls[2] == flat[2]


def test_nothing_is_filled_beyond_what_is_known(reader: httpx.Client) -> None:
    wide = HISTORY.replace("start=2024-01-30", "start=2024-01-01").replace("02-02", "03-01")
    body = reader.get(f"{wide}&fill=flat").json()
    assert body["count"] == 72
    assert body["data"][0]["open_time"] == "2024-01-30T00:00:00Z"
    assert body["data"][-1]["open_time"] == "2024-02-01T23:00:00Z"
    last = reader.get("/api/ohlcv?symbol=BTC&fill=null&limit=1000").json()
    assert (last["count"], closes(last).count(None)) == (72, 72 - len(HOURS))
    some = reader.get("/api/ohlcv?symbol=BTC&fill=flat&limit=22").json()
    assert closes(some) == [147.0, *(100.0 + h for h in range(UNASKED.stop, 72))]


@pytest.mark.parametrize("fill", ["none", "flat", "null"])
@pytest.mark.parametrize("limit", [1, 7, 66, 72])
def test_pages_together_are_the_whole(reader: httpx.Client, fill: str, limit: int) -> None:
    path = f"{HISTORY}&fill={fill}"
    whole = reader.get(path).json()["data"]
    pages = list(paged(reader, f"{path}&limit={limit}"))
    assert all(page["count"] <= limit for page in pages)
    assert [row for page in pages for row in page["data"]] == whole


READERS: dict[str, Callable[[io.BytesIO], pl.DataFrame]] = {
    "csv": pl.read_csv,
    "parquet": pl.read_parquet,
    "arrow": pl.read_ipc,
}


@pytest.mark.parametrize("form", READERS)
def test_a_file_holds_the_rows_of_the_answer(reader: httpx.Client, form: str) -> None:
    rows = reader.get(HISTORY).json()["data"]
    answer = reader.get(f"{HISTORY}&format={form}")
    assert f'filename="BTC-USDT_1h.{form}"' in answer.headers["content-disposition"]
    assert "link" not in answer.headers
    table = READERS[form](io.BytesIO(answer.content))
    assert table.columns == ["symbol", "interval", *rows[0]]
    assert table["close"].to_list() == [row["close"] for row in rows]
    assert table["symbol"].unique().to_list() == ["BTC/USDT"]
    times = table["open_time"]
    opens = times.str.to_datetime(time_zone="UTC") if form == "csv" else times
    assert opens.dt.strftime("%Y-%m-%dT%H:%M:%SZ").to_list() == [r["open_time"] for r in rows]


def test_a_file_that_is_not_whole_links_to_its_rest(reader: httpx.Client) -> None:
    # The address that was asked may be none.
    answer = reader.get(f"{HISTORY}&format=csv&limit=60", headers={"Host": "["})
    link = answer.headers["link"]
    assert link.endswith('; rel="next"')
    rest = reader.get(link[1 : link.index(">")])
    tables = [pl.read_csv(io.BytesIO(part.content)) for part in (answer, rest)]
    assert [table.height for table in tables] == [60, len(HOURS) - 60]
    assert "link" not in rest.headers
