"""Candles that were made of lower ones stand wherever no provider's own candle does."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

import httpx
import polars as pl
import pytest

from tests.api.fives import ABOVE, SYMBOL, put_made, put_own
from tests.api.minutes import MINUTE, SINCE
from tests.api.server import Store, opened, paged
from tests.api.test_candles import READERS
from tests.api.test_history_files import reading

LATER = SINCE + 1_000
# Own ones end before those that were made, and begin where none could be made.
MADE = [*range(2, 40), *range(42, 120)]
OWN = range(5)
BOTH = sorted({*MADE, *OWN})
PATH = f"/api/ohlcv/history/{SYMBOL}?interval=5m&start=2019-01-01&end=2025-01-01"
GAPS = f"/api/ohlcv/gaps/{SYMBOL}?interval=5m"


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with opened(tmp_path_factory.mktemp("mixed")) as store:
        put_made(store.lake, store.ledger, MADE)
        put_own(store.lake, OWN, LATER)
        with reading(store) as client:
            yield client


def close_of(number: int, own: Sequence[int] = OWN) -> float:
    return 5 * number + 1 + (ABOVE if number in own else 0)


def source_of(number: int, own: Sequence[int] = OWN) -> str:
    return "sandbox:binance" if number in own else "sandbox:resampled:1m"


def told(rows: list[dict[str, Any]]) -> list[tuple[float, str]]:
    return [(row["close"], row["source"]) for row in rows]


def expected(numbers: Sequence[int], own: Sequence[int] = OWN) -> list[tuple[float, str]]:
    return [(close_of(n, own), source_of(n, own)) for n in numbers]


@pytest.mark.parametrize("limit", [3, 114, 1000])
def test_the_newest_are_made_where_own_ones_end_earlier(mixed: httpx.Client, limit: int) -> None:
    body = mixed.get(f"/api/ohlcv?symbol=SOL&interval=5m&limit={limit}").json()
    assert (body["symbol"], told(body["data"])) == (SYMBOL, expected(BOTH[-limit:]))


def test_a_history_is_of_both_and_so_are_its_pages(mixed: httpx.Client) -> None:
    whole = mixed.get(PATH).json()
    assert told(whole["data"]) == expected(BOTH)
    assert whole["source"] == "sandbox:binance,sandbox:resampled:1m"
    pages = paged(mixed, f"{PATH}&limit=3")
    assert [row for page in pages for row in page["data"]] == whole["data"]


@pytest.mark.parametrize(("as_of", "own"), [(SINCE, ()), (LATER, OWN)])
def test_before_the_own_ones_were_known_there_were_the_made(
    mixed: httpx.Client, as_of: int, own: Sequence[int]
) -> None:
    known = sorted({*MADE, *own})
    assert told(mixed.get(f"{PATH}&as_of={as_of}").json()["data"]) == expected(known, own)
    first = mixed.get(f"/api/ohlcv?symbol=SOL&interval=5m&limit=1&end={SINCE + 11 * MINUTE}"
                      f"&as_of={as_of}").json()  # fmt: skip
    assert told(first["data"]) == expected([2], own)


@pytest.mark.parametrize("fill", ["none", "flat", "null"])
@pytest.mark.parametrize("form", READERS)
def test_a_file_holds_the_rows_of_the_history(mixed: httpx.Client, form: str, fill: str) -> None:
    rows = mixed.get(f"{PATH}&fill={fill}").json()["data"]
    assert len(rows) == (len(BOTH) if fill == "none" else 120)
    path: str | None = f"{PATH}&fill={fill}&format={form}&limit=50"
    tables = []
    while path:
        answer = mixed.get(path)
        tables.append(READERS[form](io.BytesIO(answer.content)))
        link = answer.headers.get("link", "")
        path = link[1 : link.index(">")] if link else None
    whole = pl.concat(tables)
    assert whole["close"].to_list() == [row["close"] for row in rows]
    assert whole["source"].to_list() == [row["source"] for row in rows]


def test_what_is_missing_is_filled_from_what_was_made(mixed: httpx.Client) -> None:
    rows = mixed.get(f"{PATH}&fill=flat").json()["data"]
    assert [n for n, row in enumerate(rows) if row["filled"]] == [40, 41]
    assert [row["close"] for row in rows[40:42]] == [close_of(39)] * 2


def test_what_was_made_is_present_among_the_gaps(mixed: httpx.Client) -> None:
    body = mixed.get(GAPS).json()
    assert (body["expected"], body["present"]) == (120, len(BOTH))
    (gap,) = body["missing"]
    assert (gap["from"], gap["candles"], gap["reason"]) == (
        "2020-01-01T03:20:00Z",
        2,
        "not fetched",
    )
    assert mixed.get(f"{GAPS}&end={SINCE + 25 * MINUTE}").json()["missing"] == []


def test_a_tag_tells_an_own_candle_from_the_made_one_that_it_equals(store: Store) -> None:
    put_made(store.lake, store.ledger, range(10))
    with reading(store) as client:
        path = f"{PATH}&format=csv"
        first = client.head(path).headers["etag"]
        assert client.head(path).headers["etag"] == first
        put_own(store.lake, [3], above=0.0)
        assert client.head(path).headers["etag"] != first


def test_no_forming_candle_is_made_up(mixed: httpx.Client) -> None:
    path = "/api/ohlcv?symbol=SOL&interval=5m&limit=5"
    assert mixed.get(f"{path}&forming=true").json()["data"] == mixed.get(path).json()["data"]
