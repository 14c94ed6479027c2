"""An archive that is not bit for bit what was made is refused, and the live state is as it was."""

import hashlib
import io
import lzma
import random
import sqlite3
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources import backups
from resources.backups import archive, manifest
from resources.errors import InvalidInput, StoreUnavailable
from resources.lake import Lake
from resources.ledger import Ledger
from resources.schemas import PRICES
from tests.resources.backups.conftest import Home, stocked

FLIPS = 400


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


def test_what_another_tar_makes_of_the_same_files_is_the_same(home: Home) -> None:
    path = made(home)
    again = Forger.of(path).forge(home.path / "again.tar")
    assert backups.lay_ready(home.path, again, mode="sandbox").tables
    backups.give_up(home.path)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, bytes]]:
    with stocked(tmp_path_factory.mktemp("sample")) as home:
        yield home, made(home).read_bytes()


@pytest.mark.parametrize("seed", range(4))
def test_a_flipped_bit_is_refused_wherever_it_is(sample: tuple[Home, bytes], seed: int) -> None:
    home, data = sample
    picked = random.Random(seed)
    for _ in range(FLIPS // 4):
        position, bit = picked.randrange(len(data)), picked.randrange(8)
        damaged = bytearray(data)
        damaged[position] ^= 1 << bit
        path = home.path / "damaged.tar"
        path.write_bytes(damaged)
        assert refusal(home, path), (position, bit)


@settings(max_examples=60)
@given(st.data())
def test_cut_at_any_byte_or_longer_it_is_refused(
    sample: tuple[Home, bytes], data: st.DataObject
) -> None:
    home, content = sample
    length = data.draw(st.integers(0, len(content) + 1024).filter(lambda n: n != len(content)))
    path = home.path / "cut.tar"
    path.write_bytes((content + bytes(1024))[:length])
    assert refusal(home, path)


def test_at_each_block_s_edge_it_is_refused(sample: tuple[Home, bytes]) -> None:
    home, content = sample
    path = home.path / "cut.tar"
    for length in range(0, len(content), 512 * 7):
        path.write_bytes(content[:length])
        assert refusal(home, path)


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 10_240, b"PK\x03\x04" + bytes(600), random.Random(1).randbytes(5_000)],
    ids=["empty", "zeros", "zip", "noise"],
)
def test_what_is_no_archive_of_ours_is_refused(home: Home, content: bytes) -> None:
    path = home.path / "foreign.tar"
    path.write_bytes(content)
    assert "is no backup of Headwater" in refusal(home, path)


def test_an_archive_of_another_program_is_refused(home: Home) -> None:
    path = home.path / "foreign.tar"
    with tarfile.open(path, "w") as written:
        written.add(home.path / "lake", "lake")
    assert "is no backup of Headwater" in refusal(home, path)


def put_in(kind: bytes, **facts: Any) -> Callable[[list[Any]], None]:
    """One entry more, of this kind."""

    def change(entries: list[Any]) -> None:
        info = tarfile.TarInfo("lake/prices/more")
        info.type = kind
        for name, value in facts.items():
            setattr(info, name, value)
        entries.insert(2, (info, b""))

    return change


def doubled(entries: list[Any]) -> None:
    entries.append(entries[-1])


def many(entries: list[Any]) -> None:
    entries += [(tarfile.TarInfo(f"lake/prices/{n}"), b"") for n in range(20_000)]


def reordered(entries: list[Any]) -> None:
    entries[2], entries[3] = entries[3], entries[2]


def first(entries: list[Any]) -> None:
    entries.insert(0, entries.pop())


def executable(entries: list[Any]) -> None:
    entries[2][0].mode = 0o777


