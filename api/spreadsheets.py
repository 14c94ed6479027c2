"""CSV that spreadsheets open: no cell of it is taken for a formula."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from resources.formulas import neutral


class Number(str):
    """A number as its digits came: no formula, whatever its sign."""

    __slots__ = ()


_LONGEST_PATH = 500
_DECODER = msgspec.json.Decoder(float_hook=Number)


def lines(rows: Iterable[Iterable[Any]]) -> bytes:
    """Rows of texts, numbers and None as lines of CSV, UTF-8."""
    buffer = io.StringIO()
    # Quoted all: a separator of another country or a quote begins no cell.
    csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(
        [_cell(value) for value in row] for row in rows
    )
    return buffer.getvalue().encode("utf-8", "replace")


def leaves(body: bytes) -> Iterator[tuple[str, Any]]:
    """Every value of a JSON text that has no parts, in its order, with the path to it:
    {"a": [1, {"b": null}]} has ("a.0", 1) and ("a.1.b", None). An empty list or object is one.

    A path has at most 500 characters: those of nested names could be larger than their text.
    """
    going = [iter([("", _DECODER.decode(body))])]
    while going:
        path, value = next(going[-1], (None, None))
        if path is None:
            going.pop()
        elif isinstance(value, dict | list) and value:
            going.append(_parts(path, value))
        else:
            yield path, value


def _parts(path: str, value: dict[str, Any] | list[Any]) -> Iterator[tuple[str, Any]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for name, one in parts:
        yield (f"{path}.{name}" if path else str(name))[:_LONGEST_PATH], one


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Number | int | float):
        return str(value)
    # NUL ends a file for some programs.
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return neutral(text.replace("\0", "�"))
