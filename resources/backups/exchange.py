"""The second half of a restore: the state that lies ready takes the place of the live one.

Each step is one rename or changes only what is not live yet, and is known to be done by what lies
where. So the same function begins an exchange and finishes one that was killed:

1. The ledger that lies ready takes over what stays (`carried.py`).
2. lake → replaced/TIME/lake, ready/lake → lake.
3. ledger.db gets a second name, replaced/TIME/ledger.db; ready/ledger.db → ledger.db.
4. ready's manifest → replaced/TIME: the exchange is done.
"""

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from resources.backups import manifest
from resources.backups.carried import carry, close_for_good
from resources.backups.contents import check_lake, check_ledger
from resources.backups.create import add_file
from resources.backups.manifest import LEDGER, NAME
from resources.backups.restore import LAYING, READY, TARGET, is_begun, waits
from resources.backups.store import sync
from resources.errors import StoreUnavailable

REPLACED = "replaced"
_KEPT_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Exchanged:
    """`backup` is in place, what was there lies in `replaced`; of a ledger that could not be read
    nothing is `carried`: keys that were revoked since the backup hold again."""

    backup: str
    replaced: Path
    carried: bool


def put_in_place(home: Path, step: Callable[[str], None] = lambda _: None) -> Exchanged | None:
    """Put the state that lies ready in place, or finish doing so; None where none does.

    Only for who holds the home alone. `step` is told of each step before it is taken. Raises
    Conflict where somebody has the ledger open, StoreUnavailable where what lies ready has been
    damaged since: nothing has changed then. Raises OSError in the middle: call again.
    """
    shutil.rmtree(home / LAYING, ignore_errors=True)
    if not waits(home):
        # What an exchange leaves that was killed when it was done.
        shutil.rmtree(home / READY, ignore_errors=True)
        return None
    ready, live = home / READY, home / LEDGER
    found = manifest.read(ready)
    begun = is_begun(home)
    carried = True
    if (ready / LEDGER).exists():
        readable = live.exists() and close_for_good(live)
        carried = readable or not live.exists()
        if not begun:
            _check(ready)
        step("carry")
        carry(live if readable else None, ready / LEDGER)
    old = _target(home)
    if (ready / "lake").exists():
        step("put the lake aside")
        _aside(home / "lake", old)
        step("lake")
        (ready / "lake").rename(home / "lake")
        sync(home)
    if (ready / LEDGER).exists():
        step("keep the ledger")
        _keep_ledger(live, old)
        step("ledger")
        (ready / LEDGER).rename(live)
        sync(home)
    step("done")
    (ready / NAME).rename(old / NAME)
    shutil.rmtree(ready)
    return Exchanged(found.id, old, carried)


def forget_replaced(home: Path) -> list[Path]:
    """Delete what restores of more than a day ago have replaced; for a start that has come up."""
    folder = home / REPLACED
    there = sorted(folder.iterdir()) if folder.is_dir() else []
    old = [one for one in there if time.time() - one.stat().st_mtime > _KEPT_SECONDS]
    for one in old:
        shutil.rmtree(one)
    return old


def _check(ready: Path) -> None:
    found = manifest.read(ready)
    check_ledger(ready / LEDGER)
    if problem := next(check_lake(ready / "lake", found), None):
        raise StoreUnavailable(problem)


def _target(home: Path) -> Path:
    """The folder for what is replaced, the same one however often the exchange is begun."""
    note = home / READY / TARGET
    if not note.exists():
        partial = note.with_suffix(".partial")
        partial.write_text(f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}")
        partial.rename(note)
        sync(note.parent)
    old = home / REPLACED / note.read_text()
    old.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Its age counts from here.
    os.utime(old)
    return old


def _aside(path: Path, old: Path) -> None:
    """Under another name where an exchange that was killed has put something there already: what
    lies here now was made since."""
    if not path.exists():
        return
    target, number = old / path.name, 2
    while target.exists():
        target, number = old / f"{path.name}.{number}", number + 1
    path.rename(target)
    sync(old)


def _keep_ledger(live: Path, old: Path) -> None:
    """A second name, so that there is a ledger at any moment; a new one would be empty."""
    for log in (f"{LEDGER}-wal", f"{LEDGER}-shm"):
        # Only of a ledger that cannot be read: closing it has ended the log of any other.
        _aside(live.with_name(log), old)
    if live.exists():
        (old / LEDGER).unlink(missing_ok=True)
        add_file(live, old / LEDGER)
        sync(old)
