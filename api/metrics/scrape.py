"""What one scrape is made of, and parts of it that are too dear to be made for each."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from api.scheduler import Status
from api.services import Services
from resources.graphql import JobState

T = TypeVar("T")
# Of the time that passes this share at most goes into one such part.
_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Scrape:
    """The service, what Dagster has said of late, and the sockets: `Hub.totals` and `traffic` of this moment."""

    services: Services
    scheduler: Status
    jobs: Mapping[str, JobState]
    sockets: Mapping[str, Any]


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
