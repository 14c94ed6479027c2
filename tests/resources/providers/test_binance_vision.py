"""What is particular of Binance's public data: months, times in two units, files that are worth it."""

from datetime import UTC, datetime

import pytest

from resources.errors import MalformedResponse
from resources.market import Interval, Symbol
from resources.providers.base import CandleQuery
from resources.providers.binance_vision import PROVIDER
from tests.resources.providers.recorded.binance_vision import row, rows_of_csv, zipped

assert PROVIDER.candles
assert PROVIDER.candles.newest
assert PROVIDER.candles.checksum
CANDLES, NEWEST, CHECKSUM = PROVIDER.candles, PROVIDER.candles.newest, PROVIDER.candles.checksum
PRICES = ("10.5", "12", "9.25", "11", "3.5")
FOLDER = "/data/spot/monthly/klines/BTCUSDT"


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def query(start: str, end: str, interval: Interval = Interval.M1) -> CandleQuery:
    return CandleQuery("BTCUSDT", interval, ms(start), ms(end))


@pytest.mark.parametrize(
    ("asked", "file"),
    [
        (query("2024-01-01", "2024-02-01"), "1m/BTCUSDT-1m-2024-01.zip"),
        (query("2024-12-31T23:59", "2026-01-01"), "1m/BTCUSDT-1m-2024-12.zip"),
        (query("2025-02-10", "2025-02-11", Interval.M15), "15m/BTCUSDT-15m-2025-02.zip"),
    ],
)
def test_the_file_of_the_month_that_a_query_begins_in_is_asked(
    asked: CandleQuery, file: str
) -> None:
    assert CANDLES.call(asked).path == f"{FOLDER}/{file}"
    assert CHECKSUM(asked).path == f"{FOLDER}/{file}.CHECKSUM"
    assert [call.path for call in CANDLES.calls(asked)] == [
        f"{FOLDER}/{file}.CHECKSUM",
        f"{FOLDER}/{file}",
    ]


@pytest.mark.parametrize(
    ("now", "newest"),
    [
        ("2026-03-08T23:59", "2026-02-01"),
        ("2026-03-09", "2026-03-01"),
        ("2026-01-05", "2025-12-01"),
        ("2026-01-20", "2026-01-01"),
    ],
)
def test_a_month_is_asked_for_some_days_after_its_end(now: str, newest: str) -> None:
    assert NEWEST(ms(now)) == ms(newest)


@pytest.mark.parametrize(
    ("asked", "worth"),
    [
        (query("2024-01-01", "2024-02-01"), True),
        (query("2024-01-01", "2024-02-01", Interval.M15), True),
        (query("2026-02-01", "2026-03-01", Interval.M15), True),
        (query("2024-01-01", "2025-01-01", Interval.H1), False),
        (query("2024-01-01T05:00", "2024-01-01T06:00"), False),
        (query("2024-01-31", "2024-03-01"), False),
        (query("2024-01-30", "2024-03-01"), True),
        (query("2026-03-01", "2026-04-01"), False),
    ],
    ids=[
        "a month of minutes",
        "a month of quarters of an hour",
        "the shortest month",
        "hours, which are no more in a file than in a page",
        "an hour that is missing",
        "the last day of a month, and the next one",
        "the last two days of a month",
        "the month that is not over",
    ],
)
def test_a_file_is_asked_for_where_it_is_there_and_worth_it(
    asked: CandleQuery, worth: bool
) -> None:
    assert CANDLES.serves(asked, ms("2026-03-20")) is worth


def a_page(start: str, *opened: int) -> tuple[CandleQuery, bytes]:
    asked = query(start, "2026-03-01")
    name = CANDLES.call(asked).path.rpartition("/")[2].removesuffix(".zip")
    return asked, zipped(rows_of_csv([row(one, *PRICES) for one in opened]), f"{name}.csv")


@pytest.mark.parametrize(("month", "factor"), [("2024-12-01", 1), ("2025-01-01", 1000)])
def test_times_are_read_in_ms_and_in_microseconds(month: str, factor: int) -> None:
    opened = [ms(month), ms(month) + 60_000]
    asked, body = a_page(month, *(one * factor for one in opened))
    page = CANDLES.parse(body, asked)
    assert page["open_time"].dt.epoch("ms").to_list() == opened
    assert page.row(0)[1:] == (10.5, 12.0, 9.25, 11.0, 3.5, 37.5, 42)


def test_a_month_with_few_candles_proves_all_of_it_and_nothing_beyond() -> None:
    asked, body = a_page("2024-01-10", ms("2024-01-20"))
    page = CANDLES.parse(body, asked)
    assert CANDLES.covered(asked, page) == (ms("2024-01-10"), ms("2024-02-01"))
    short = query("2024-01-10", "2024-01-15")
    assert CANDLES.covered(short, page) == (ms("2024-01-10"), ms("2024-01-15"))


@pytest.mark.parametrize(
    "opened",
    [[], [ms("2024-02-01")], [ms("2023-12-31T23:59"), ms("2024-01-01")], [-1]],
    ids=["none", "of the next month", "of the month before", "before 1970"],
)
def test_a_file_without_candles_of_its_month_proves_nothing(opened: list[int]) -> None:
    asked, body = a_page("2024-01-01", *opened)
    with pytest.raises(MalformedResponse):
        CANDLES.parse(body, asked)


@pytest.mark.parametrize(
    "content",
    ["open_time,open\n", "1704067200000,1,1,1,1\n", "a,b,c,d,e,f,g,h,i,j,k,l\n", "\x00" * 100],
    ids=["a header", "too few fields", "words", "zeros"],
)
def test_rows_of_another_form_are_malformed(content: str) -> None:
    asked, _ = a_page("2024-01-01")
    with pytest.raises(MalformedResponse):
        CANDLES.parse(zipped(content, "BTCUSDT-1m-2024-01.csv"), asked)


def test_a_file_larger_than_its_month_can_be_is_not_unpacked() -> None:
    asked = query("2024-01-01", "2024-02-01", Interval.M15)
    body = zipped("0" * 2_000_000, "BTCUSDT-15m-2024-01.csv")
    with pytest.raises(MalformedResponse, match="more than 892800 bytes"):
        CANDLES.parse(body, asked)


@pytest.mark.parametrize(
    ("symbol", "native"),
    [
        (Symbol("BTC", "USDT"), "BTCUSDT"),
        (Symbol("STEPN", "USDT"), "GMTUSDT"),
        (Symbol("LUNA2", "USDT"), "LUNA2USDT"),
        (Symbol("BTC", "USD"), None),
    ],
)
def test_a_market_is_spelt_its_way(symbol: Symbol, native: str | None) -> None:
    assert PROVIDER.native(symbol) == native
