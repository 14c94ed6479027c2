"""A backup as one file: a tar archive that its manifest determines to the last bit.

`manifest.json` and `manifest.sha256` come first, then every file in the order of the manifest, all
with the same owner, mode and time. Any tar unpacks it. What is read here is compared with what the
manifest foretells, headers and padding included, so that nothing in an archive is ever followed: a
link, a device, an absolute path or a name that comes twice is a header that differs.
"""

import hashlib
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from resources.backups import manifest
from resources.backups.manifest import CHECKSUM, NAME, Manifest, StoredFile
from resources.errors import StoreUnavailable

SUFFIX = ".tar"
_BLOCK = 512
_CHUNK = 2**20
# Files of the default lake: some thousands, 200 bytes each.
_LARGEST_MANIFEST = 64 * 2**20
_DIGEST = 64
_END = bytes(2 * _BLOCK)


def write(found: Manifest, folder: Path, target: IO[bytes]) -> None:
    """Write the files of a backup that lie in `folder`. Raises StoreUnavailable where one is not,
    or no longer, what the manifest says."""
    text, checksum = manifest.encoded(found)
    for name, content in ((NAME, text), (CHECKSUM, checksum)):
        target.write(_header(name, len(content), found.made_at // 1_000))
        target.write(content + _padding(len(content)))
    for file in found.files:
        target.write(_header(file.path, file.size, found.made_at // 1_000))
        with (folder / file.path).open("rb") as source:
            for chunk in _checked(source, file):
                target.write(chunk)
        target.write(_padding(file.size))
    target.write(_END)


@contextmanager
def opened(path: Path) -> Iterator[tuple[Manifest, IO[bytes]]]:
    """The manifest of an archive, and the stream after it, for `contents`.

    Raises StoreUnavailable where it is no backup, is damaged, or has not the length that its
    manifest foretells.
    """
    try:
        with path.open("rb") as stream:
            yield _manifest(stream, path), stream
    except OSError as error:
        raise StoreUnavailable(f"{path.name} cannot be read: {error}") from error


def contents(found: Manifest, stream: IO[bytes]) -> Iterator[tuple[StoredFile, Iterator[bytes]]]:
    """Each file with its chunks, which must be read to their end before the next file is.

    Raises StoreUnavailable where anything differs from the manifest: before a file's first chunk
    where its header does, after its last one where its checksum does.
    """
    for file in found.files:
        _expect(stream, _header(file.path, file.size, found.made_at // 1_000), file.path)
        yield file, _checked(stream, file)
        _expect(stream, _padding(file.size), file.path)
    _expect(stream, _END, "its end")


def read_manifest(path: Path) -> Manifest:
    """Raises as `opened`."""
    with opened(path) as (found, _):
        return found


def _manifest(stream: IO[bytes], path: Path) -> Manifest:
    head = stream.read(_BLOCK)
    try:
        info = tarfile.TarInfo.frombuf(head, "utf-8", "strict")
        expected = _header(NAME, info.size, int(info.mtime))
    except (tarfile.HeaderError, ValueError, OverflowError) as error:
        raise StoreUnavailable(f"{path.name} is no backup of Headwater") from error
    if head != expected or not 0 < info.size <= _LARGEST_MANIFEST:
        raise StoreUnavailable(f"{path.name} is no backup of Headwater")
    text = stream.read(info.size)
    _expect(stream, _padding(info.size), NAME)
    _expect(stream, _header(CHECKSUM, _DIGEST, int(info.mtime)), CHECKSUM)
    found = manifest.decoded(text, stream.read(_DIGEST), f"{NAME} of {path.name}")
    _expect(stream, _padding(_DIGEST), CHECKSUM)
    if found.made_at // 1_000 != info.mtime:
        raise StoreUnavailable(f"{NAME} of {path.name} tells of another time")
    _require_length(found, stream.tell(), path)
    return found


def _require_length(found: Manifest, told: int, path: Path) -> None:
    expected = told + len(_END)
    for file in found.files:
        expected += len(_header(file.path, file.size, 0)) + file.size + len(_padding(file.size))
    if (length := path.stat().st_size) != expected:
        raise StoreUnavailable(f"{path.name} has {length} bytes of {expected}")


def _header(name: str, size: int, mtime: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, mtime, 0o600
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "strict")


def _padding(size: int) -> bytes:
    return bytes(-size % _BLOCK)


def _expect(stream: IO[bytes], expected: bytes, what: str) -> None:
    if stream.read(len(expected)) != expected:
        raise StoreUnavailable(f"the archive is damaged, or was made by another hand: {what}")


def _checked(stream: IO[bytes], file: StoredFile) -> Iterator[bytes]:
    digest, left = hashlib.sha256(), file.size
    while left and (chunk := stream.read(min(left, _CHUNK))):
        digest.update(chunk)
        left -= len(chunk)
        yield chunk
    if left or digest.hexdigest() != file.sha256:
        raise StoreUnavailable(f"{file.path} is damaged: its checksum differs")
