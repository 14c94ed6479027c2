"""What is damaged before a backup is made, or comes from elsewhere, is told and harms nothing."""

import hashlib
import lzma
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from resources import backups
from resources.backups import manifest
from resources.errors import NotFound, StoreUnavailable
from resources.ledger import Ledger
from tests.resources.backups.conftest import Home


def reseal(home: Home, backup_id: str, first: str | None = None, size: int = 0) -> None:
    """Make all checksums fit what the files are now; `first` becomes the path of the first file."""
    path = home.folder / backup_id
    said = msgspec.json.decode((path / manifest.NAME).read_bytes())
    for file in said["files"]:
        data = (path / file["path"]).read_bytes()
        file |= {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    said["files"][0]["path"] = first or said["files"][0]["path"]
    said["ledger_size"] = size or said["ledger_size"]
    text = msgspec.json.encode(said)
    (path / manifest.NAME).write_bytes(text)
    (path / manifest.CHECKSUM).write_text(hashlib.sha256(text).hexdigest())


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def test_of_a_lake_with_a_file_cut_in_half_no_backup_is_made(home: Home) -> None:
    file = next((home.path / "lake" / "candles").rglob("part-*"))
    cut(file)
    with pytest.raises(StoreUnavailable, match=f"{file.name} is damaged"):
        home.back_up()
    assert backups.read_all(home.folder) == []


def test_of_a_lake_with_fewer_rows_than_its_log_tells_no_backup_is_made(home: Home) -> None:
    home.store_price()
    candles = next((home.path / "lake" / "candles").rglob("part-*"))
    price = next((home.path / "lake" / "prices").rglob("part-*"))
    candles.write_bytes(price.read_bytes())
    with pytest.raises(StoreUnavailable, match="has 1 rows of 100 in version"):
        home.back_up()


def test_a_file_that_was_cut_when_the_backup_was_made_is_told(home: Home) -> None:
    made = home.back_up()
    cut(next((home.folder / made.id / "lake" / "candles").rglob("part-*")))
    reseal(home, made.id)
    (problem,) = backups.verify(home.folder, made.id)
    assert problem.startswith("candles cannot be read: ")


def test_an_empty_database_is_no_ledger(home: Home) -> None:
    made = home.back_up()
    empty = home.path / "empty.db"
    with closing(sqlite3.connect(empty)) as connection:
        connection.execute("PRAGMA user_version = 1")
    packed = home.folder / made.id / "ledger.db.xz"
    packed.write_bytes(lzma.compress(empty.read_bytes()))
    reseal(home, made.id, size=empty.stat().st_size)
    (problem,) = backups.verify(home.folder, made.id)
    assert "alembic_version" in problem


def test_of_a_ledger_without_a_version_no_backup_is_made(home: Home) -> None:
    with home.ledger.write() as connection:
        connection.exec_driver_sql("DELETE FROM alembic_version")
    with pytest.raises(StoreUnavailable, match="of no version of Headwater"):
        home.back_up()
    assert backups.read_all(home.folder) == []


@pytest.mark.parametrize("path", ["/etc/passwd", "../secret.key", "lake/../../secret.key"])
def test_a_manifest_that_names_what_lies_outside_is_not_followed(home: Home, path: str) -> None:
    (home.path / "secret.key").write_text("x")
    made = home.back_up()
    reseal(home, made.id, path)
    (problem,) = backups.verify(home.folder, made.id)
    assert problem.endswith(f"names a file outside of the backup: {path}")
    assert [one.problem for one in backups.read_all(home.folder)] == [problem]


def test_a_path_that_no_file_can_have_is_told_and_the_next_backup_is_made(home: Home) -> None:
    ahead = Ledger(home.ledger.url, skew_ms=86_400_000)
    made = replace(home, ledger=ahead).back_up()
    ahead.close()
    reseal(home, made.id, f"lake/candles/{'x' * 5000}")
    assert any("too long" in problem for problem in backups.verify(home.folder, made.id))
    assert backups.verify(home.folder, home.back_up().id) == []


def test_a_manifest_that_is_no_text_is_told(home: Home) -> None:
    made = home.back_up()
    reseal(home, made.id)
    path = home.folder / made.id
    text = (path / manifest.NAME).read_bytes().replace(b'"sandbox"', b'"\xff"')
    (path / manifest.NAME).write_bytes(text)
    (path / manifest.CHECKSUM).write_text(hashlib.sha256(text).hexdigest())
    assert "cannot be read" in backups.verify(home.folder, made.id)[0]


def test_only_a_time_is_an_id(home: Home) -> None:
    made = home.back_up()
    (home.folder / "20260101").mkdir()
    for name in ("x" * 300, "20260101", f"../backups/{made.id}", f"{home.folder}/{made.id}"):
        with pytest.raises(NotFound):
            backups.verify(home.folder, name)
        with pytest.raises(NotFound):
            backups.delete(home.folder, name)
    assert [one.id for one in backups.read_all(home.folder)] == [made.id]


def test_backups_of_a_clock_that_was_ahead_take_nobody_s_place(home: Home) -> None:
    of_later = []
    for years in (5, 6, 7):
        ahead = Ledger(home.ledger.url, skew_ms=years * 31_536_000_000)
        of_later.append(replace(home, ledger=ahead).back_up())
        ahead.close()
    made = home.back_up()
    assert backups.prune(home.folder, 3, made.id) == []
    assert {one.id for one in backups.read_all(home.folder)} == {
        made.id,
        *(one.id for one in of_later),
    }
