"""What the parsers of providers share: from an answer's bytes to frames, without I/O."""

import contextlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar, cast, get_args, get_origin

import msgspec
import polars as pl

from resources.errors import MalformedResponse
from resources.schemas import (
    CANDLE_PAGE,
    FUNDING,
    MARKETS,
    OPEN_INTEREST,
    QUOTES,
    UTC_TIME,
)
from resources.schemas.page import Page

T = TypeVar("T")

# Decoded with strict=False, so that "0.5", "NaN" and 1 are numbers too; null stays null.
Number = float | None
# A time as a provider counts it; still within int64 when its seconds are made milliseconds.
Moment = Annotated[int, msgspec.Meta(ge=-(9 * 10**15), le=9 * 10**15)]
Count = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)] | None


_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def read(decoder: msgspec.json.Decoder[T], body: bytes, provider: str) -> T:
    """The body in the decoder's type; raises MalformedResponse that quotes how the body begins."""
    try:
        return decoder.decode(body)
    except _UNREADABLE as error:
        begins = body[:80].decode(errors="replace")
        raise MalformedResponse(
            f"{provider} answered what its parser cannot read ({error}): {begins!r}", provider
        ) from error


def read_rows(decoder: msgspec.json.Decoder[T], body: bytes, provider: str) -> T:
    """As `read`, of an answer that is or has a list of rows: one that is not of its type costs no
    other. What cannot be read in it is null, or what it is by default, for the rules to judge.

    Raises MalformedResponse where a field can be neither, or all rows are so.
    """
    try:
        return read(decoder, body, provider)
    except MalformedResponse:
        try:
            return cast(T, _mended(decoder.type, body))
        except _UNREADABLE:
            pass
        raise


def _mended(kind: Any, body: bytes | msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(body, type=kind, strict=False)
    except msgspec.ValidationError:
        if get_origin(kind) is list:
            (row,) = get_args(kind)
            return _mended_rows(row, body)
        if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
            raise
    told = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    return kind(**{one.name: _mended_field(one, told) for one in msgspec.structs.fields(kind)})


def _mended_rows(kind: type[T], body: bytes | msgspec.Raw) -> list[T]:
    decoder, found, broken = msgspec.json.Decoder(kind, strict=False), list[T](), 0
    rows = msgspec.json.decode(body, type=list[msgspec.Raw])
    for row in rows:
        try:
            found.append(decoder.decode(row))
        except msgspec.ValidationError:
            broken += 1
            found.append(_mended(kind, row))
    if broken == len(rows):
        raise msgspec.ValidationError("no row is of its type")
    return found


def _mended_field(field: msgspec.structs.FieldInfo, told: Mapping[str, msgspec.Raw]) -> Any:
    if field.encode_name in told:
        with contextlib.suppress(msgspec.ValidationError):
            return _mended(field.type, told[field.encode_name])
    if field.default is not msgspec.NODEFAULT:
        return field.default
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return msgspec.convert(None, field.type)


# Types rather than instances of them: pl.Series takes a fifth less time.
_VALUES = {name: type(kind) for name, kind in CANDLE_PAGE.items() if name != "open_time"}


def candle_frame(
    open_ms: Sequence[int] | pl.Series,
    **columns: Sequence[float | None] | Sequence[int | None] | pl.Series,
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


def funding_frame(
    rows: Sequence[tuple[str, float | None, float | None, int | None]],
) -> pl.DataFrame:
    """A FUNDING frame of (native, rate, hours, funding_at in ms)."""
    schema = {**FUNDING, "funding_at": pl.Int64()}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.with_columns(_times("funding_at", frame["funding_at"]))


def open_interest_frame(
    rows: Sequence[tuple[str, float | None, float | None, int | None]],
) -> pl.DataFrame:
    """An OPEN_INTEREST frame of (native, amount, value, observed_at in ms)."""
    schema = {**OPEN_INTEREST, "observed_at": pl.Int64()}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.with_columns(_times("observed_at", frame["observed_at"]))


def page_frame(page: Page, rows: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    """A frame of a page out of rows in its order; times are ms since 1970, UTC."""
    times = [name for name, kind in page.schema.items() if kind == UTC_TIME]
    schema = {**page.schema, **dict.fromkeys(times, pl.Int64())}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.with_columns(_times(name, frame[name]) for name in times)


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
