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
    plain,
    shaped,
    times,
)
from resources.candle_sets.tables import lazily, pieces, readable
from resources.errors import InvalidInput

_INDEX = "Date"
_FIELDS = tuple(name.capitalize() for name in PRICES)
# What pandas calls an index without a name.
_NAMELESS = "__index_level_0__"


def _read(path: Path) -> Frames:
    for first, rows in pieces(lambda: pl.scan_parquet(path, glob=False), "parquet"):
        yield shaped(rows.rename({_NAMELESS: _INDEX}, strict=False), first)


def _write(frames: Made, path: Path) -> None:
    _sink((plain(frame, (_INDEX, *_FIELDS)) for frame in frames()), path)


def _read_wide(path: Path) -> Frames:
    """`path` is the file of the closes; the other fields lie beside it."""
    paths = _beside(path)
    with readable("parquet"):
        size = CHUNK // len(pl.read_parquet_schema(path)) + 1
    readers = [
        pieces(functools.partial(pl.scan_parquet, one, glob=False), "parquet", size)
        for one in paths
    ]
    for parts in itertools.zip_longest(*readers):
        if not all(parts):
            raise InvalidInput(f"{', '.join(one.name for one in paths)} have not the same rows")
        fields = [rows.rename({_NAMELESS: _INDEX}, strict=False) for _, rows in parts]
        yield _long(fields, parts[0][0], paths)


def _long(fields: Sequence[pl.DataFrame], first: int, paths: Sequence[Path]) -> pl.DataFrame:
    """The rows of all fields, one a market and time; those without any value are left out."""
    names = fields[0].columns
    for rows, path in zip(fields, paths, strict=True):
        if _INDEX not in rows.columns:
            raise InvalidInput(f"{path.name} has no column {_INDEX}")
        if rows.columns != names or not rows[_INDEX].equals(fields[0][_INDEX]):
            raise InvalidInput(f"{path.name} has other markets or times than {paths[0].name}")
    markets = [name for name in names if name != _INDEX]
    opened = times(fields[0][_INDEX], first).alias("open_time")
    long = [
        rows.with_columns(opened)
        .unpivot(markets, index="open_time", variable_name="symbol")
        .rename({"value": name})
        for name, rows in zip(PRICES, fields, strict=True)
    ]
    joined = pl.concat([long[0], *(rows.select(pl.last()) for rows in long[1:])], how="horizontal")
    prices = joined.select(PRICES).cast(pl.Float64)
    there = prices.select(pl.any_horizontal(pl.all().is_not_null() & pl.all().is_not_nan()))
    return completed(joined.with_columns(prices).filter(there.to_series()))


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
WIDE = Layout("vectorbt-wide", ".parquet", "vectorbt", _read_wide, _write_wide, wide=True)
