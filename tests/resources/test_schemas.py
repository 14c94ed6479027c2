"""What a row must satisfy to be stored."""

import math
from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.market import Interval
from resources.schemas import CANDLE_PAGE, QUOTES, check_candles, check_quotes
from resources.schemas.defi import DEFI_PROTOCOL_TVL_PAGE, DEFI_TVL_PAGE
from resources.schemas.fear_greed import FEAR_GREED_PAGE
from resources.schemas.page import Page

HOUR = datetime(2026, 5, 1, 12, tzinfo=UTC)
NOW = int(HOUR.timestamp() * 1000) + 600_000
SOUND: dict[str, object] = {
    "open_time": HOUR, "open": 10.0, "high": 12.0, "low": 9.0, "close": 11.0, "volume": 0.0,
    "quote_volume": None, "trades": None,
}  # fmt: skip


def reason(**changes: object) -> str | None:
    frame = pl.DataFrame([{**SOUND, **changes}], schema=CANDLE_PAGE)
    found: str | None = check_candles(frame, Interval.H1, NOW)["reason"].item()
    return found


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"close": None}, "missing value"),
        ({"open_time": None}, "missing value"),
        ({"close": math.nan}, "not finite"),
        ({"volume": math.inf}, "not finite"),
        ({"open_time": HOUR.replace(minute=1)}, "not aligned to the interval"),
        ({"open_time": HOUR.replace(year=2009)}, "impossible time"),
        ({"open_time": HOUR.replace(year=9000)}, "impossible time"),
        ({"open_time": HOUR.replace(hour=13)}, None),
        ({"open_time": HOUR.replace(hour=14)}, "impossible time"),
        ({"low": 0.0}, "price not positive"),
        ({"low": -1.0}, "price not positive"),
        ({"volume": -1.0}, "negative volume"),
        ({"high": 10.5}, "high or low inside the body"),
        ({"low": 10.5}, "high or low inside the body"),
        ({"high": 1e13}, "insane magnitude"),
    ],
)
def test_a_candle_names_the_first_rule_it_breaks(
    changes: dict[str, object], expected: str | None
) -> None:
    assert reason(**changes) == expected


@pytest.mark.parametrize("interval", list(Interval))
@given(data=st.data())
def test_an_aligned_sound_candle_passes_in_every_interval(
    interval: Interval, data: st.DataObject
) -> None:
    at = interval.floor(data.draw(st.integers(1_300_000_000_000, NOW)))
    low, high = sorted(data.draw(st.tuples(st.floats(1e-9, 1e9), st.floats(1e-9, 1e9))))
    row = {**SOUND, "open_time": at, "open": low, "low": low, "close": high, "high": high}
    frame = pl.DataFrame([row], schema={**CANDLE_PAGE, "open_time": pl.Int64}).with_columns(
        pl.from_epoch("open_time", "ms").dt.replace_time_zone("UTC").cast(CANDLE_PAGE["open_time"])
    )
    assert check_candles(frame, interval, NOW)["reason"].item() is None


@pytest.mark.parametrize(
    ("price", "observed_at", "expected"),
    [
        (5.0, HOUR, None),
        (5.0, None, None),
        (None, HOUR, "missing value"),
        (math.nan, HOUR, "not finite"),
        (0.0, HOUR, "price not positive"),
        (1e13, HOUR, "insane magnitude"),
        (5.0, HOUR.replace(year=2027), "impossible time"),
    ],
)
def test_a_quote_names_the_first_rule_it_breaks(
    price: float | None, observed_at: datetime | None, expected: str | None
) -> None:
    row = {"native": "BTCUSD", "price": price, "observed_at": observed_at, "change_24h": None}
    checked = check_quotes(pl.DataFrame([row], schema=QUOTES), NOW)
    assert checked["reason"].item() == expected


@pytest.mark.parametrize("page", [FEAR_GREED_PAGE, DEFI_TVL_PAGE, DEFI_PROTOCOL_TVL_PAGE])
@pytest.mark.parametrize(
    ("time", "expected"), [("22:59", "impossible time"), ("23:01", None), ("00:00", None)]
)
def test_a_day_is_told_once_it_has_begun_by_a_clock_that_is_an_hour_ahead_at_most(
    page: Page, time: str, expected: str | None
) -> None:
    hour, minute = map(int, time.split(":"))
    told = HOUR.replace(day=2 if hour else 1, hour=0)
    now = int(HOUR.replace(hour=hour, minute=minute).timestamp() * 1000)
    row = {"of": told, "value": 5.0, "tvl": 5.0, "chain": "a", "slug": "a"}
    known = {name: value for name, value in row.items() if name in page.schema}
    frame = page.checked(pl.DataFrame([known], schema=page.schema), now)
    assert frame["reason"].to_list() == [expected]
