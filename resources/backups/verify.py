"""Whether a backup is what was made: every file, its checksum, and that both stores open."""

import lzma
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from resources.backups import manifest
from resources.backups.contents import check_ledger, count_rows
from resources.backups.create import LEDGER, sha256
from resources.backups.manifest import CHECKSUM, NAME, Manifest, StoredFile
from resources.backups.store import UNPACKED, path_of
from resources.errors import StoreUnavailable
from resources.lake import Lake
from resources.schemas import TABLES


def verify(folder: Path, backup_id: str) -> list[str]:
    """What is wrong with a backup, a sentence each; empty where it is whole. Reads all of it.

    Raises NotFound.
    """
    path = path_of(folder, backup_id)
    try:
        found = manifest.read(path)
    except StoreUnavailable as error:
        return [str(error)]
    problems = list(_files(path, found))
    # What is damaged already need not be opened.
    return problems or [*_ledger(path), *_lake(path, found)]


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
    if not stored.is_file():
        yield f"{file.path} is missing"
    elif stored.stat().st_size != file.size:
        yield f"{file.path} has {stored.stat().st_size} bytes of {file.size}"
    elif sha256(stored) != file.sha256:
        yield f"{file.path} is damaged: its checksum differs"


def _ledger(path: Path) -> Iterator[str]:
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=UNPACKED) as folder:
            plain = Path(folder) / LEDGER
            with lzma.open(path / f"{LEDGER}.xz", "rb") as packed, plain.open("wb") as target:
                shutil.copyfileobj(packed, target, 1 << 20)
            check_ledger(plain)
    except (OSError, EOFError, lzma.LZMAError) as error:
        yield f"{LEDGER} cannot be read: {error}"
    except StoreUnavailable as error:
        yield str(error)


def _lake(path: Path, found: Manifest) -> Iterator[str]:
    lake = Lake(str(path / "lake"))
    for stored in found.tables:
        table = TABLES.get(stored.name)
        if table is None:
            yield f"{stored.name} is no table of this version of Headwater"
            continue
        try:
            version = lake.version(table)
            rows = count_rows(Path(file) for file in lake.files(table))
        except StoreUnavailable as error:
            yield f"{stored.name} cannot be read: {error}"
            continue
        if (version, rows) != (stored.version, stored.rows):
            yield f"{stored.name} has {rows} rows of {stored.rows} in version {version}"
