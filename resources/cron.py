"""Times that repeat, as cron writes them: minute, hour, day of the month, month, weekday."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from resources.errors import InvalidInput

_FIELDS = (
    ("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7),
)  # fmt: skip
_PART = re.compile(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?", re.ASCII)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_SUNDAY = 7


@dataclass(frozen=True, slots=True)
class Cron:
    """The values that each field allows; weekdays count from Sunday, 0."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool
    any_weekday: bool

    def in_hour_of(self, at: datetime) -> bool:
        """Whether it is due at any minute of this hour. `at` is of the zone that it is meant in."""
        return at.hour in self.hours and at.month in self.months and self._on(at)

    def _on(self, at: datetime) -> bool:
        """Where both are restricted, either will do: so does every cron."""
        by_day, by_weekday = at.day in self.days, at.isoweekday() % _SUNDAY in self.weekdays
        if self.any_day or self.any_weekday:
            return by_day and by_weekday
        return by_day or by_weekday


def read_cron(text: str) -> Cron:
    """Five fields of numbers, `*`, ranges, lists and steps, such as `1 */6 * * 1-5`.

    Raises InvalidInput that names the field, also for days that no month has.
    """
    fields = text.split()
    if len(fields) != len(_FIELDS):
        names = " ".join(name for name, _, _ in _FIELDS)
        raise InvalidInput(f"{text!r} is no cron expression: five fields are needed, {names}")
    minutes, hours, days, months, weekdays = (
        _values(name, field, low, high)
        for field, (name, low, high) in zip(fields, _FIELDS, strict=True)
    )
    weekdays = frozenset(day % _SUNDAY for day in weekdays)
    any_day, any_weekday = (fields[at].startswith("*") for at in (2, 4))
    if any_weekday and min(days) > max(_DAYS[month - 1] for month in months):
        raise InvalidInput(f"{text!r} never comes: none of its months has {min(days)} days")
    return Cron(minutes, hours, days, months, weekdays, any_day, any_weekday)


def _values(name: str, field: str, low: int, high: int) -> frozenset[int]:
    found: set[int] = set()
    for part in field.split(","):
        found.update(_range(name, part, low, high))
    return frozenset(found)


def _range(name: str, part: str, low: int, high: int) -> Sequence[int]:
    matched = _PART.fullmatch(part)
    if matched is None:
        raise InvalidInput(
            f"the {name} {part!r} of a cron expression is neither *, a number nor a range"
        )
    first, last, step = (int(group) if group else None for group in matched.groups())
    if step is not None and (first is None) == (last is not None):
        raise InvalidInput(f"the step of the {name} {part!r} stands behind neither * nor a range")
    start = low if first is None else first
    end = last if last is not None else high if first is None else start
    if last is not None and last <= start:
        raise InvalidInput(f"the {name} {part!r} of a cron expression ends before it begins")
    if not low <= start <= end <= high or step == 0:
        raise InvalidInput(f"the {name} {part!r} of a cron expression is not within {low}-{high}")
    return range(start, end + 1, step or 1)
