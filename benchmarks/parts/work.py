"""What runs that are killed have to collect."""

from dataclasses import dataclass

from resources.market import Interval


@dataclass(frozen=True, slots=True)
class Work:
    """Markets of one interval; months are YYYY-MM-01."""

    symbols: tuple[str, ...]
    interval: Interval
    first: str
    last: str
