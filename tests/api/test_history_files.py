"""Long histories as files: whole, alike in every form, and never made in vain."""

import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import polars as pl
import pytest

from resources.schemas import CANDLES, utc
from tests.api.minutes import MINUTE, SINCE, minute_candles, put_minutes
from tests.api.server import Store, opened, served, until
from tests.api.test_candles import READERS

# More than is read at once; the first gap lies where the first reading ends.
RUNS = (range(49_990), range(50_010, 99_000), range(99_500, 120_000))
STORED = [minute for run in RUNS for minute in run]
REVISED = (60_000, 60_001)
LATER = SINCE + 1_000
PATH = "/api/ohlcv/history/BTC/USDT?interval=1m&start=2019-01-01&end=2025-01-01"


@contextmanager
def reading(store: Store) -> Iterator[httpx.Client]:
    with served(store.settings) as client:
        client.headers["X-API-Key"] = store.key("read")
        yield client


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with opened(tmp_path_factory.mktemp("long")) as store:
        put_minutes(store, "BTC/USDT", *RUNS)
        revise(store)
        with reading(store) as client:
            yield client


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, httpx.Client]]:
    """So much that no buffer of a connection holds it."""
    with opened(tmp_path_factory.mktemp("large")) as store:
        put_minutes(store, "BTC/USDT", range(300_000))
        with reading(store) as client:
            yield store, client


def revise(store: Store) -> None:
    known = pl.lit(utc(LATER))
    new = minute_candles("BTC/USDT", range(REVISED[0], REVISED[1] + 1))
    close = pl.col("close") + 0.25
    store.lake.merge(CANDLES, new.with_columns(close=close, fetched_at=known, known_at=known))


def close_of(minute: int, *, revised: bool = True) -> float:
    return minute + (1.25 if revised and minute in REVISED else 1.0)


