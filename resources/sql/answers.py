"""The answer of a statement as JSON, CSV, Parquet or Arrow, of at most so many rows and bytes.

Times are UTC: ISO 8601 with Z as JSON and CSV. There, numbers that are not finite are null, bytes
are base64, and what has no counterpart (intervals, UUIDs, bits) is its SQL text.
"""

import csv
import io
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import duckdb
import msgspec

from resources.formulas import neutral
from resources.sql.wire import Form, Told

_PIECE = 2_000
_NUMBERS = {
    "boolean", "tinyint", "smallint", "integer", "bigint", "hugeint", "utinyint", "usmallint",
    "uinteger", "ubigint", "uhugeint", "float", "double", "decimal",
}  # fmt: skip
_TIMES = {"timestamp", "timestamp_s", "timestamp_ms", "timestamp_us", "timestamp_ns"}
_ZONED = {"timestamp with time zone", "timestamp_tz_ns"}
_NESTED = {"list", "struct", "map", "array", "union", "variant"}
# What polars reads as it is.
_PLAIN = _NUMBERS - {"hugeint", "uhugeint"} | _TIMES | _ZONED | {"varchar", "blob", "date", "time"}
# Longer numbers are read by nothing that we use.
_MOST_DIGITS = 4_300
_encoder = msgspec.json.Encoder(decimal_format="number")

Rows = Iterator[list[tuple[Any, ...]]]


class TooLong(Exception):
    """The answer has more bytes than it may."""


def told(relation: duckdb.DuckDBPyRelation, form: Form, rows: int, most_bytes: int) -> Told:
    """Raises TooLong, and duckdb.Error for what fails as it runs."""
    kinds, names = relation.types, relation.columns
    columns, most_bytes = _columns(names, kinds, most_bytes)
    expressions = _file_expression if form in ("parquet", "arrow") else _text_expression
    # By place: several columns may have one name.
    chosen = [
        f"{expressions(f'#{place}', kind)} AS c{place}" for place, kind in enumerate(kinds, 1)
    ]
    limited = relation.project(", ".join(chosen)).limit(rows + 1)
    if form in ("parquet", "arrow"):
        body, count = _file(limited, names, form, rows)
    else:
        nested = [place for place, kind in enumerate(kinds) if _is_nested(kind)]
        write = _json if form == "json" else _csv
        body, count = write(names, _pieces(limited, nested), rows, most_bytes)
    if len(body) > most_bytes:
        raise TooLong
    return Told(columns, min(count, rows), count > rows, body)


def _columns(
    names: Sequence[str], kinds: Sequence[Any], most: int
) -> tuple[list[tuple[str, str]], int]:
    """(columns, bytes that they leave to the rows): a type may be longer than all of the rows."""
    columns = []
    for name, kind in zip(names, kinds, strict=True):
        column = {"name": name, "type": str(kind).replace('"', "")}
        columns.append((name, column["type"]))
        most -= len(_encoder.encode(column)) + 1
        if most < 0:
            raise TooLong
    return columns, most


def _is_nested(kind: Any) -> bool:
    return kind.id in _NESTED or str(kind) == "JSON"


def _text_expression(column: str, kind: Any) -> str:
    if str(kind) == "JSON":
        return f"CAST({column} AS VARCHAR)"
    if kind.id in _NUMBERS or kind.id == "varchar":
        return column
    text = f"CAST({column} AS VARCHAR)"
    if kind.id in _ZONED:
        return f"regexp_replace(replace({text}, ' ', 'T'), '[+]00$', 'Z')"
    if kind.id in _TIMES:
        return f"regexp_replace(replace({text}, ' ', 'T'), '([0-9])$', '\\1Z')"
    if kind.id in _NESTED:
        return f"CAST(to_json({column}) AS VARCHAR)"
    return f"to_base64({column})" if kind.id == "blob" else text


def _file_expression(column: str, kind: Any) -> str:
    if str(kind) == "JSON":
        return f"CAST({column} AS VARCHAR)"
    if _is_plain(kind):
        return column
    if kind.id in ("hugeint", "uhugeint"):
        return f"CAST({column} AS DOUBLE)"
    if kind.id in _NESTED:
        return f"CAST(to_json({column}) AS VARCHAR)"
    return f"CAST({column} AS VARCHAR)"


def _is_plain(kind: Any) -> bool:
    if kind.id == "list":
        return _is_plain(kind.children[0][1])
    if kind.id == "struct":
        return all(_is_plain(child) for _, child in kind.children)
    return kind.id in _PLAIN and str(kind) != "JSON"


def _pieces(relation: duckdb.DuckDBPyRelation, nested: Sequence[int]) -> Rows:
    rows = relation.iter_rows(_PIECE)
    while piece := list(itertools.islice(rows, _PIECE)):
        yield [_opened(row, nested) for row in piece] if nested else piece


def _opened(row: tuple[Any, ...], nested: Sequence[int]) -> tuple[Any, ...]:
    values = list(row)
    for place in nested:
        # DuckDB writes NaN into JSON, which the standard library alone reads.
        values[place] = (
            None if values[place] is None else json.loads(values[place], parse_int=_whole)
        )
    return tuple(values)


def _whole(digits: str) -> int | str:
    """A number, or its text where it is too long for one."""
    return int(digits) if len(digits) <= _MOST_DIGITS else digits


def _json(_names: Sequence[str], pieces: Rows, rows: int, most: int) -> tuple[bytes, int]:
    return _written(pieces, rows, most, lambda piece: _encoder.encode(piece)[1:-1] + b",")


def _csv(names: Sequence[str], pieces: Rows, rows: int, most: int) -> tuple[bytes, int]:
    def write(piece: Sequence[Sequence[Any]]) -> bytes:
        file = io.StringIO()
        # Quoted texts: the separator of another country begins no cell.
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        writer.writerows([_cell(value) for value in row] for row in piece)
        return file.getvalue().encode()

    body, count = _written(pieces, rows, most, write)
    return write([names]) + body, count


def _written(
    pieces: Rows, rows: int, most: int, write: Callable[[list[tuple[Any, ...]]], bytes]
) -> tuple[bytes, int]:
    body, count = bytearray(), 0
    for piece in pieces:
        kept = piece[: rows - count]
        body += write(kept) if kept else b""
        count += len(piece)
        if len(body) > most:
            raise TooLong
    return bytes(body).removesuffix(b","), count


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return neutral(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value - value != 0:
        return None
    return neutral(_encoder.encode(value).decode()) if isinstance(value, (list, dict)) else value


def _file(
    relation: duckdb.DuckDBPyRelation, names: Sequence[str], form: Form, rows: int
) -> tuple[bytes, int]:
    # A third of a second that other formats need not spend.
    import polars as pl  # noqa: PLC0415

    frame = pl.DataFrame(relation)
    frame.columns = _unlike(names)
    file, count = io.BytesIO(), frame.height
    if form == "parquet":
        frame.head(rows).write_parquet(file)
    else:
        frame.head(rows).write_ipc(file, compat_level=pl.CompatLevel.oldest())
    return file.getvalue(), count


def _unlike(names: Sequence[str]) -> list[str]:
    """A file's columns have different names: a, a_1."""
    found: dict[str, None] = {}
    for name in names:
        number, made = 0, name
        while made in found:
            number, made = number + 1, f"{name}_{number + 1}"
        found[made] = None
    return list(found)