HOSTILE: dict[str, Callable[[list[Any]], None]] = {
    "symlink": put_in(tarfile.SYMTYPE, linkname="/etc/passwd"),
    "hard link": put_in(tarfile.LNKTYPE, linkname="../../secret.key"),
    "device": put_in(tarfile.CHRTYPE, devmajor=1, devminor=5),
    "pipe": put_in(tarfile.FIFOTYPE),
    "folder": put_in(tarfile.DIRTYPE),
    "absolute": put_in(tarfile.REGTYPE, name="/tmp/evil"),
    "leads out": put_in(tarfile.REGTYPE, name="../evil"),
    "twice": doubled,
    "many entries": many,
    "reordered": reordered,
    "no manifest first": first,
    "mode": executable,
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_an_archive_with_more_than_its_manifest_foretells_is_refused(
    home: Home, change: Callable[[list[Any]], None]
) -> None:
    path = Forger.of(made(home)).forge(home.path / "hostile.tar", change)
    assert refusal(home, path)
    assert not (home.path.parent / "evil").exists()


PATHS = (
    "/etc/passwd", "../evil", "lake/prices/../../../evil", "lake//prices/x", "lake/prices/./x",
    "secret.key", "ledger.db", "lake/strange/x", "lake", "", "lake/prices/a\0b", "run/lock",
    "lake/prices\\..\\x", "backups/x", "lake/candles/_delta_log",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_a_manifest_may_not_name_it(home: Home, path: str) -> None:
    forger = Forger.of(made(home))
    forger.said["files"].append({"path": path, "size": 0, "sha256": ""})
    if "\0" in path:
        # No tar can name it; the manifest alone must be enough.
        assert manifest_refusal(forger)
    else:
        assert refusal(home, forger.forge(home.path / "hostile.tar"))


@pytest.mark.parametrize(
    "change",
    [
        {"format": 1}, {"format": 3}, {"format": 0}, {"format": "2"}, {"files": []},
        {"tables": []}, {"tables": None}, {"made_at": -1}, {"ledger_size": -5}, {"ledger_size": 7},
        {"ledger_size": 2**63}, {"id": None}, {"mode": "live"},
    ],
    ids=str,
)  # fmt: skip
def test_a_manifest_may_not_say_it(home: Home, change: dict[str, Any]) -> None:
    forger = Forger.of(made(home))
    forger.said |= change
    path = forger.forge(home.path / "hostile.tar")
    with pytest.raises((StoreUnavailable, InvalidInput)):
        backups.lay_ready(home.path, path, mode="sandbox")
    assert not backups.waits(home.path)


def test_a_file_that_comes_twice_in_the_manifest_is_refused(home: Home) -> None:
    forger = Forger.of(made(home))
    forger.said["files"].append(dict(forger.said["files"][0]))
    assert "names a file twice" in refusal(home, forger.forge(home.path / "hostile.tar"))


def test_a_size_that_no_disk_has_is_refused_before_anything_is_written(home: Home) -> None:
    data = made(home).read_bytes()
    forger = Forger.of(backups.path_of(home.folder, backups.read_all(home.folder)[0].id))
    forger.said["files"][0]["size"] = 2**50
    text = msgspec.json.encode(forger.said)
    checksum = hashlib.sha256(text).hexdigest().encode()
    path = packed(
        [(forger.info(manifest.NAME, len(text)), text),
         (forger.info(manifest.CHECKSUM, 64), checksum)],
        home.path / "huge.tar",
    )  # fmt: skip
    assert len(data) > path.stat().st_size
    assert "bytes of" in refusal(home, path)


def test_a_ledger_that_unpacks_to_more_than_it_says_is_refused(home: Home) -> None:
    forger = Forger.of(made(home))
    forger.files[manifest.PACKED_LEDGER] = lzma.compress(bytes(200_000_000), preset=0)
    assert "has not the" in refusal(home, forger.forge(home.path / "bomb.tar"))


def test_a_ledger_with_a_trigger_of_somebody_else_is_refused(home: Home, tmp_path: Path) -> None:
    def trigger(connection: sqlite3.Connection) -> None:
        connection.execute(
            "CREATE TRIGGER evil AFTER INSERT ON commits BEGIN DELETE FROM api_keys; END"
        )

    assert "evil" in refusal(home, _with_ledger(home, tmp_path, trigger))


def test_a_ledger_of_a_later_version_is_refused(home: Home, tmp_path: Path) -> None:
    def later(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    said = refusal(home, _with_ledger(home, tmp_path, later))
    assert "of a later version of Headwater" in said


def test_a_log_of_the_lake_that_names_other_files_is_refused(home: Home) -> None:
    stolen = next((home.path / "lake" / "candles").rglob("part-*")).read_bytes()
    (home.path / "lake" / "secret.parquet").write_bytes(stolen)
    forger = Forger.of(made(home))
    gone = next(
        one for one in forger.said["files"] if "prices/" in one["path"] and "part-" in one["path"]
    )
    forger.said["files"].remove(gone)
    assert "names other files" in refusal(home, forger.forge(home.path / "hostile.tar"))


def manifest_refusal(forger: Forger) -> bool:
    text = msgspec.json.encode(forger.said)
    with pytest.raises(StoreUnavailable):
        manifest.decoded(text, hashlib.sha256(text).hexdigest().encode(), "it")
    return True


def _with_ledger(home: Home, folder: Path, change: Callable[[sqlite3.Connection], None]) -> Path:
    forger = Forger.of(made(home))
    plain = folder / "changed.db"
    plain.write_bytes(lzma.decompress(forger.files[manifest.PACKED_LEDGER]))
    with closing(sqlite3.connect(plain)) as connection:
        change(connection)
        connection.commit()
    forger.files[manifest.PACKED_LEDGER] = lzma.compress(plain.read_bytes(), preset=0)
    forger.said["ledger_size"] = plain.stat().st_size
    return forger.forge(home.path / "forged.tar")


def test_an_archive_made_while_others_write_has_all_that_was_acknowledged(home: Home) -> None:
    """Rows of each commit that was there when the backup began are in it, and what its own ledger
    acknowledges is in its lake."""
    ended = threading.Event()

    def write() -> None:
        while not ended.is_set():
            home.store_price()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        time.sleep(0.5)
        acknowledged = home.newest_version()
        path = made(home)
    finally:
        ended.set()
        writer.join()
    assert backups.verify(home.folder, path.name) == []
    new = home.path / "new"
    new.mkdir()
    backups.lay_ready(new, path, mode="sandbox")
    backups.put_in_place(new)
    lake = Lake(str(new / "lake"))
    ledger = Ledger(f"sqlite:///{new / 'ledger.db'}")
    with ledger.read() as connection:
        told = connection.exec_driver_sql("SELECT max(version) FROM commits").scalar() or 0
    ledger.close()
    assert lake.version(PRICES) >= told >= acknowledged > 0
    # The table is made in version 0; each minute is one version and one row.
    assert lake.scan(PRICES, {}).collect().height == lake.version(PRICES)


def test_the_file_is_for_its_owner_alone_and_any_tar_reads_it(home: Home) -> None:
    path = made(home)
    assert path.stat().st_mode & 0o077 == 0
    files = unpacked(path)
    assert list(files)[:2] == [manifest.NAME, manifest.CHECKSUM]
    with archive.opened(path) as (found, _):
        assert [file.path for file in found.files] == list(files)[2:]
