"""Making a backup: the ledger first, then the lake, which holds all that the ledger has acknowledged.

Files of the lake never change, so a backup on the same file system names them a second time (a hard
link): it costs no room while the lake has them too, and keeps them when the lake lets them go. An
archive is packed from such links, so that nothing that writers do meanwhile shows in it.
"""

import errno
import hashlib
import lzma
import os
import shutil
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

import polars as pl

from resources.backups import archive, manifest
from resources.backups.contents import check_ledger, count_rows
from resources.backups.manifest import (
    LEDGER,
    PACKED_LEDGER,
    Manifest,
    Origin,
    StoredFile,
    StoredTable,
)
from resources.backups.store import read_all, writing
from resources.errors import InvalidInput, StoreUnavailable
from resources.lake import Lake
from resources.ledger import Ledger, copying
from resources.room import require_room
from resources.schemas import Table, utc

# What providers answered when they were looked at: the most of the ledger, and told anew any time.
LEFT_OUT = ("snapshot_bodies", "snapshots")
_PACKED = "archive"
_NO_LINKS = (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS)


def create(
    folder: Path, lake: Lake, ledger: Ledger, *, mode: str, origin: Origin, whole: bool = False
) -> Manifest:
    """Make a backup below `folder`: one archive where it is to be `whole`, else a folder of links.

    Collections and readers go on meanwhile. Raises NoRoom, Conflict while another is being made,
    and StoreUnavailable, also where a store is damaged; nothing of it is left then.
    """
    if "://" in lake.url:
        raise InvalidInput(f"{lake.url} is no folder: back it up with the tools of its store")
    made_at = ledger.now()
    backup_id = f"{utc(made_at):%Y%m%dT%H%M%SZ}"
    require_room(folder, _needed(lake, ledger, whole=whole))
    try:
        with writing(folder, backup_id, packed=_PACKED if whole else None) as partial:
            size = _copy_ledger(ledger, partial)
            tables = tuple(_store(lake, table, partial) for table in lake.tables())
            found = Manifest(
                backup_id, made_at, mode, origin, whole, LEFT_OUT, tables,
                _checked(partial, _known(folder)), size,
            )  # fmt: skip
            if whole:
                _pack(found, partial)
            else:
                manifest.write(found, partial)
    except OSError as error:
        raise StoreUnavailable(f"no backup could be written to {folder}: {error}") from error
    return found


def _pack(found: Manifest, partial: Path) -> None:
    target = partial / _PACKED
    target.touch(mode=0o600, exist_ok=False)
    with target.open("wb") as file:
        archive.write(found, partial, file)
        file.flush()
        os.fsync(file.fileno())


def _needed(lake: Lake, ledger: Ledger, *, whole: bool) -> int:
    size = copying.path_of(ledger).stat().st_size
    if whole:
        files = (Path(file) for table in lake.tables() for file in lake.files(table))
        size += sum(file.stat().st_size for file in files)
    return size


def _copy_ledger(ledger: Ledger, to: Path) -> int:
    """How many bytes it has that are packed."""
    plain = to / LEDGER
    copying.copy(ledger, plain, LEFT_OUT)
    check_ledger(plain)
    size = plain.stat().st_size
    with plain.open("rb") as source, lzma.open(to / PACKED_LEDGER, "wb", preset=1) as packed:
        shutil.copyfileobj(source, packed, 1 << 20)
    plain.unlink()
    return size


def _store(lake: Lake, table: Table, to: Path) -> StoredTable:
    """The newest version of a table: its files, and a checkpoint that names them."""
    source = Path(lake.url) / table.name
    with lake.held(table) as delta:
        delta.create_checkpoint()
        version = delta.version()
        stored = pl.DataFrame(delta.get_add_actions(flatten=True))
    # As Delta writes them, these are URLs.
    files = [] if stored.is_empty() else [unquote(path) for path in stored["path"]]
    rows = 0 if stored.is_empty() else int(stored["num_records"].sum())
    log = (f"_delta_log/{version:020}.{end}" for end in ("json", "checkpoint.parquet"))
    for name in (*log, *files):
        target = to / "lake" / table.name / name
        target.parent.mkdir(parents=True, exist_ok=True)
        add_file(source / name, target)
    there = count_rows(to / "lake" / table.name / name for name in files)
    if there != rows:
        raise StoreUnavailable(f"{source} has {there} rows of {rows} in version {version}")
    return StoredTable(table.name, version, rows, len(files))


def add_file(source: Path, target: Path) -> None:
    """Link a file, or copy it where it lies on another file system."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        shutil.copyfile(source, target)


def _checked(backup: Path, known: dict[tuple[int, int], str]) -> tuple[StoredFile, ...]:
    """Every file with its checksum; that of a file which an older backup has too is taken over."""
    found = []
    for path in sorted(one for one in backup.rglob("*") if one.is_file()):
        status = path.stat()
        digest = known.get((status.st_dev, status.st_ino)) or sha256(path)
        found.append(StoredFile(str(path.relative_to(backup)), status.st_size, digest))
    return tuple(found)


def _known(folder: Path) -> dict[tuple[int, int], str]:
    linked = (one for one in read_all(folder) if one.manifest and not one.manifest.whole)
    newest = next(linked, None)
    found: dict[tuple[int, int], str] = {}
    for file in newest.manifest.files if newest and newest.manifest else ():
        path = newest.path / file.path if newest else folder
        # One that is not there, or cannot be, is for `verify` to tell.
        with suppress(OSError):
            status = path.stat()
            found[status.st_dev, status.st_ino] = file.sha256
    return found


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
