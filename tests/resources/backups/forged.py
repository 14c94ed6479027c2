"""Archives by another hand than ours, and whether they are refused."""

import hashlib
import io
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from resources import backups
from resources.backups import manifest
from resources.errors import StoreUnavailable
from tests.resources.backups.conftest import Home


def made(home: Home) -> Path:
    return backups.path_of(home.folder, home.back_up("api", whole=True).id)


def refusal(home: Home, path: Path) -> str:
    """Why an archive is not restored; nothing is left of it."""
    before = sorted(home.path.rglob("*"))
    with pytest.raises(StoreUnavailable) as refused:
        backups.lay_ready(home.path, path, mode="sandbox")
    assert sorted(home.path.rglob("*")) == before
    return str(refused.value)


def unpacked(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as packed:
        return {one.name: packed.extractfile(one).read() for one in packed}  # type: ignore[union-attr]


def packed(entries: list[tuple[tarfile.TarInfo, bytes]], to: Path) -> Path:
    """An archive by another hand than ours."""
    with tarfile.open(to, "w", format=tarfile.PAX_FORMAT) as written:
        for info, content in entries:
            written.addfile(info, io.BytesIO(content))
    end = to.read_bytes().rstrip(b"\0")
    to.write_bytes(end + bytes(-len(end) % 512) + bytes(1024))
    return to


@dataclass
class Forger:
    """An archive whose checksums all fit, whatever was done to it."""

    files: dict[str, bytes]
    said: dict[str, Any]

    @classmethod
    def of(cls, path: Path) -> "Forger":
        files = unpacked(path)
        return cls(files, msgspec.json.decode(files[manifest.NAME]))

    def forge(self, to: Path, change: Callable[[list[Any]], None] = lambda _: None) -> Path:
        for file in self.said["files"]:
            content = self.files.get(file["path"], b"")
            file |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        text = msgspec.json.encode(self.said)
        checksum = hashlib.sha256(text).hexdigest().encode()
        contents = [(manifest.NAME, text), (manifest.CHECKSUM, checksum)]
        contents += [(one["path"], self.files.get(one["path"], b"")) for one in self.said["files"]]
        entries = [(self.info(name, len(content)), content) for name, content in contents]
        change(entries)
        return packed(entries, to)

    def info(self, name: str, size: int) -> tarfile.TarInfo:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, self.said["made_at"] // 1_000
        return info
