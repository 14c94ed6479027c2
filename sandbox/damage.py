"""Faults inside a payload: JSON that parses, and says something that cannot be."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from sandbox.noise import fraction
from sandbox.venue import Answer

_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
_DIGEST = re.compile(rb"\A[0-9a-f]{64}(?= )")
_TIMES = 10**9  # whole numbers from here on are times in s or ms
_MILLISECONDS = 10**11
_FACTOR = 10
_MISSING = 0.1


def wrong_schema(answer: Answer) -> None:
    answer.payload = {"success": True, "data": {"items": [], "page": {"next": None}}}


def nan(answer: Answer) -> None:
    """Prices become NaN, as a string or, where numbers are bare, as JSON that is none."""
    # Beside numbers in strings the bare ones are counts, which stay: the page is still JSON.
    in_strings = any(isinstance(leaf, str) and _is_value(leaf) for leaf in _leaves(answer.rows))

    def spoilt(value: Any) -> Any:
        if isinstance(value, str):
            return "NaN"
        return value if in_strings else msgspec.Raw(b"NaN")

    _change_values(answer, spoilt)


def spike(answer: Answer) -> None:
    """Prices and volumes ten times what they are."""

    def raised(value: Any) -> Any:
        if isinstance(value, str):
            return f"{float(value) * _FACTOR:.{len(value.partition('.')[2])}f}"
        return value * _FACTOR

    _change_values(answer, raised)


def duplicate_page(answer: Answer) -> None:
    answer.rows.extend(answer.rows[:])


def out_of_order(answer: Answer) -> None:
    """The two halves of a page change places."""
    middle = len(answer.rows) // 2
    answer.rows[:] = answer.rows[middle:] + answer.rows[:middle]


def holes(answer: Answer) -> None:
    """One row in ten is left out, always the same ones."""
    answer.rows[:] = [row for row in answer.rows if fraction(repr(row)) >= _MISSING]


def short_page(answer: Answer) -> None:
    """Half of the rows, in a page that is whole otherwise."""
    del answer.rows[len(answer.rows) // 2 :]


def microseconds(answer: Answer) -> None:
    """Times in s or ms become µs."""

    def finer(leaf: Any) -> Any:
        return leaf * (1_000 if leaf > _MILLISECONDS else 1_000_000) if _is_time(leaf) else leaf

    answer.rows[:] = [_changed(row, finer) for row in answer.rows]


def wrong_checksum(answer: Answer) -> None:
    """A SHA-256 that is told becomes another; what tells none stays."""
    if isinstance(answer.payload, bytes):
        answer.payload = _DIGEST.sub(
            lambda told: hashlib.sha256(told[0]).hexdigest().encode(), answer.payload
        )


DAMAGE: Mapping[str, Callable[[Answer], None]] = {
    function.__name__: function
    for function in (
        wrong_schema,
        nan,
        spike,
        duplicate_page,
        out_of_order,
        holes,
        short_page,
        microseconds,
        wrong_checksum,
    )
}


def _change_values(answer: Answer, change: Callable[[Any], Any]) -> None:
    """Changes one candle in the middle of a page, or every quote."""

    def changed(leaf: Any) -> Any:
        return change(leaf) if _is_value(leaf) else leaf

    quotes = all(isinstance(row, dict) for row in answer.rows)
    for place in range(len(answer.rows)) if quotes else [len(answer.rows) // 2]:
        answer.rows[place] = _changed(answer.rows[place], changed)


def _changed(node: Any, change: Callable[[Any], Any]) -> Any:
    """The node with its leaves changed; a dict stays the same object, which the payload holds."""
    if isinstance(node, dict):
        for key, value in node.items():
            node[key] = _changed(value, change)
        return node
    if isinstance(node, list | tuple):
        return [_changed(value, change) for value in node]
    return change(node)


def _leaves(node: Any) -> Iterator[Any]:
    if isinstance(node, dict | list | tuple):
        for child in node.values() if isinstance(node, dict) else node:
            yield from _leaves(child)
    else:
        yield node


def _is_time(leaf: Any) -> bool:
    return isinstance(leaf, int) and leaf >= _TIMES


def _is_value(leaf: Any) -> bool:
    if isinstance(leaf, str):
        is_time = leaf.isdigit() and int(leaf) >= _TIMES
        return _DECIMAL.fullmatch(leaf) is not None and not is_time
    return isinstance(leaf, int | float) and not isinstance(leaf, bool) and not _is_time(leaf)
