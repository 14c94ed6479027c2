"""What a provider is: frozen data and pure functions, no I/O; and what its parsers share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, TypeVar

import msgspec
import polars as pl

from resources.errors import MalformedResponse
from resources.market import Interval, Symbol
from resources.schemas import CANDLE_PAGE, MARKETS, QUOTES, UTC_TIME

T = TypeVar("T")

# Decoded with strict=False, so that "0.5", "NaN" and 1 are numbers too; null stays null.
Number = float | None
# A time as a provider counts it; still within int64 when its seconds are made milliseconds.
Moment = Annotated[int, msgspec.Meta(ge=-(9 * 10**15), le=9 * 10**15)]
Count = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)] | None


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` of weight in any `seconds`, as the provider documents it."""

    amount: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Call:
    """One GET: a path below the provider's base_url, its parameters and its weight."""

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    weight: int = 1


@dataclass(frozen=True, slots=True)
class CandleQuery:
    """Candles of one market with open times in [start, end), milliseconds since 1970, UTC."""

    native: str
    interval: Interval
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Candles:
    """How a provider serves candles.

    `intervals` maps ours to its spelling. `page` is the most candles of one answer.
    `depth` is set where only the newest candles are served, whatever is asked.
    `call` may ask for less than the query; `covered` then says how far it went.
    `parse` takes the answer's bytes and the query to a CANDLE_PAGE frame, oldest first,
    which may hold the forming candle and candles outside of the query.
    `covered` takes the query and that frame to the [start, end) that the answer proves:
    a candle missing inside of it does not exist at the provider. It is empty where the
    times of the answer are not what was asked for.
    """

    intervals: Mapping[Interval, str]
    page: int
    call: Callable[[CandleQuery], Call]
    parse: Callable[[bytes, CandleQuery], pl.DataFrame]
    covered: Callable[[CandleQuery, pl.DataFrame], tuple[int, int]]
    depth: int | None = None


@dataclass(frozen=True, slots=True)
class Tickers:
    """How a provider serves current prices: `batch` is the most markets of one call.

    `parse` takes the answer's bytes and the spellings that were asked for to a QUOTES frame;
    it may hold markets that were not asked for.
    """

    batch: int
    call: Callable[[Sequence[str]], Call]
    parse: Callable[[bytes, Sequence[str]], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Markets:
    """How a provider lists the markets that trade on it."""

    call: Callable[[], Call]
    parse: Callable[[bytes], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Provider:
    """One outside service.

    `native` spells one of our markets its way, None where it cannot have it; the same
    spelling stands in the `native` column of its parsers' frames. `used` reads the weight
    already used per window (seconds) out of an answer's headers (names in lower case).
    `limited` is set where a rate limit may come as a 200: whether this body says so.
    """

    id: str
    name: str
    category: str
    base_url: str
    docs_url: str
    limits: tuple[Limit, ...]
    native: Callable[[Symbol], str | None]
    candles: Candles | None = None
    tickers: Tickers | None = None
    markets: Markets | None = None
    used: Callable[[Mapping[str, str]], Mapping[int, int]] | None = None
    limited: Callable[[bytes], bool] | None = None
    key_header: str | None = None


def read(decoder: msgspec.json.Decoder[T], body: bytes, provider: str) -> T:
    """The body in the decoder's type; raises MalformedResponse that quotes how the body begins."""
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        begins = body[:80].decode(errors="replace")
        raise MalformedResponse(
            f"{provider} answered what its parser cannot read ({error}): {begins!r}", provider
        ) from error


# Types rather than instances of them: pl.Series takes a fifth less time.
_VALUES = {name: type(kind) for name, kind in CANDLE_PAGE.items() if name != "open_time"}


def candle_frame(
    open_ms: Sequence[int], **columns: Sequence[float | None] | Sequence[int | None]
) -> pl.DataFrame:
    """A CANDLE_PAGE, oldest first; a column that is not given is null."""
    nulls = [None] * len(open_ms)
    values = (
        pl.Series(name, columns.get(name, nulls), dtype=kind) for name, kind in _VALUES.items()
    )
    frame = pl.DataFrame([_times("open_time", open_ms), *values])
    return frame if frame["open_time"].is_sorted() else frame.sort("open_time")


def quote_frame(
    rows: Sequence[tuple[str, float | None, int | None, float | None]],
) -> pl.DataFrame:
    """A QUOTES frame of (native, price, observed_at in ms, change_24h in percent)."""
    schema = {**QUOTES, "observed_at": pl.Int64()}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.with_columns(_times("observed_at", frame["observed_at"]))


def market_frame(rows: Sequence[tuple[str, str, str]]) -> pl.DataFrame:
    """A MARKETS frame of (native, base, quote)."""
    return pl.DataFrame(rows, schema=MARKETS, orient="row")


def open_times(page: pl.DataFrame) -> tuple[int, int] | None:
    """First and last open time of a CANDLE_PAGE in ms, None where it is empty."""
    times = page["open_time"].dt.epoch("ms")
    return None if times.is_empty() else (times[0], times[-1])


# The last millisecond that a datetime can hold: nothing could print or store a later one.
_CALENDAR_END = 253_402_300_799_999


def _times(name: str, ms: Sequence[int] | pl.Series) -> pl.Series:
    """A column of times; one past the calendar (µs read as ms) is clipped, for checks to refuse."""
    times = pl.Series(name, ms, dtype=pl.Int64)
    if not times.is_between(0, _CALENDAR_END).all():
        times = times.clip(0, _CALENDAR_END)
    return times.cast(pl.Datetime("ms", "UTC")).cast(UTC_TIME)
