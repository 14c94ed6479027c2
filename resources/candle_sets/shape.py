"""What every layout reads and writes, and how columns of files become it."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from resources.errors import InvalidInput
from resources.schemas import CANDLE_PAGE, UTC_TIME

# Rows of a file that are held at once.
CHUNK = 100_000
# A piece of a candle set. What a file says of market, interval and origin stands as it is
# spelt there; null where it says nothing.
SET = pl.Schema(
    {"symbol": pl.String(), "interval": pl.String(), "source": pl.String(), **CANDLE_PAGE}
)
PRICES = ("open", "high", "low", "close", "volume")
# Columns that hold the open time, whichever a file has first.
TIMES = (
    "open_time", "timestamp", "ts", "ts_ms", "time", "unix", "datetime", "date",
)  # fmt: skip

# 10^k of each unit in a second; a time since 2001 and before 2286 has one reading alone.
_UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
# The last second of such a count: of November 2286.
_END = 10**10 - 1
_ISO = ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d")

Frames = Iterator[pl.DataFrame]
# Makes the frames of one file; each call begins anew.
Made = Callable[[], Frames]


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of file: `read` tells the frames (SET) of a file in its order, `write` makes a file
    of frames that have at least the columns of SET, of one interval and in the order of time.

    Reading raises InvalidInput that names row and column; a value that is merely no sound
    candle passes. `source` is whom rows are from where nothing else says so. The files of a
    layout that is `wide` hold all markets, those of others one.
    """

    name: str
    suffix: str
    source: str
    read: Callable[[Path], Frames]
    write: Callable[[Made, Path], None]
    wide: bool = False
    # All files that `write` makes, of the path it is given.
    files: Callable[[Path], Sequence[Path]] = lambda path: [path]


def refuse(row: int, what: str) -> InvalidInput:
    """`row` counts from 0; people count from 1."""
    return InvalidInput(f"row {row + 1}: {what}")


def unordered(row: int, what: str) -> InvalidInput:
    return refuse(
        row,
        f"{what} does not come after the one before it: "
        "each open time must stand once, in ascending order",
    )


def shaped(frame: pl.DataFrame, first: int = 0) -> pl.DataFrame:
    """The columns of a file as a SET frame, whatever case its names have.

    `first` is the row of the file that the frame begins with.
    """
    named = by_name(frame.columns)
    time = next((name for name in TIMES if name in named), None)
    lacking = [name for name in PRICES if name not in named]
    if time is None or lacking:
        which = lacking[0] if time is not None else f"open_time (or {', '.join(TIMES[1:])})"
        raise InvalidInput(f"there is no column {which}; there are {', '.join(frame.columns)}")
    columns = [times(frame[named[time]], first).alias("open_time")]
    columns += [numbers(frame[named[name]], first).alias(name) for name in PRICES]
    for name, kind in SET.items():
        if name in (*PRICES, "open_time"):
            continue
        if name not in named:
            columns.append(pl.repeat(None, frame.height, dtype=kind, eager=True).alias(name))
        elif kind == pl.String:
            columns.append(_words(frame[named[name]]).alias(name))
        else:
            # Programs without nulls write NaN where they know none.
            told = frame[named[name]]
            told = told.fill_nan(None) if told.dtype.is_float() else told
            columns.append(numbers(told, first, kind).alias(name))
    return pl.DataFrame(columns).select(SET.names())


