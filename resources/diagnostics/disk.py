"""Whether the disk has room."""

from collections.abc import Iterator

from resources.diagnostics.issue import Check, Issue, Severity
from resources.diagnostics.platform import Platform
from resources.monitoring.sizes import room, used
from resources.room import RESERVE

# Below the first nothing more is collected, below the second soon.
_LEVELS: tuple[tuple[Severity, int], ...] = (("critical", RESERVE), ("warning", 5 * RESERVE))


def _room(platform: Platform) -> Iterator[Issue]:
    found = room(platform.home)
    severity = next((name for name, least in _LEVELS if found.free < least), None)
    if severity is not None:
        message = f"{found.free // 2**20:,} MB are free on the disk of the home, {RESERVE // 2**20} must stay free"
        details = {"free_bytes": found.free, "used_bytes": used(platform.home)}
        yield Issue(severity, message, details)


CHECKS: dict[str, Check] = {"disk_room": _room}
