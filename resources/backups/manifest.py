"""What a backup says of itself.

    {"id": "20261122T022700Z", "made_at": 1795314420000, "mode": "live", "origin": "schedule",
     "whole": false, "left_out": ["snapshot_bodies", "snapshots"],
     "tables": [{"name": "prices", "version": 1440, "rows": 144000, "files": 3}],
     "files": [{"path": "ledger.db.xz", "size": 4096, "sha256": "9f86d0…"}], "format": 1}

Beside it lies its own checksum. Times are ms since 1970, UTC; paths are relative to the backup.
"""

import hashlib
import os
from pathlib import Path, PurePosixPath
from typing import Literal

import msgspec

from resources.errors import StoreUnavailable

NAME, CHECKSUM = "manifest.json", "manifest.sha256"
FORMAT = 1
Origin = Literal["schedule", "command line", "api"]


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
    """`left_out` are the tables of the ledger whose rows are not in it. Of one that is `whole`
    every file is a copy; else files of the lake are the same ones as the lake's (hard links)."""

    id: str
    made_at: int
    mode: str
    origin: Origin
    whole: bool
    left_out: tuple[str, ...]
    tables: tuple[StoredTable, ...]
    files: tuple[StoredFile, ...]
    format: int = FORMAT

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.size for file in self.files)


def write(manifest: Manifest, folder: Path) -> None:
    text = msgspec.json.format(msgspec.json.encode(manifest))
    _write(folder / NAME, text)
    _write(folder / CHECKSUM, hashlib.sha256(text).hexdigest().encode())


def read(folder: Path) -> Manifest:
    """Raises StoreUnavailable where it is missing, damaged, of a later version of Headwater, or
    names files outside of the backup."""
    try:
        text, checksum = (folder / NAME).read_bytes(), (folder / CHECKSUM).read_bytes()
        if hashlib.sha256(text).hexdigest().encode() != checksum:
            raise StoreUnavailable(f"{folder / NAME} is damaged: its checksum differs")
        manifest = msgspec.json.decode(text, type=Manifest)
    except (OSError, ValueError) as error:
        raise StoreUnavailable(f"{folder / NAME} cannot be read: {error}") from error
    if manifest.format > FORMAT:
        raise StoreUnavailable(f"{folder / NAME} is of a later version of Headwater")
    outside = next((file.path for file in manifest.files if _leads_out(file.path)), None)
    if outside is not None:
        raise StoreUnavailable(f"{folder / NAME} names a file outside of the backup: {outside}")
    return manifest


def _leads_out(path: str) -> bool:
    return path.startswith("/") or ".." in PurePosixPath(path).parts


def _write(path: Path, text: bytes) -> None:
    with path.open("wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
