"""What processes have left that are gone: collections that are not going, halves of backups."""

from collections.abc import Iterator

from resources.backups.store import leftovers, locked
from resources.diagnostics.issue import Apply, Check, Fix, Issue
from resources.diagnostics.platform import Platform
from resources.ledger import collections
from resources.processes import held

_KEPT = 50


def _collections(platform: Platform) -> Iterator[Issue]:
    for one in collections.newest(platform.ledger, _KEPT):
        if one.state == "lost":
            does = "end it as a failure, as the next start would"
            message = f"the collection {one.id} ({one.mode}) was killed"
            details = {"collection": one.id, "run_id": one.run_id, "started_at": one.started_at}
            yield Issue("info", message, details, Fix("end_collection", one.id, does))


def _backups(platform: Platform) -> Iterator[Issue]:
    folder = platform.settings.backup_dir
    left = [one.name for one in leftovers(folder)]
    if not left or held(folder / ".lock") is not None:
        return
    message = f"{len(left)} unfinished backups are left of processes that were killed"
    does = f"delete {', '.join(left)}"
    yield Issue("info", message, {"left": left}, Fix("clear_lock", "backups", does))


def _end(platform: Platform, target: str) -> str:
    found = collections.find(platform.ledger, target)
    if found is None or found.state != "lost":
        return f"the collection {target} has ended, or goes on"
    collections.end(platform.ledger, target, "failure", "it was killed")
    return f"the collection {target} is ended"


def _clear(platform: Platform, _target: str) -> str:
    folder = platform.settings.backup_dir
    before = set(leftovers(folder))
    with locked(folder):
        gone = before - set(leftovers(folder))
    return f"{len(gone)} unfinished backups were deleted"


CHECKS: dict[str, Check] = {"collections_lost": _collections, "backups_unfinished": _backups}
FIXES: dict[str, Apply] = {"end_collection": _end, "clear_lock": _clear}
