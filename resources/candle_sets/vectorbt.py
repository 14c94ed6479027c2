"""Frames that vectorbt takes: `pd.read_parquet` makes of these files a frame with a DatetimeIndex.

`vectorbt` has one market a file, with columns Open, High, Low, Close and Volume. `vectorbt-wide`
has one file a field, with a column a market: Close-1h.parquet beside Open-1h.parquet and so on.
"""

import functools
import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
from deltalake import Schema

from resources.candle_sets.shape import (
    CHUNK,
    PRICES,
    Frames,
    Layout,
    Made,
    completed,
    numbers,
    plain,
    shaped,
    times,
    unordered,
)
from resources.candle_sets.tables import lazily, pieces, readable
from resources.errors import InvalidInput

_INDEX = "Date"
_FIELDS = tuple(name.capitalize() for name in PRICES)
# What pandas calls an index without a name.
_NAMELESS = "__index_level_0__"


def _read(path: Path) -> Frames:
    for first, rows in pieces(lambda: pl.scan_parquet(path, glob=False), "parquet"):
        yield shaped(_indexed(rows), first)


def _indexed(rows: pl.DataFrame) -> pl.DataFrame:
    return rows if _INDEX in rows.columns else rows.rename({_NAMELESS: _INDEX}, strict=False)


def _write(frames: Made, path: Path) -> None:
    _sink((plain(frame, (_INDEX, *_FIELDS)) for frame in frames()), path)


def _read_wide(path: Path) -> Frames:
    """`path` is the file of the closes; the other fields lie beside it."""
    paths = _beside(path)
    if len(set(paths)) < len(paths):
        raise InvalidInput("its name has no Close, in whose place those of the other fields stand")
    with readable("parquet"):
        size = CHUNK // (len(pl.read_parquet_schema(path)) + 1) + 1
    readers = [
        pieces(functools.partial(pl.scan_parquet, one, glob=False), "parquet", size)
        for one in paths
    ]
    last: int | None = None
    for parts in itertools.zip_longest(*readers):
        if not all(parts):
            raise InvalidInput(f"{', '.join(one.name for one in paths)} have not the same rows")
        first = parts[0][0]
        fields = [_indexed(rows) for _, rows in parts]
        opened = _shared_times(fields, first, paths)
        _ascend(opened, last, first)
        last = int(opened.to_physical()[-1])
        yield _long(fields, opened, first, paths)


def _shared_times(fields: Sequence[pl.DataFrame], first: int, paths: Sequence[Path]) -> pl.Series:
    names = fields[0].columns
    for rows, path in zip(fields, paths, strict=True):
        if _INDEX not in rows.columns:
            raise InvalidInput(f"{path.name} has no column {_INDEX}")
        if rows.columns != names or not rows[_INDEX].equals(fields[0][_INDEX]):
            raise InvalidInput(f"{path.name} has other markets or times than {paths[0].name}")
    return times(fields[0][_INDEX], first)


def _ascend(opened: pl.Series, last: int | None, first: int) -> None:
    counts = opened.to_physical()
    late = (counts <= counts.shift(1, fill_value=last)).fill_null(value=False)
    if late.any():
        row = late.arg_max() or 0
        raise unordered(first + row, f"the time {opened[row]:%Y-%m-%dT%H:%M:%SZ}")


def _long(
    fields: Sequence[pl.DataFrame], opened: pl.Series, first: int, paths: Sequence[Path]
) -> pl.DataFrame:
    """The rows of all fields, one a market and time; those without any value are left out."""
    markets = [name for name in fields[0].columns if name != _INDEX]
    long = [
        _numbered(rows, opened, first, path)
        .unpivot(markets, index=_INDEX, variable_name="symbol", value_name=name)
        .cast({name: pl.Float64})
        for name, rows, path in zip(PRICES, fields, paths, strict=True)
    ]
    joined = pl.concat([long[0], *(rows.select(pl.last()) for rows in long[1:])], how="horizontal")
    there = pl.any_horizontal(pl.col(name).is_not_nan() for name in PRICES)
    return completed(joined.rename({_INDEX: "open_time"}).filter(there))


def _numbered(rows: pl.DataFrame, opened: pl.Series, first: int, path: Path) -> pl.DataFrame:
    try:
        columns = [numbers(column, first) for column in rows.drop(_INDEX)]
    except InvalidInput as error:
        raise InvalidInput(f"{path.name}: {error}") from error
    return pl.DataFrame([opened.alias(_INDEX), *columns])


def _write_wide(frames: Made, path: Path) -> None:
    """`path` is the file of the closes; the other fields are written beside it."""
    markets = sorted({symbol for frame in frames() for symbol in frame["symbol"].unique()})
    for name, one in zip(PRICES, _beside(path), strict=True):
        _sink(_pivoted(frames(), name, markets), one)


def _pivoted(frames: Frames, field: str, markets: Sequence[str]) -> Iterator[pl.DataFrame]:
    for frame in frames:
        if frame.is_empty():
            continue
        wide = frame.pivot("symbol", index="open_time", values=field).sort("open_time")
        yield wide.select(
            pl.col("open_time").alias(_INDEX),
            *(
                pl.col(market) if market in wide.columns else pl.lit(None, pl.Float64).alias(market)
                for market in markets
            ),
        )


def _beside(path: Path) -> list[Path]:
    return [path.with_name(path.name.replace("Close", field, 1)) for field in _FIELDS]


def _sink(frames: Frames, path: Path) -> None:
    rows = lazily(frames)
    if rows is None:
        return
    # Of all columns pandas needs the note of its index alone.
    date = {"name": _INDEX, "field_name": _INDEX, "pandas_type": "datetimetz",
            "numpy_type": "datetime64[us]", "metadata": {"timezone": "UTC"}}  # fmt: skip
    note = {"index_columns": [_INDEX], "column_indexes": [], "columns": [date]}
    schema = Schema.from_arrow(rows.collect_schema()).to_arrow()
    described = schema.with_metadata({"pandas": json.dumps(note)})
    rows.sink_parquet(path, arrow_schema=described, row_group_size=CHUNK)


VECTORBT = Layout("vectorbt", ".parquet", "vectorbt", _read, _write)
WIDE = Layout(
    "vectorbt-wide", ".parquet", "vectorbt", _read_wide, _write_wide, wide=True, files=_beside
)
