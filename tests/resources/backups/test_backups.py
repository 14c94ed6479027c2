"""A backup holds what both stores held, whatever happens to them; damage is noticed."""

import fcntl
import lzma
import os
import shutil
import sqlite3
import tarfile
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from resources import backups
from resources.backups import manifest, store
from resources.backups.create import add_file
from resources.errors import Conflict, NoRoom, NotFound, StoreUnavailable
from resources.lake import Lake
from resources.ledger import Ledger, copying
from resources.ledger.snapshots import Answered, Bounds, put
from resources.ledger.tables import METADATA
from resources.schemas import CANDLES, PRICES
from tests.resources.backups.conftest import Home


def restored(home: Home, backup_id: str) -> tuple[Lake, Ledger]:
    """What a backup holds, as stores of their own."""
    path = backups.path_of(home.folder, backup_id)
    if path.is_file():
        into = home.path / f"unpacked-{backup_id}"
        with tarfile.open(path) as archive:
            archive.extractall(into, filter="data")
        path = into
    file = home.path / f"{backup_id}.db"
    with lzma.open(path / "ledger.db.xz") as packed, file.open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    return Lake(str(path / "lake")), Ledger(f"sqlite:///{file}")


@pytest.mark.parametrize("whole", [False, True], ids=["references", "archive"])
def test_a_backup_holds_what_was_stored_when_it_was_made(home: Home, whole: bool) -> None:
    made = home.back_up(whole=whole)
    before = home.lake.scan(PRICES, {}).collect(), home.lake.scan(CANDLES, {}).collect()
    home.store_price()
    lake, ledger = restored(home, made.id)
    assert lake.scan(PRICES, {}).collect().equals(before[0])
    assert lake.scan(CANDLES, {}).collect().equals(before[1])
    with ledger.read() as connection:
        rows = connection.exec_driver_sql("SELECT seq, table_name, version FROM commits").all()
    assert rows == [(1, "prices", 1)]
    ledger.close()
    assert backups.verify(home.folder, made.id) == []
    assert {table.name: table.rows for table in made.tables} == {"prices": 1, "candles": 100}


def test_a_linked_backup_takes_no_room_for_the_lake_and_outlives_its_files(home: Home) -> None:
    made = home.back_up()
    stored = [home.folder / made.id / file.path for file in made.files if "part-" in file.path]
    assert stored
    assert all(file.stat().st_nlink == 2 for file in stored)
    shutil.rmtree(home.path / "lake")
    assert backups.verify(home.folder, made.id) == []


def test_the_ledger_in_a_backup_is_a_whole_one_but_for_what_providers_answered(home: Home) -> None:
    with home.ledger.write() as connection:
        put(connection, home.ledger, Answered("kraken", ok=True, body=b"{}"), 1, Bounds(9, 9))
    made = home.back_up()
    assert made.left_out == ("snapshot_bodies", "snapshots")
    _, ledger = restored(home, made.id)
    schema = "SELECT name, sql FROM sqlite_master ORDER BY name"
    with ledger.read() as copied, home.ledger.read() as live:
        made_of = copied.exec_driver_sql(schema).all()
        assert made_of == live.exec_driver_sql(schema).all()
    assert {name for name, _ in made_of} > set(METADATA.tables)
    ledger.migrate()
    with ledger.write() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM snapshots").scalar() == 0
        # Numbers go on: nothing that was told of is told of again under the same one.
        put(connection, ledger, Answered("kraken", ok=True), 2, Bounds(9, 9))
        assert connection.exec_driver_sql("SELECT id FROM snapshots").scalar() == 2
    ledger.close()


def test_a_backup_while_others_write_has_in_the_lake_all_that_its_ledger_acknowledges(
    home: Home,
) -> None:
    ended = threading.Event()

    def write() -> None:
        while not ended.wait(0.01):
            home.store_price()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = list[backups.Manifest]()
        while len(made) < 3:
            made.append(home.back_up())
            time.sleep(1.1 - time.time() % 0.1)
    finally:
        ended.set()
        writer.join()
    for one in made:
        lake, ledger = restored(home, one.id)
        with ledger.read() as connection:
            acknowledged = connection.exec_driver_sql("SELECT max(version) FROM commits").scalar()
        ledger.close()
        assert lake.version(PRICES) >= (acknowledged or 0) > 0
        assert backups.verify(home.folder, one.id) == []


@pytest.mark.parametrize("name", ["ledger.db.xz", "manifest.json", "part-", "checkpoint"])
def test_a_flipped_bit_is_noticed(home: Home, name: str) -> None:
    made = home.back_up()
    path = next(one for one in (home.folder / made.id).rglob("*") if name in one.name)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.unlink()
    path.write_bytes(data)
    assert backups.verify(home.folder, made.id)


def test_missing_and_strange_files_are_named(home: Home) -> None:
    made = home.back_up()
    path = home.folder / made.id
    next(path.rglob("part-*")).unlink()
    (path / "note.txt").write_text("mine")
    problems = backups.verify(home.folder, made.id)
    assert any("is missing" in problem for problem in problems)
    assert "note.txt does not belong to it" in problems