def completed(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns of SET, null where the frame has none."""
    return frame.select(
        pl.col(name) if name in frame.columns else pl.lit(None, dtype=kind).alias(name)
        for name, kind in SET.items()
    )


def numbers(column: pl.Series, first: int, kind: pl.DataType = SET["open"]) -> pl.Series:
    """A column of numbers, or of text that spells them; empty text is null."""
    if column.dtype == pl.String:
        column = column.str.strip_chars().replace("", None)
    elif not (column.dtype.is_numeric() or column.dtype == pl.Null):
        raise InvalidInput(f"column {column.name} holds {column.dtype}, not numbers")
    if kind.is_integer():
        return _whole(column, first, "no whole number")
    made = column.cast(kind, strict=False)
    _require(column, made, first, "no number")
    return made


def times(column: pl.Series, first: int) -> pl.Series:
    """A column of open times: points in time, counts since 1970 in a unit that their size tells,
    or ISO 8601 in UTC. None may be missing."""
    if isinstance(column.dtype, pl.Datetime):
        _bound(column, first, _UNITS[column.dtype.time_unit])
        made = column if column.dtype.time_zone else column.dt.replace_time_zone("UTC")
    elif column.dtype == pl.Date:
        _bound(column, first, 1 / 86_400)
        made = column.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    elif column.dtype == pl.String:
        made = _spelt_times(column.str.strip_chars(), first)
    elif column.dtype.is_numeric():
        made = since_1970(column, first)
    else:
        raise InvalidInput(f"column {column.name} holds {column.dtype}, not times")
    if made.null_count():
        raise refuse(first + _where(made.is_null()), f"column {column.name} holds no time")
    return made.dt.convert_time_zone("UTC").cast(UTC_TIME)


def since_1970(column: pl.Series, first: int, unit: str | None = None) -> pl.Series:
    """Counts since 1970 of one unit, that of the first, or of `unit`."""
    counts = _whole(column, first, "no whole number of a time")
    known = counts.drop_nulls()
    if known.is_empty():
        return pl.Series(column.name, [None] * len(column), dtype=UTC_TIME)
    unit = unit or _unit(int(known[0]))
    scale = _UNITS.get(unit or "", 0)
    fits = counts.is_between(10**9 * scale, min(10**10 * scale, 2**63) - 1).fill_null(value=True)
    if unit is None or not fits.all():
        row = _where(~fits)
        other = _unit(int(counts[row]))
        meant = f"; it would be one in {other}" if other and other != unit else ""
        wanted = f"in {unit} " if unit else ""
        raise refuse(
            first + row,
            f"column {column.name} holds {counts[row]}, no time {wanted}since 1970{meant}",
        )
    # No overflow in between: ns are cut to µs first.
    micros = counts // (scale // 10**6) if scale > 10**6 else counts * (10**6 // scale)
    return micros.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def _spelt_times(column: pl.Series, first: int) -> pl.Series:
    if column.drop_nulls().str.contains(r"^-?\d+(\.0*)?$").all():
        return since_1970(column.str.replace(r"\.0*$", ""), first)
    plain = column.str.replace(r"(Z|\+00:?00| UTC)$", "").str.replace(" ", "T", literal=True)
    readings = [plain.str.to_datetime(form, strict=False, time_unit="us") for form in _ISO]
    made = readings[0]
    for other in readings[1:]:
        made = made.fill_null(other) if made.null_count() else made
    _require(column, made, first, "no time in UTC such as 2026-01-31T13:00:00Z")
    _bound(made, first, _UNITS["us"])
    return made.dt.replace_time_zone("UTC")


def _unit(count: int) -> str | None:
    fitting = (u for u, scale in _UNITS.items() if 10**9 * scale <= count < 10**10 * scale)
    return next(fitting, None)


def _bound(column: pl.Series, first: int, scale: float) -> None:
    """Raises InvalidInput where a time is none since 1970 and before 2286.

    Compares the integers behind the times: polars panics where it converts those it cannot hold.
    """
    counts = column.to_physical()
    fits = counts.is_between(0, min(math.floor(_END * scale), 2**63 - 1))
    if not fits.fill_null(value=True).all():
        row = _where(~fits)
        raise refuse(
            first + row,
            f"column {column.name} holds a time before 1970 or after 2286 ({counts[row]})",
        )


def _words(column: pl.Series) -> pl.Series:
    """A column of text; bytes are text where they are UTF-8."""
    if not isinstance(column.dtype, pl.String | pl.Categorical | pl.Enum | pl.Binary | pl.Null):
        raise InvalidInput(f"column {column.name} holds {column.dtype}, not text")
    try:
        return column.cast(pl.String)
    except pl.exceptions.ComputeError as error:
        raise InvalidInput(f"column {column.name} holds bytes that are no UTF-8") from error


def _whole(column: pl.Series, first: int, what: str) -> pl.Series:
    made = column.cast(pl.Int64, strict=False)
    if column.dtype.is_numeric():
        # The cast cuts fractions off.
        same = made.cast(column.dtype, strict=False) == column
        made = pl.select(pl.when(same).then(made)).to_series()
    _require(column, made, first, what)
    return made


def by_name(columns: Sequence[str]) -> dict[str, str]:
    """The names of columns by their plain form. Raises InvalidInput where one stands twice."""
    named: dict[str, str] = {}
    for column in columns:
        plain = column.strip().strip("\ufeff").lower().replace(" ", "_")
        if plain in named:
            raise InvalidInput(f"there are two columns {plain}")
        named[plain] = column
    return named


def _require(told: pl.Series, made: pl.Series, first: int, what: str) -> None:
    lost = told.is_not_null() & made.is_null()
    if lost.any():
        row = _where(lost)
        raise refuse(first + row, f"column {told.name} holds {str(told[row])[:40]!r}, {what}")


def _where(flags: pl.Series) -> int:
    found = flags.fill_null(value=False).arg_max()
    return found or 0


def plain(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Open times and prices of a SET frame under other names, for files of one market."""
    return frame.select(
        pl.col(column).alias(name)
        for column, name in zip(("open_time", *PRICES), names, strict=True)
    )
