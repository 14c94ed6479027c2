"""What processes have left that are gone: collections that are not going, halves of backups."""

import fcntl
import time
from collections.abc import Iterator

from resources.backups.store import PARTIAL, UNPACKED, locked
from resources.diagnostics.issue import Apply, Check, Fix, Issue
from resources.diagnostics.platform import Platform
from resources.ledger import collections

_KEPT = 50
# Seconds after which nobody reads any more what was unpacked of a backup.
_LONGEST_READ = 3_600


def _collections(platform: Platform) -> Iterator[Issue]:
    for one in collections.newest(platform.ledger, _KEPT):
        if one.state == "lost":
            does = "end it as a failure, as the next start would"
            message = f"the collection {one.id} ({one.mode}) was killed"
            details = {"collection": one.id, "run_id": one.run_id, "started_at": one.started_at}
            yield Issue("info", message, details, Fix("end_collection", one.id, does))


def _backups(platform: Platform) -> Iterator[Issue]:
    left = _left(platform)
    if not left or not _nobody_writes(platform):
        return
    message = f"{len(left)} unfinished backups are left of processes that were killed"
    does = f"delete {', '.join(left)}"
    yield Issue("info", message, {"left": left}, Fix("clear_lock", "backups", does))


def _left(platform: Platform) -> list[str]:
    folder = platform.settings.backup_dir
    unread = [
        one
        for one in folder.glob(f"{UNPACKED}*")
        if time.time() - one.stat().st_mtime > _LONGEST_READ
    ]
    return sorted(one.name for one in (*folder.glob(f"{PARTIAL}*"), *unread))


def _nobody_writes(platform: Platform) -> bool:
    lock = platform.settings.backup_dir / ".lock"
    if not lock.exists():
        return True
    with lock.open() as held:
        try:
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return False
    return True


def _end(platform: Platform, target: str) -> str:
    found = collections.find(platform.ledger, target)
    if found is None or found.state != "lost":
        return f"the collection {target} has ended, or goes on"
    collections.end(platform.ledger, target, "failure", "it was killed")
    return f"the collection {target} is ended"


def _clear(platform: Platform, _target: str) -> str:
    before = _left(platform)
    with locked(platform.settings.backup_dir):
        gone = sorted(set(before) - set(_left(platform)))
    return f"{len(gone)} unfinished backups were deleted"


CHECKS: dict[str, Check] = {"collections_lost": _collections, "backups_unfinished": _backups}
FIXES: dict[str, Apply] = {"end_collection": _end, "clear_lock": _clear}
