"""The candle intervals that every table, parser and endpoint shares."""

from datetime import UTC, datetime
from enum import StrEnum

from resources.errors import InvalidInput

# 1970-01-01 was a Thursday; a week opens on Monday.
_MONDAY = 4 * 86_400_000


class Interval(StrEnum):
    """Length of a candle. Times are milliseconds since 1970, UTC; weeks open on Monday 00:00."""

    M1 = "1m"
    M5 = "5m"
    M15 = "15m"
    H1 = "1h"
    H4 = "4h"
    D1 = "1d"
    W1 = "1w"

    @property
    def ms(self) -> int:
        return _MS[self]

    def floor(self, at: int) -> int:
        """The open time of the candle that holds the moment `at`."""
        offset = _MONDAY if self is Interval.W1 else 0
        return (at - offset) // self.ms * self.ms + offset

    def ceil(self, at: int) -> int:
        """The first open time that is not before `at`."""
        return self.floor(at + self.ms - 1)

    @property
    def period_form(self) -> str:
        """The lake's partition as strftime writes it: month up to 1h, year for 4h and 1d, 'all'
        for 1w."""
        if self is Interval.W1:
            return "all"
        return "%Y" if self in (Interval.H4, Interval.D1) else "%Y-%m"

    def period(self, open_time: int) -> str:
        """The lake's partition of a candle."""
        return datetime.fromtimestamp(open_time / 1000, UTC).strftime(self.period_form)

    @classmethod
    def parse(cls, text: str) -> "Interval":
        """Raises InvalidInput that lists the intervals there are."""
        try:
            return cls(text)
        except ValueError:
            raise InvalidInput(f"interval {text!r} is none of {', '.join(cls)}") from None


_MS = {
    Interval.M1: 60_000,
    Interval.M5: 300_000,
    Interval.M15: 900_000,
    Interval.H1: 3_600_000,
    Interval.H4: 14_400_000,
    Interval.D1: 86_400_000,
    Interval.W1: 604_800_000,
}
