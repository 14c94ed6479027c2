"""The folder of backups: one folder each, named after its time (UTC); what is not whole yet begins
with a dot."""

import fcntl
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from resources.backups import manifest
from resources.backups.manifest import Manifest
from resources.errors import Conflict, NotFound, StoreUnavailable

PARTIAL, UNPACKED = ".partial-", ".unpacked-"
_ID = re.compile(r"[0-9]{8}T[0-9]{6}Z")
# Seconds after which nobody reads any more what was unpacked.
_LONGEST_READ = 3_600


@dataclass(frozen=True, slots=True)
class Backup:
    """One that is stored; where `manifest` is None, `problem` says why it cannot be used."""

    id: str
    manifest: Manifest | None
    problem: str | None = None


def read_all(folder: Path) -> list[Backup]:
    """All that are stored, newest first."""
    if not folder.is_dir():
        return []
    names = sorted((one.name for one in folder.iterdir() if _is_backup(one)), reverse=True)
    return [_read(folder, name) for name in names]


def path_of(folder: Path, backup_id: str) -> Path:
    """Raises NotFound."""
    path = folder / backup_id
    if not _ID.fullmatch(backup_id) or not path.is_dir():
        raise NotFound(f"there is no backup {backup_id!r} in {folder}")
    return path


def delete(folder: Path, backup_id: str) -> None:
    """Delete one, at once for everybody who looks. Raises NotFound, StoreUnavailable."""
    path = path_of(folder, backup_id)
    going = folder / f"{PARTIAL}{backup_id}"
    try:
        path.rename(going)
        shutil.rmtree(going)
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be deleted: {error}") from error


def prune(folder: Path, kept: int, made: str) -> list[str]:
    """Delete the older of the backups that a schedule has made, all but the newest `kept` up to
    the one `made` just now; returns their ids.

    Those that somebody has asked for stay, and so do those that cannot be read. Those after `made`
    were made while the clock was ahead: they stay too, and take nobody's place.
    """
    mine = [
        one.id
        for one in read_all(folder)
        if one.manifest and one.manifest.origin == "schedule" and one.id <= made
    ]
    for backup_id in mine[kept:]:
        delete(folder, backup_id)
    return mine[kept:]


@contextmanager
def writing(folder: Path, backup_id: str) -> Iterator[Path]:
    """A folder for a backup that is not whole yet; it becomes one at the end of the block, and goes
    where the block fails. Raises Conflict while another is being made."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict("another backup is being made") from error
        _sweep(folder)
        if (folder / backup_id).exists():
            raise Conflict(f"there is a backup {backup_id} already")
        partial = folder / f"{PARTIAL}{backup_id}"
        partial.mkdir(mode=0o700)
        try:
            yield partial
            partial.rename(folder / backup_id)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Delete what was being made, deleted or read when everything was killed."""
    for left in folder.glob(f"{PARTIAL}*"):
        shutil.rmtree(left)
    for left in folder.glob(f"{UNPACKED}*"):
        if time.time() - left.stat().st_mtime > _LONGEST_READ:
            shutil.rmtree(left)


def _is_backup(path: Path) -> bool:
    return _ID.fullmatch(path.name) is not None and path.is_dir()


def _read(folder: Path, name: str) -> Backup:
    try:
        return Backup(name, manifest.read(folder / name))
    except StoreUnavailable as error:
        return Backup(name, None, str(error))
