"""Rate limits as people write them: 5/sec, 100 per minute, {"requests_per_second": 5}."""

import re
from collections.abc import Iterator
from typing import Any

from resources.foreign.loose import Loose
from resources.providers.keys import squeezed

_SECONDS = {
    "s": 1, "sec": 1, "second": 1, "min": 60, "minute": 60, "m": 60, "h": 3_600, "hr": 3_600,
    "hour": 3_600, "d": 86_400, "day": 86_400, "daily": 86_400, "week": 604_800,
    "month": 2_592_000, "mo": 2_592_000,
}  # fmt: skip
_UNITS = "|".join(sorted(_SECONDS, key=len, reverse=True))
_TEXT = re.compile(
    rf"(\d[\d,_]*(?:\.\d+)?)\s?(k|m)?\s?(?:[a-z]+\s){{0,3}}?(?:[a-z]+\s?)?(?:/|per|every|a|in)\s?"
    rf"(\d+)?\s?({_UNITS})s?\b",
)
_LONGEST = 300
_UNLIMITED = re.compile(r"unlimited|no limit|none|generous|n/?a", re.IGNORECASE)


def limits_of(value: object) -> list[Any] | None:
    """Limits in the catalog's shape; None where they cannot be told, [] where there are none."""
    if isinstance(value, list):
        read = [limits_of(one) for one in value]
        return None if None in read else _merged([limit for one in read for limit in one or ()])
    if isinstance(value, dict):
        return _of_table(value)
    if isinstance(value, str):
        return _of_text(value)
    # A bare number is read as what most providers mean by it.
    return [_limit(value, 60)] if isinstance(value, int) and not isinstance(value, bool) else None


def _of_text(text: str) -> list[Any] | None:
    if _UNLIMITED.fullmatch(text.strip()):
        return []
    found = []
    text = re.sub(r"\s?rp([smhd])\b", r"/\1", text.lower()[:_LONGEST])
    for amount, thousands, many, unit in _TEXT.findall(" ".join(text.split())):
        times = {"k": 1_000, "m": 1_000_000}.get(thousands, 1)
        number = int(float(amount.replace(",", "").replace("_", "")) * times)
        found.append(_limit(number, int(many[:9] or 1) * _SECONDS[unit]))
    return _merged(found) or None


def _of_table(table: dict[Any, Any]) -> list[Any] | None:
    if set(table) == {"amount", "seconds"}:
        return [table]
    named = list(_by_unit(table))
    if named:
        return _merged(named)
    fields = Loose(table)
    amount = fields.take("amount", "requests", "limit", "calls", "max", "maxrequests", "rate")
    window = fields.take("seconds", "windowseconds", "window", "period", "per", "interval")
    if isinstance(amount, str):
        return _of_text(amount)
    if isinstance(window, str):
        return _of_text(f"{amount}/{window}")
    return None if amount is None else [_limit(amount, 60 if window is None else window)]


def _by_unit(table: dict[Any, Any]) -> Iterator[Any]:
    """{"requests_per_second": 5}, {"per_minute": 100}, {"daily": 10000}, {"second": 5}"""
    for name, value in table.items():
        unit = squeezed(name).rpartition("per")[2].removeprefix("requests").removeprefix("rate")
        seconds = _SECONDS.get(unit.removesuffix("limit"))
        if seconds and isinstance(value, int) and not isinstance(value, bool):
            yield _limit(value, seconds)


def _limit(amount: object, seconds: object) -> dict[str, object]:
    return {"amount": amount, "seconds": seconds}


def _merged(limits: list[Any]) -> list[Any]:
    """Of several with the same window the smallest."""
    kept: list[Any] = []
    for limit in sorted(limits, key=lambda one: str(one.get("amount")).rjust(20)):
        if all(limit.get("seconds") != other.get("seconds") for other in kept):
            kept.append(limit)
    return sorted(kept, key=lambda one: str(one.get("seconds")).rjust(20))