def test_only_the_newest_scheduled_ones_are_kept(home: Home) -> None:
    made = []
    for origin in ("schedule", "command line", "schedule", "schedule"):
        made.append(home.back_up(origin))
        _next_second()
    assert backups.prune(home.folder, 2, made[3].id) == [made[0].id]
    assert [one.id for one in backups.read_all(home.folder)] == [
        one.id for one in (made[3], made[2], made[1])
    ]
    assert backups.prune(home.folder, 2, made[3].id) == []


def test_a_checksum_is_taken_over_only_for_the_very_same_file(home: Home) -> None:
    first = home.back_up()
    _next_second()
    home.store_price()
    second = home.back_up()
    known = {file.path: file.sha256 for file in first.files}
    again = {file.path: file.sha256 for file in second.files}
    assert {path for path in known if "part-" in path} < set(again)
    assert backups.verify(home.folder, second.id) == []


def test_a_deleted_backup_is_gone_and_an_unknown_one_is_none(home: Home) -> None:
    made = home.back_up()
    backups.delete(home.folder, made.id)
    assert backups.read_all(home.folder) == []
    for name in (made.id, "../lake", "", ".lock"):
        with pytest.raises(NotFound):
            backups.delete(home.folder, name)
        with pytest.raises(NotFound):
            backups.verify(home.folder, name)
    assert home.lake.scan(PRICES, {}).collect().height == 1


def test_a_name_that_tells_no_date_is_no_backup(home: Home) -> None:
    home.folder.mkdir()
    (home.folder / "99999999T999999Z.tar").write_bytes(b"")
    (home.folder / "20260231T000000Z").mkdir()
    assert backups.read_all(home.folder) == []
    assert store.newest_at(home.folder) is None
    made = home.back_up()
    assert store.newest_at(home.folder) == made.made_at // 1_000 * 1_000
    with pytest.raises(NotFound):
        backups.path_of(home.folder, "99999999T999999Z")


def test_of_one_that_fails_or_was_killed_nothing_is_left(home: Home) -> None:
    with pytest.raises(OSError, match="No space"), store.writing(home.folder, "x") as partial:
        fill_up(partial)
    assert [one.name for one in home.folder.iterdir()] == [".lock"]
    killed = home.folder / f"{store.PARTIAL}20260101T000000Z"
    killed.mkdir()
    (killed / "ledger.db").write_bytes(b"half")
    assert backups.read_all(home.folder) == []
    made = home.back_up()
    assert {one.name for one in home.folder.iterdir()} == {".lock", made.id}


def test_two_are_not_made_at_once(home: Home) -> None:
    home.folder.mkdir()
    with (home.folder / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Conflict, match="another backup"):
            home.back_up()


def test_a_manifest_that_cannot_be_read_is_listed_with_the_reason(home: Home) -> None:
    made = home.back_up()
    (home.folder / made.id / manifest.NAME).write_text("{}")
    (listed,) = backups.read_all(home.folder)
    assert listed.manifest is None
    assert "damaged" in (listed.problem or "")
    assert backups.prune(home.folder, 0, made.id) == []


def test_a_full_disk_is_one_sentence_and_no_half_backup(home: Home, small_disk: Path) -> None:
    with pytest.raises(NoRoom, match="must stay free"):
        backups.create(small_disk / "backups", home.lake, home.ledger, mode="sandbox", origin="api")
    assert list(small_disk.iterdir()) == []


def test_a_copy_of_the_ledger_that_does_not_fit_is_clear(home: Home, small_disk: Path) -> None:
    with home.ledger.write() as connection:
        connection.exec_driver_sql("CREATE TABLE large AS SELECT randomblob(5000000) AS body")
    with pytest.raises(StoreUnavailable, match="full"):
        copying.copy(home.ledger, small_disk / "ledger.db", ())


def test_another_file_system_gets_copies(home: Home, small_disk: Path) -> None:
    source = next((home.path / "lake").rglob("part-*"))
    add_file(source, small_disk / source.name)
    assert (small_disk / source.name).read_bytes() == source.read_bytes()
    assert source.stat().st_nlink == 1


def test_nobody_else_may_read_it(home: Home) -> None:
    made = home.back_up()
    assert os.stat(home.folder / made.id).st_mode & 0o077 == 0  # noqa: PTH116 (a mode)


def test_the_copy_of_the_ledger_is_sound_sqlite(home: Home) -> None:
    made = home.back_up()
    _, ledger = restored(home, made.id)
    ledger.close()
    with closing(sqlite3.connect(home.path / f"{made.id}.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def fill_up(partial: Path) -> None:
    (partial / "ledger.db").write_bytes(b"half")
    raise OSError(28, "No space left on device")


def _next_second() -> None:
    """Backups are named after the second."""
    time.sleep(1.01 - time.time() % 1)
