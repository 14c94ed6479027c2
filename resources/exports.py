"""The folder of exports: files that are whole or not there, the newest of which are kept."""

import fcntl
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from resources.errors import Busy, InvalidInput, StoreUnavailable
from resources.room import require_room

# Of all exports together; the oldest go when a new one is made.
MOST_FILES, MOST_BYTES = 20, 2 * 2**30
# Of one; its writer is told to ask for less.
LARGEST = 2**29
_PARTIAL = ".partial-"
_NAME = re.compile(r"[a-z]+(_[A-Za-z0-9.-]+)?_[0-9]{8}T[0-9]{6}Z_[0-9a-f]{8}\.(json|csv)")
_LATER = 10_000


@dataclass(slots=True)
class Export:
    """A file that is being written."""

    name: str
    _file: IO[bytes]
    _folder: Path
    size: int = 0

    def write(self, content: bytes) -> None:
        """Raises InvalidInput where the export becomes too large, NoRoom where the disk is full."""
        self.size += len(content)
        if self.size > LARGEST:
            raise InvalidInput(f"the export is larger than {LARGEST // 2**20} MB: ask for less")
        require_room(self._folder, len(content))
        self._file.write(content)


@contextmanager
def writing(folder: Path, kind: str, suffix: str) -> Iterator[Export]:
    """A new export; it is there under its name at the end of the block, and not at all where the
    block fails. Older ones go beyond the bounds. Raises Busy while another is written, and
    StoreUnavailable."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (folder / ".lock").open("a") as lock:
            _take(lock)
            for left in folder.glob(f"{_PARTIAL}*"):
                left.unlink()
            name = f"{kind}_{datetime.now(UTC):%Y%m%dT%H%M%SZ}_{secrets.token_hex(4)}.{suffix}"
            yield from _written(folder, name)
    except OSError as error:
        raise StoreUnavailable(f"no export could be written to {folder}: {error}") from error


def _take(lock: IO[str]) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        later = round(time.time() * 1_000) + _LATER
        raise Busy("another export is being written", later) from error


def _written(folder: Path, name: str) -> Iterator[Export]:
    partial = folder / f"{_PARTIAL}{name}"
    partial.touch(mode=0o600, exist_ok=False)
    try:
        with partial.open("wb") as file:
            made = Export(name, file, folder)
            yield made
            file.flush()
            os.fsync(file.fileno())
        _prune(folder, made.size)
        partial.rename(folder / name)
    finally:
        partial.unlink(missing_ok=True)


def path_of(folder: Path, name: str) -> Path | None:
    """The export of that name, None where there is none."""
    path = folder / name
    found = _NAME.fullmatch(name) and not path.is_symlink() and path.is_file()
    return path if found else None


def _prune(folder: Path, coming: int) -> None:
    """Delete the oldest, so that one more of this size is within the bounds."""
    there = sorted((one for one in folder.iterdir() if _NAME.fullmatch(one.name)), key=_written_at)
    sizes = {one: one.stat().st_size for one in there}
    while there and (
        len(there) >= MOST_FILES or sum(sizes[one] for one in there) + coming > MOST_BYTES
    ):
        there.pop(0).unlink()


def _written_at(path: Path) -> tuple[int, str]:
    return path.stat().st_mtime_ns, path.name
