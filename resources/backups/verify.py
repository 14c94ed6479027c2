"""Whether a backup is what was made: every file, its checksum, and that both stores open."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from resources.backups import archive, manifest
from resources.backups.contents import check_lake, check_ledger, unpack_ledger
from resources.backups.create import sha256
from resources.backups.manifest import (
    CHECKSUM,
    LEDGER,
    NAME,
    PACKED_LEDGER,
    Manifest,
    StoredFile,
)
from resources.backups.store import UNPACKED, path_of
from resources.errors import HeadwaterError, StoreUnavailable
from resources.room import require_room


def verify(folder: Path, backup_id: str) -> list[str]:
    """What is wrong with a backup, a sentence each; empty where it is whole. Reads all of it.

    Raises NotFound, and NoRoom where what must be unpacked for that does not fit.
    """
    path = path_of(folder, backup_id)
    try:
        if path.is_file():
            return _verify_archive(path)
        found = manifest.read(path)
    except StoreUnavailable as error:
        return [str(error)]
    problems = list(_files(path, found))
    # What is damaged already need not be opened.
    return problems or [*_ledger(path, found), *check_lake(path / "lake", found)]


def unpack(path: Path, into: Path) -> Manifest:
    """Write the files of an archive to a folder, its ledger packed; returns its manifest.

    Raises StoreUnavailable at the first byte that is not what its manifest foretells, and NoRoom.
    """
    with archive.opened(path) as (found, stream):
        require_room(into, found.size)
        for file, chunks in archive.contents(found, stream):
            target = into / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as written:
                written.writelines(chunks)
    return found


def _verify_archive(path: Path) -> list[str]:
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=UNPACKED) as folder:
        found = unpack(path, Path(folder))
        return [*_ledger(Path(folder), found), *check_lake(Path(folder) / "lake", found)]


def _files(path: Path, found: Manifest) -> Iterator[str]:
    named = {file.path for file in found.files} | {NAME, CHECKSUM}
    for file in found.files:
        try:
            yield from _file(path / file.path, file)
        except OSError as error:
            yield f"{file.path} cannot be read: {error.strerror}"
    there = {str(one.relative_to(path)) for one in path.rglob("*") if one.is_file()}
    for name in sorted(there - named):
        yield f"{name} does not belong to it"


def _file(stored: Path, file: StoredFile) -> Iterator[str]:
    if stored.is_symlink() or not stored.is_file():
        yield f"{file.path} is missing"
    elif stored.stat().st_size != file.size:
        yield f"{file.path} has {stored.stat().st_size} bytes of {file.size}"
    elif sha256(stored) != file.sha256:
        yield f"{file.path} is damaged: its checksum differs"


def _ledger(path: Path, found: Manifest) -> Iterator[str]:
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=UNPACKED) as folder:
            plain = Path(folder) / LEDGER
            unpack_ledger(path / PACKED_LEDGER, plain, found.ledger_size)
            check_ledger(plain)
    except HeadwaterError as error:
        yield str(error)
