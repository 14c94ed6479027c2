"""The parameters that endpoints share."""

import time
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import BeforeValidator, WithJsonSchema

from resources.errors import InvalidInput
from resources.market import Interval
from resources.plan import Window

# No market is older; numbers below are seconds, which would be read as 1970.
EARLIEST = 1_230_768_000_000  # 2009-01-01
LATEST = 4_102_444_800_000  # 2100-01-01
DAY_MS = 86_400_000


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def parse_time(value: Any) -> Any:
    """ISO 8601 (UTC where it names no zone) or milliseconds since 1970, to milliseconds."""
    if not isinstance(value, str):
        return value
    if value.isascii() and value.isdigit():
        at = int(value[:20])
    else:
        at = round(_moment(value).timestamp() * 1000)
    if not EARLIEST <= at <= LATEST:
        raise ValueError("the time must lie between 2009 and 2100, numbers are milliseconds")
    return at


def _moment(text: str) -> datetime:
    # A plus that was not encoded arrives as a space: …T00:00:00 00:00.
    date, found, clock = text.partition("T")
    moment = datetime.fromisoformat(f"{date}T{clock.replace(' ', '+')}" if found else text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_TIME = "ISO 8601 (UTC unless it says otherwise), or milliseconds since 1970."
_Moment = Annotated[
    int | None,
    BeforeValidator(parse_time),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]

SymbolPath = Annotated[str, Path(max_length=64, description="BTC, BTC/USDT, BTC-USDT or btcusdt.")]
SymbolQuery = Annotated[
    str, Query(max_length=64, description="BTC, BTC/USDT, BTC-USDT or btcusdt.")
]
IntervalQuery = Annotated[Interval, Query(description="Length of a candle.")]
StartQuery = Annotated[_Moment, Query(description=f"First moment wanted: {_TIME}")]
EndQuery = Annotated[_Moment, Query(description=f"First moment no longer wanted: {_TIME}")]
FromQuery = Annotated[_Moment, Query(alias="from", description=f"First moment wanted: {_TIME}")]
ToQuery = Annotated[
    _Moment, Query(alias="to", description=f"First moment no longer wanted: {_TIME}")
]
AsOfQuery = Annotated[
    _Moment, Query(description=f"Answer with what was stored at this moment: {_TIME}")
]
AtQuery = Annotated[
    _Moment, Query(description=f"Tell of the newest at or before this moment: {_TIME}")
]
DaysQuery = Annotated[
    int, Query(ge=1, le=6000, description="How far to look back, where there is no start.")
]
HoursQuery = Annotated[
    int, Query(ge=1, le=720, description="How far to look back, in whole hours.")
]
CursorQuery = Annotated[
    str | None, Query(max_length=128, description="next_cursor of the page before.")
]
Fill = Literal["none", "flat", "null"]
FillQuery = Annotated[
    Fill,
    Query(
        description="What stands for candles that are missing: nothing, the close before them, "
        "or nulls. Never before the first stored candle, nor after the last."
    ),
]


def window_of(days: int, start: int | None, end: int | None) -> Window:
    """[start, end), which ends now and lasts `days` where these are not given; InvalidInput."""
    last = now_ms() if end is None else end
    first = max(last - days * DAY_MS, EARLIEST) if start is None else start
    if first > last:
        raise InvalidInput("start must not be after end")
    return Window(first, last)
