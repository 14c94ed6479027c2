"""What is too dear to be found for each who asks."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
# Of the time that passes this share at most goes into finding it.
_SHARE = 0.02


class Seldom(Generic[T]):
    """What `find` found at most `seconds` ago, or longer where finding it takes long."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until = 0.0
        self._found: T | None = None

    def get(self, find: Callable[[], T]) -> T:
        now = time.monotonic()
        if self._found is None or now >= self._until:
            self._found = find()
            took = time.monotonic() - now
            self._until = now + max(self._seconds, took / _SHARE)
        return self._found
