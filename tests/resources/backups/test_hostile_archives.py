"""What an archive may not be, and may not hold."""

import hashlib
import lzma
import random
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from resources import backups
from resources.backups import manifest
from resources.errors import InvalidInput, StoreUnavailable
from tests.resources.backups.conftest import Home
from tests.resources.backups.forged import Forger, made, packed, refusal


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


_EVIL = "AFTER INSERT ON commits BEGIN DELETE FROM api_keys; END"


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        (f"CREATE TRIGGER evil {_EVIL}", "what no ledger of Headwater has: evil"),
        # A name that looks like what SQLite itself makes.
        (f"CREATE TRIGGER sqlite0statistics {_EVIL}", "sqlite0statistics"),
        (
            'CREATE TRIGGER "sqlite-stat" AFTER INSERT ON api_keys BEGIN'
            " UPDATE api_keys SET scopes = 'admin'; END",
            "sqlite-stat",
        ),
        ("CREATE VIEW evil AS SELECT hash FROM api_keys", "evil"),
        ("ALTER TABLE latest_prices DROP COLUMN quote", "no latest_prices.quote"),
        ("ALTER TABLE audit_log RENAME COLUMN path TO way", "audit_log.way"),
        ("ALTER TABLE audit_log ADD COLUMN more TEXT", "audit_log.more"),
        ("DROP INDEX audit_log_by_time", "no audit_log_by_time"),
    ],
    ids=[
        "trigger",
        "hidden trigger",
        "dashed trigger",
        "view",
        "dropped",
        "renamed",
        "more",
        "index",
    ],
)
def test_a_ledger_of_another_shape_is_refused(
    home: Home, tmp_path: Path, statement: str, named: str
) -> None:
    def change(connection: sqlite3.Connection) -> None:
        connection.execute(statement)

    assert named in refusal(home, _with_ledger(home, tmp_path, change))


_AS_TEXT = ["PRAGMA writable_schema = ON"]
_REPLACE = "UPDATE sqlite_master SET sql = replace(sql, '{}', '{}') WHERE name = '{}'"


@pytest.mark.parametrize(
    ("name", "statements"),
    [
        ("logs_by_time", ["DROP INDEX {0}", "CREATE UNIQUE INDEX {0} ON logs (at)"]),
        ("news_text", ["DROP TABLE {0}", "CREATE VIRTUAL TABLE {0} USING fts5(title, summary)"]),
        (
            "sqlite_autoindex_api_keys_2",
            [*_AS_TEXT, _REPLACE.format("(hash)", "(name)", "api_keys")],
        ),
        ("audit_log", [*_AS_TEXT, _REPLACE.format("AUTOINCREMENT", "", "audit_log")]),
    ],
)
def test_a_ledger_whose_parts_are_others_under_our_names_is_refused(
    home: Home, tmp_path: Path, name: str, statements: list[str]
) -> None:
    def change(connection: sqlite3.Connection) -> None:
        for statement in statements:
            connection.execute(statement.format(name))

    assert name in refusal(home, _with_ledger(home, tmp_path, change))


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
