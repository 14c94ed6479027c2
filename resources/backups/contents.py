"""Whether what lies in a backup can be read: the ledger as one of ours, of the lake every footer."""

import lzma
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import polars as pl

from resources.backups.manifest import LEDGER, Manifest
from resources.errors import StoreUnavailable
from resources.lake import Lake
from resources.ledger.database import revisions
from resources.room import require_room
from resources.schemas import TABLES

_CHUNK = 2**20
# What unpacking our own archives takes; another dictionary is another hand's.
_MOST_MEMORY = 128 * 2**20


def check_ledger(file: Path) -> None:
    """Raises StoreUnavailable where it is no sound SQLite file, or has no schema of ours."""
    try:
        with closing(sqlite3.connect(file)) as connection:
            (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{file.name} cannot be read: {error}") from error
    if said != "ok":
        raise StoreUnavailable(f"{file.name} is damaged: {said}")
    if version is None:
        raise StoreUnavailable(f"{file.name} is of no version of Headwater")
    if version[0] not in revisions():
        raise StoreUnavailable(
            f"{file.name} has schema {version[0]}, of a later version of Headwater; "
            f"this one knows those up to {max(revisions())}"
        )


def unpack_ledger(packed: Path, to: Path, size: int) -> None:
    """Unpack to a file of `size` bytes.

    Raises StoreUnavailable where it has others or is damaged, NoRoom where it does not fit.
    """
    written = 0
    try:
        with packed.open("rb") as source, to.open("xb") as target:
            for chunk in _unpacked(iter(lambda: source.read(_CHUNK), b"")):
                written += len(chunk)
                if written > size:
                    break
                require_room(to.parent, len(chunk))
                target.write(chunk)
    except (OSError, lzma.LZMAError) as error:
        raise StoreUnavailable(f"{LEDGER} cannot be read: {error}") from error
    if written != size:
        raise StoreUnavailable(f"{LEDGER} has not the {size} bytes that it had")


def _unpacked(source: Iterable[bytes]) -> Iterator[bytes]:
    """At most so many bytes at a time, however much the source stands for."""
    unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MOST_MEMORY)
    for packed in source:
        if unpacker.eof:
            raise lzma.LZMAError("bytes follow its end")
        yield unpacker.decompress(packed, _CHUNK)
        while _holds_more(unpacker):
            yield unpacker.decompress(b"", _CHUNK)
    if not unpacker.eof or unpacker.unused_data:
        raise lzma.LZMAError("it was cut, or bytes follow its end")


def _holds_more(unpacker: lzma.LZMADecompressor) -> bool:
    return not (unpacker.eof or unpacker.needs_input)


def check_lake(folder: Path, found: Manifest) -> Iterator[str]:
    """What is wrong with the lake of a backup, a sentence each: tables, their versions, files and
    rows are those of the manifest. Reads logs and footers."""
    lake, named = Lake(str(folder)), {file.path for file in found.files}
    for stored in found.tables:
        table = TABLES.get(stored.name)
        if table is None:
            yield f"{stored.name} is no table of this version of Headwater"
            continue
        try:
            if not (folder / table.name / "_delta_log").is_dir():
                raise StoreUnavailable("it has no log")
            version, files = lake.version(table), [Path(file) for file in lake.files(table)]
            # A log may name whatever file it likes: none is opened but those that were checked.
            strange = [file for file in files if _place(file, folder) not in named]
            if strange or len(files) != stored.files:
                raise StoreUnavailable("its log names other files than the manifest")
            rows = count_rows(files)
        except StoreUnavailable as error:
            yield f"{stored.name} cannot be read: {error}"
            continue
        if (version, rows) != (stored.version, stored.rows):
            yield f"{stored.name} has {rows} rows of {stored.rows} in version {version}"


def _place(file: Path, lake: Path) -> str:
    return f"lake/{file.relative_to(lake)}" if file.is_relative_to(lake) else str(file)


def count_rows(files: Iterable[Path]) -> int:
    """How many rows the footers of these Parquet files tell; a file that was cut has none.

    Raises StoreUnavailable.
    """
    return sum(_rows(file) for file in files)


def _rows(file: Path) -> int:
    try:
        return int(pl.scan_parquet(file, glob=False).select(pl.len()).collect().item())
    except (OSError, pl.exceptions.PolarsError) as error:
        raise StoreUnavailable(f"{file} is damaged: {error}") from error
