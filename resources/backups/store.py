"""The folder of backups: each named after its time (UTC), one file where it is an archive, else a
folder; what is not whole yet begins with a dot."""

import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from resources.backups import archive, manifest
from resources.backups.manifest import Manifest, Origin
from resources.errors import Conflict, NotFound, StoreUnavailable

PARTIAL, UNPACKED = ".partial-", ".unpacked-"
_ID = re.compile(r"[0-9]{8}T[0-9]{6}Z")
# Seconds after which nobody reads any more what was unpacked.
_LONGEST_READ = 3_600


@dataclass(frozen=True, slots=True)
class Backup:
    """One that is stored; where `manifest` is None, `problem` says why it cannot be used."""

    id: str
    path: Path
    manifest: Manifest | None
    problem: str | None = None


def read_all(folder: Path) -> list[Backup]:
    """All that are stored, newest first."""
    if not folder.is_dir():
        return []
    paths = [one for one in folder.iterdir() if _is_backup(one)]
    return [_read(path) for path in sorted(paths, key=lambda one: one.name, reverse=True)]


def newest_at(folder: Path) -> int | None:
    """When the newest was made, by its name: ms since 1970, UTC; None where there is none."""
    names = [one.name for one in folder.iterdir() if _is_backup(one)] if folder.is_dir() else []
    at = _time_of(max(names)) if names else None
    return None if at is None else round(at.timestamp() * 1000)


def path_of(folder: Path, backup_id: str) -> Path:
    """The file or folder of a backup, by its id or its name. Raises NotFound."""
    if _time_of(backup_id):
        for path in (folder / f"{backup_id}{archive.SUFFIX}", folder / backup_id):
            if _is_backup(path):
                return path
    raise NotFound(f"there is no backup {backup_id!r} in {folder}")


def manifest_of(path: Path) -> Manifest:
    """The manifest of an archive or a folder. Raises StoreUnavailable."""
    return manifest.read(path) if path.is_dir() else archive.read_manifest(path)


def delete(folder: Path, backup_id: str) -> None:
    """Delete one, at once for everybody who looks. Raises NotFound, StoreUnavailable."""
    path = path_of(folder, backup_id)
    going = folder / f"{PARTIAL}{path.name}"
    try:
        path.rename(going)
        _remove(going)
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be deleted: {error}") from error


def prune(folder: Path, kept: int, made: str, origin: Origin = "schedule") -> list[str]:
    """Delete the older of the backups of one origin, all but the newest `kept` up to the one
    `made` just now; returns their ids.

    Those of other origins stay, and so do those that cannot be read. Those after `made` were made
    while the clock was ahead: they stay too, and take nobody's place.
    """
    mine = [
        one.id
        for one in read_all(folder)
        if one.manifest and one.manifest.origin == origin and one.id <= made
    ]
    for backup_id in mine[kept:]:
        delete(folder, backup_id)
    return mine[kept:]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """While backups are written, or read as a whole. What was being made, deleted or read when
    everything was killed goes first. Raises Conflict while somebody else holds it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict("another backup is being made, or put back") from error
        for left in leftovers(folder):
            _remove(left)
        yield


@contextmanager
def writing(folder: Path, backup_id: str, *, packed: str | None = None) -> Iterator[Path]:
    """A folder for a backup that is not whole yet; it becomes one at the end of the block, or its
    file `packed` does. It goes where the block fails. Raises Conflict while another is made."""
    with locked(folder):
        target = folder / (backup_id if packed is None else f"{backup_id}{archive.SUFFIX}")
        if any((folder / name).exists() for name in (backup_id, f"{backup_id}{archive.SUFFIX}")):
            raise Conflict(f"there is a backup {backup_id} already")
        partial = folder / f"{PARTIAL}{backup_id}"
        partial.mkdir(mode=0o700)
        try:
            yield partial
            (partial if packed is None else partial / packed).rename(target)
            sync(folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def sync(folder: Path) -> None:
    """Make what was renamed in a folder outlast a loss of power."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def leftovers(folder: Path) -> list[Path]:
    """What processes that were killed have left of backups: what they made or deleted, while
    nobody holds the lock, and what they read, once it is old."""
    unread = [
        one
        for one in folder.glob(f"{UNPACKED}*")
        if time.time() - one.stat().st_mtime > _LONGEST_READ
    ]
    return sorted([*folder.glob(f"{PARTIAL}*"), *unread])


def _remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def _is_backup(path: Path) -> bool:
    if not _time_of(path.name) or path.is_symlink():
        return False
    return path.is_file() if path.suffix == archive.SUFFIX else path.is_dir()


def _time_of(name: str) -> datetime | None:
    """When the backup of this id or file was made; None where no backup is named so."""
    backup_id = name.removesuffix(archive.SUFFIX)
    if not _ID.fullmatch(backup_id):
        return None
    try:
        return datetime.strptime(backup_id, "%Y%m%dT%H%M%S%z")
    except ValueError:
        return None


def _read(path: Path) -> Backup:
    backup_id = path.name.removesuffix(archive.SUFFIX)
    try:
        return Backup(backup_id, path, manifest_of(path))
    except StoreUnavailable as error:
        return Backup(backup_id, path, None, str(error))
