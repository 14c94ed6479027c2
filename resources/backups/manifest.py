"""What a backup says of itself.

    {"id": "20261122T022700Z", "made_at": 1795314420000, "mode": "live", "origin": "schedule",
     "whole": false, "left_out": ["snapshot_bodies", "snapshots"],
     "tables": [{"name": "prices", "version": 1440, "rows": 144000, "files": 3}],
     "files": [{"path": "ledger.db.xz", "size": 4096, "sha256": "9f86d0…"}],
     "ledger_size": 40960, "format": 2}

Beside it lies its own checksum. Times are ms since 1970, UTC; paths are relative to the backup.
"""

import hashlib
import os
from pathlib import Path
from typing import Literal

import msgspec

from resources.errors import StoreUnavailable

NAME, CHECKSUM = "manifest.json", "manifest.sha256"
LEDGER = "ledger.db"
PACKED_LEDGER = f"{LEDGER}.xz"
# The first told nothing of how large the ledger is when it is unpacked.
FORMAT = 2
Origin = Literal["schedule", "shutdown", "command line", "api"]


class StoredFile(msgspec.Struct, frozen=True):
    path: str
    size: int
    sha256: str


class StoredTable(msgspec.Struct, frozen=True):
    """A table of the lake at one version, of so many rows in so many files."""

    name: str
    version: int
    rows: int
    files: int


class Manifest(msgspec.Struct, frozen=True):
    """`left_out` are the tables of the ledger whose rows are not in it. One that is `whole` has
    every byte itself, as an archive; else files of the lake are the same ones as the lake's (hard
    links). `ledger_size` are the bytes of the ledger when it is unpacked."""

    id: str
    made_at: int
    mode: str
    origin: Origin
    whole: bool
    left_out: tuple[str, ...]
    tables: tuple[StoredTable, ...]
    files: tuple[StoredFile, ...]
    ledger_size: int
    format: int = FORMAT

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.size for file in self.files)


class _Format(msgspec.Struct):
    format: int


def encoded(manifest: Manifest) -> tuple[bytes, bytes]:
    """The text, and its checksum."""
    text = msgspec.json.format(msgspec.json.encode(manifest))
    return text, hashlib.sha256(text).hexdigest().encode()


def write(manifest: Manifest, folder: Path) -> None:
    text, checksum = encoded(manifest)
    _write(folder / NAME, text)
    _write(folder / CHECKSUM, checksum)


def read(folder: Path) -> Manifest:
    """Raises StoreUnavailable as `decoded`, and where there is none."""
    try:
        text, checksum = (folder / NAME).read_bytes(), (folder / CHECKSUM).read_bytes()
    except OSError as error:
        raise StoreUnavailable(f"{folder / NAME} cannot be read: {error}") from error
    return decoded(text, checksum, str(folder / NAME))


def decoded(text: bytes, checksum: bytes, where: str) -> Manifest:
    """Raises StoreUnavailable where it is damaged, of a format that this version does not read, or
    names files that no backup has: outside of it, twice, or of no table of its own."""
    if hashlib.sha256(text).hexdigest().encode() != checksum:
        raise StoreUnavailable(f"{where} is damaged: its checksum differs")
    try:
        stored = msgspec.json.decode(text, type=_Format).format
        if stored != FORMAT:
            raise StoreUnavailable(f"{where} is of format {stored}; this version reads {FORMAT}")
        manifest = msgspec.json.decode(text, type=Manifest)
    except (ValueError, RecursionError) as error:
        raise StoreUnavailable(f"{where} cannot be read: {error}") from error
    _require_possible(manifest, where)
    return manifest


def _require_possible(manifest: Manifest, where: str) -> None:
    paths = [file.path for file in manifest.files]
    if len(set(paths)) < len(paths):
        raise StoreUnavailable(f"{where} names a file twice")
    folders = {f"lake/{table.name}" for table in manifest.tables}
    for file in manifest.files:
        if _leads_out(file.path):
            raise StoreUnavailable(f"{where} names a file outside of the backup: {file.path}")
        table = "/".join(file.path.split("/")[:2])
        if file.path != PACKED_LEDGER and table not in folders:
            raise StoreUnavailable(f"{where} names a file of no table: {file.path}")
    if PACKED_LEDGER not in paths:
        raise StoreUnavailable(f"{where} names no ledger")
    sizes = [manifest.ledger_size, *(file.size for file in manifest.files)]
    if min(sizes) < 0 or max(sizes) > 2**62:
        raise StoreUnavailable(f"{where} tells of a size that no file has")


def _leads_out(path: str) -> bool:
    parts = path.split("/")
    return "\0" in path or "\\" in path or not {"", ".", ".."}.isdisjoint(parts)


def _write(path: Path, text: bytes) -> None:
    with path.open("wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
