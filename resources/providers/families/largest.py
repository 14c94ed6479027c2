"""Of the many rows of an answer those that are worth keeping."""

import math
from collections.abc import Callable, Iterable
from typing import TypeVar

from resources.providers.parsing import Number

T = TypeVar("T")

# Of rows whose size cannot be one so many are handed on, to be kept with the reason.
_BROKEN = 50


def largest(rows: Iterable[T], size: Callable[[T], Number], most: int) -> list[T]:
    """The `most` largest rows, largest first, then some of those whose size is missing, negative or
    no number, in their order."""
    sound, broken = list[T](), list[T]()
    for row in rows:
        value = size(row)
        is_size = value is not None and math.isfinite(value) and value >= 0
        (sound if is_size else broken).append(row)
    sound.sort(key=lambda row: -(size(row) or 0.0))
    return [*sound[:most], *broken[:_BROKEN]]