def table_of(client: httpx.Client, form: str, more: str = "") -> pl.DataFrame:
    answer = client.get(f"{PATH}&format={form}{more}")
    assert answer.status_code == 200, answer.text
    table = READERS[form](io.BytesIO(answer.content))
    if form == "csv":
        times = pl.col("open_time").str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_zone="UTC")
        table = table.with_columns(times)
    return table.with_columns(minute=(pl.col("open_time").dt.epoch("ms") - SINCE) // MINUTE)


@pytest.mark.parametrize("form", READERS)
def test_a_file_holds_the_whole_range(long: httpx.Client, form: str) -> None:
    table = table_of(long, form)
    assert table["minute"].to_list() == STORED
    assert table["close"].to_list() == [close_of(minute) for minute in STORED]


@pytest.mark.parametrize("form", READERS)
def test_a_file_may_be_of_what_was_known_then(long: httpx.Client, form: str) -> None:
    table = table_of(long, form, f"&as_of={SINCE}")
    assert table["close"].to_list() == [close_of(minute, revised=False) for minute in STORED]
    assert table_of(long, form, f"&as_of={SINCE - 1}").is_empty()


@pytest.mark.parametrize("form", READERS)
def test_a_close_is_carried_over_all_that_is_read_apart(long: httpx.Client, form: str) -> None:
    table = table_of(long, form, "&fill=flat")
    assert table["minute"].to_list() == list(range(RUNS[-1].stop))
    missing = table.filter("filled")
    assert missing["minute"].to_list() == [*range(49_990, 50_010), *range(99_000, 99_500)]
    assert missing["close"].to_list() == [49_990.0] * 20 + [99_000.0] * 500
    assert missing["open"].to_list() == missing["close"].to_list()
    assert missing["volume"].sum() == 0
    nulls = table_of(long, form, "&fill=null").filter("filled")
    assert nulls["minute"].to_list() == missing["minute"].to_list()
    assert nulls["close"].null_count() == nulls.height


@pytest.mark.parametrize("fill", ["none", "flat", "null"])
@pytest.mark.parametrize("form", READERS)
def test_files_and_the_links_between_them_are_the_whole(
    long: httpx.Client, form: str, fill: str
) -> None:
    path: str | None = f"{PATH}&format={form}&fill={fill}&limit=49995"
    tables = []
    while path:
        answer = long.get(path)
        tables.append(READERS[form](io.BytesIO(answer.content)))
        link = answer.headers.get("link", "")
        path = link[1 : link.index(">")] if link else None
    assert max(table.height for table in tables) == 49_995
    whole = table_of(long, form, f"&fill={fill}")
    assert pl.concat(tables)["close"].to_list() == whole["close"].to_list()


@pytest.mark.parametrize("fill", ["none", "flat"])
@pytest.mark.parametrize("form", READERS)
def test_the_head_of_a_file_is_told_without_it(long: httpx.Client, form: str, fill: str) -> None:
    path = f"{PATH}&format={form}&fill={fill}"
    with long.stream("GET", path) as answer:
        etag = answer.headers["etag"]
        head = long.head(path)
    # What is sent compressed has a weak one.
    told = head.headers["etag"].removeprefix("W/")
    assert (head.status_code, head.content, told) == (200, b"", etag.removeprefix("W/"))
    assert head.headers["content-disposition"] == answer.headers["content-disposition"]
    for ask in (long.get, long.head):
        held = ask(path, headers={"If-None-Match": etag})
        assert (held.status_code, held.content) == (304, b"")


def test_equal_rows_have_an_equal_tag_however_they_were_stored(tmp_path: Path) -> None:
    tags = []
    for name, runs in (("one", [range(600)]), ("many", [range(300, 600), range(300)])):
        with opened(tmp_path / name) as store:
            put_minutes(store, "BTC/USDT", *runs)
            with reading(store) as client:
                tags.append(client.head(f"{PATH}&format=csv").headers["etag"])
    assert tags[0] == tags[1]


@pytest.mark.parametrize("fill", ["none", "flat"])
def test_a_tag_moves_with_the_rows_of_its_answer_alone(store: Store, fill: str) -> None:
    put_minutes(store, "BTC/USDT", range(60_000, 60_100))
    path = f"{PATH}&format=csv&fill={fill}"
    with reading(store) as client:

        def tag(more: str = "") -> str:
            return str(client.head(path + more).headers["etag"])

        first = tag()
        assert tag("&format=arrow") != first
        # Of the same bucket, so that its files are changed.
        put_minutes(store, "SOL/EUR", range(60_000, 60_200))
        assert tag() == first
        revise(store)
        second = tag()
        assert second != first
        put_minutes(store, "BTC/USDT", range(60_100, 60_101))
        assert tag() not in {first, second}


def test_a_reading_that_fails_breaks_the_connection_off(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        put_minutes(store, "BTC/USDT", range(300_000))
        plain = {"Accept-Encoding": "identity"}
        with (
            reading(store) as client,
            client.stream("GET", f"{PATH}&format=csv", headers=plain) as answer,
        ):
            chunks = answer.iter_raw(1_000)
            assert next(chunks).startswith(b"symbol,")
            for file in sorted(store.lake.files(CANDLES))[-2:]:
                Path(file).unlink()
            with pytest.raises(httpx.RemoteProtocolError):
                list(chunks)


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_nothing_stays_of_a_file_that_was_written_first(
    large: tuple[Store, httpx.Client], form: str
) -> None:
    store, client = large
    before = sorted(path.name for path in store.settings.home_dir.iterdir())
    with client.stream("GET", f"{PATH}&format={form}") as answer:
        chunks = answer.iter_raw(1_000)
        assert next(chunks)
        assert sorted(path.name for path in store.settings.home_dir.iterdir()) == before
    assert sorted(path.name for path in store.settings.home_dir.iterdir()) == before


def test_so_many_files_are_sent_at_once_and_who_leaves_makes_room(
    large: tuple[Store, httpx.Client],
) -> None:
    _, client = large
    with ExitStack() as stack:
        # A reader that nobody holds any more closes its connection.
        readers = []
        for form in ("csv", "arrow") * 4:
            answer = stack.enter_context(client.stream("GET", f"{PATH}&format={form}"))
            readers.append(answer.iter_raw(1_000))
            assert next(readers[-1])
        refused = client.get(f"{PATH}&format=csv&limit=1")
        assert refused.status_code == 503
        assert refused.json()["type"] == "urn:headwater:busy"
        assert 1 <= int(refused.headers["retry-after"]) <= 10
        # What is small is answered meanwhile.
        assert client.head(f"{PATH}&format=csv").status_code == 200
        assert client.get(f"{PATH}&limit=1").json()["count"] == 1
    until(lambda: client.get(f"{PATH}&format=csv&limit=1").status_code == 200)
