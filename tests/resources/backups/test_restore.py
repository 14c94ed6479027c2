"""A restore puts back what a backup holds, or changes nothing; killed at any step it is finished."""

import hashlib
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

import resources.ledger
from resources import backups
from resources.backups import exchange
from resources.errors import Conflict, InvalidInput, NoRoom, NotFound, StoreUnavailable
from resources.lake import Lake
from resources.ledger import Ledger, commits, keys
from resources.schemas import PRICES
from tests.resources.backups.conftest import Home

MIGRATIONS = Path(resources.ledger.__file__).with_name("migrations")
STEPS = ("carry", "put the lake aside", "lake", "keep the ledger", "ledger", "done")


class Killed(BaseException):
    """What no code of ours catches."""


def prices_in(home: Home) -> int:
    return Lake(str(home.path / "lake")).scan(PRICES, {}).collect().height


def whole_state(home: Home) -> dict[str, bytes]:
    """Every file of the live state; the ledger as what it holds."""
    files = {str(one): one.read_bytes() for one in (home.path / "lake").rglob("*") if one.is_file()}
    with closing(sqlite3.connect(home.path / "ledger.db")) as connection:
        return {**files, "ledger": "\n".join(connection.iterdump()).encode()}


def restore(home: Home, path: Path) -> backups.Exchanged:
    backups.lay_ready(home.path, path, mode="sandbox")
    home.ledger.close()
    done = backups.put_in_place(home.path)
    assert done is not None
    return done


def backed_up(home: Home, *, whole: bool = True) -> Path:
    return backups.path_of(home.folder, home.back_up("command line", whole=whole).id)


@pytest.mark.parametrize("whole", [True, False], ids=["archive", "references"])
def test_a_restore_puts_back_both_stores_and_keeps_what_was_there(home: Home, whole: bool) -> None:
    path = backed_up(home, whole=whole)
    for _ in range(3):
        home.store_price()
    done = restore(home, path)
    assert prices_in(home) == 1
    old = Lake(str(done.replaced / "lake"))
    assert old.scan(PRICES, {}).collect().height == 4
    replaced = Ledger(f"sqlite:///{done.replaced / 'ledger.db'}")
    assert commits.newest_seq(replaced) == 4
    replaced.close()
    assert not backups.waits(home.path)
    assert {one.name for one in home.path.iterdir()} == {
        "backups", "lake", "ledger.db", "replaced"
    }  # fmt: skip


def test_the_numbers_of_commits_never_fall(home: Home) -> None:
    path = backed_up(home)
    for _ in range(5):
        home.store_price()
    before = commits.newest_seq(home.ledger)
    restore(home, path)
    assert commits.newest_seq(home.ledger) == before + 1
    replace(home, lake=Lake(home.lake.url)).store_price()
    assert commits.newest_seq(home.ledger) == before + 2


def test_a_key_that_was_revoked_stays_revoked_and_a_new_one_holds(home: Home) -> None:
    revoked = keys.create(home.ledger, "leaked", ("admin",))
    path = backed_up(home)
    keys.revoke_named(home.ledger, "leaked")
    new = keys.create(home.ledger, "new", ("read",))
    assert restore(home, path).carried
    assert keys.find(home.ledger, revoked) is None
    assert keys.find(home.ledger, new) is not None


def test_an_older_schema_is_brought_up_to_date_in_the_copy(home: Home, tmp_path: Path) -> None:
    older = Ledger(f"sqlite:///{tmp_path / 'older.db'}")
    migrated(older, "0008")
    secret = key_of_then(older)
    path = backed_up(replace(home, ledger=older))
    older.close()
    (tmp_path / "new").mkdir()
    backups.lay_ready(tmp_path / "new", path, mode="sandbox")
    assert backups.put_in_place(tmp_path / "new") is not None
    restored = Ledger(f"sqlite:///{tmp_path / 'new' / 'ledger.db'}")
    with restored.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM diagnoses").scalar() == 0
    assert keys.find(restored, secret) is not None
    restored.close()


def test_what_is_replaced_may_have_an_older_schema(home: Home, tmp_path: Path) -> None:
    path = backed_up(home)
    (tmp_path / "old").mkdir()
    older = Ledger(f"sqlite:///{tmp_path / 'old' / 'ledger.db'}")
    migrated(older, "0008")
    secret = key_of_then(older)
    older.close()
    backups.lay_ready(tmp_path / "old", path, mode="sandbox")
    done = backups.put_in_place(tmp_path / "old")
    assert done is not None
    assert done.carried
    assert keys.find(older, secret) is not None
    older.close()


def test_a_damaged_ledger_and_a_lost_lake_are_no_reason_not_to_restore(home: Home) -> None:
    path = backed_up(home)
    backups.lay_ready(home.path, path, mode="sandbox")
    home.ledger.close()
    (home.path / "ledger.db").write_bytes(b"no database at all, for some reason" * 999)
    shutil.rmtree(home.path / "lake")
    done = backups.put_in_place(home.path)
    assert done is not None
    assert not done.carried
    assert prices_in(home) == 1
    assert commits.newest_seq(home.ledger) == 2


def test_a_new_home_takes_a_backup(home: Home, tmp_path: Path) -> None:
    path = backed_up(home)
    new = tmp_path / "new"
    new.mkdir()
    backups.lay_ready(new, path, mode="sandbox")
    done = backups.put_in_place(new)
    assert done is not None
    assert done.carried
    assert Lake(str(new / "lake")).scan(PRICES, {}).collect().height == 1


@pytest.mark.parametrize("killed_at", STEPS)
@pytest.mark.parametrize("again_at", [None, *STEPS])
def test_killed_at_any_step_the_next_start_finishes(
    home: Home, killed_at: str, again_at: str | None
) -> None:
    path = backed_up(home)
    for _ in range(2):
        home.store_price()
    secret = keys.create(home.ledger, "new", ("read",))
    newest = commits.newest_seq(home.ledger)
    backups.lay_ready(home.path, path, mode="sandbox")
    home.ledger.close()
    for at in (killed_at, again_at):
        try:
            exchange.put_in_place(home.path, _kill_at(at))
        except Killed:
            assert backups.waits(home.path)
            # As a start does, before it asks for what waits.
            (home.path / "lake").mkdir(exist_ok=True)
    done = backups.put_in_place(home.path)
    assert done is None or done.carried
    assert prices_in(home) == 1
    assert commits.newest_seq(home.ledger) > newest
    assert keys.find(home.ledger, secret) is not None
    (old,) = (home.path / "replaced").iterdir()
    assert Lake(str(old / "lake")).scan(PRICES, {}).collect().height == 3
    assert not (home.path / "ready").exists()
    for name in ("ledger.db", "lake"):
        assert (old / name).exists()


def test_killed_while_it_is_laid_ready_nothing_is_restored(home: Home) -> None:
    path = backed_up(home)
    home.store_price()
    (home.path / ".laying").mkdir()
    (home.path / ".laying" / "ledger.db").write_bytes(b"half")
    assert backups.put_in_place(home.path) is None
    assert prices_in(home) == 2
    assert not (home.path / ".laying").exists()
    restore(home, path)
    assert prices_in(home) == 1


def test_while_somebody_has_the_ledger_open_nothing_is_exchanged(home: Home) -> None:
    path = backed_up(home)
    home.store_price()
    backups.lay_ready(home.path, path, mode="sandbox")
    with pytest.raises(Conflict, match="is in use"):
        backups.put_in_place(home.path)
    assert prices_in(home) == 2
    backups.give_up(home.path)
    assert backups.put_in_place(home.path) is None


def test_what_was_damaged_while_it_lay_ready_is_not_put_in_place(home: Home) -> None:
    path = backed_up(home)
    before = whole_state(home)
    backups.lay_ready(home.path, path, mode="sandbox")
    home.ledger.close()
    file = next((home.path / "ready" / "lake").rglob("part-*"))
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(StoreUnavailable, match="damaged"):
        backups.put_in_place(home.path)
    assert whole_state(home) == before


def test_what_cannot_be_restored_is_said_and_changes_nothing(home: Home) -> None:
    path = backed_up(home)
    before = whole_state(home)
    with pytest.raises(InvalidInput, match="holds sandbox data"):
        backups.lay_ready(home.path, path, mode="live")
    with pytest.raises(NotFound):
        backups.lay_ready(home.path, home.folder / "none.tar", mode="sandbox")
    backups.lay_ready(home.path, path, mode="sandbox")
    with pytest.raises(Conflict, match="waits already"):
        backups.lay_ready(home.path, path, mode="sandbox")
    assert whole_state(home) == before


def test_of_a_later_schema_nothing_is_restored(home: Home) -> None:
    with home.ledger.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreUnavailable, match="of a later version of Headwater"):
        home.back_up()


def test_what_does_not_fit_is_not_begun(home: Home, small_disk: Path) -> None:
    path = backed_up(home)
    (small_disk / "home").mkdir()
    with pytest.raises(NoRoom):
        backups.lay_ready(small_disk / "home", path, mode="sandbox")
    assert list((small_disk / "home").iterdir()) == []


def test_what_was_replaced_is_kept_for_a_day(home: Home) -> None:
    done = restore(home, backed_up(home))
    assert backups.forget_replaced(home.path) == []
    _age(done.replaced, 90_000)
    assert backups.forget_replaced(home.path) == [done.replaced]
    assert not done.replaced.exists()


def _age(path: Path, seconds: int) -> None:
    os.utime(path, (time.time() - seconds,) * 2)


def _kill_at(step: str | None) -> Callable[[str], None]:
    def told(name: str) -> None:
        if name == step:
            raise Killed

    return told


def migrated(ledger: Ledger, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with ledger.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def key_of_then(ledger: Ledger) -> str:
    """A key as the schema 0008 stores it."""
    secret = f"hw_{'a' * 43}"
    hashed = hashlib.sha256(secret.encode()).hexdigest()
    with ledger.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO api_keys (id, name, hash, scopes, tier, created_at)"
            " VALUES ('1', 'old', ?, 'read', 'free', 1)",
            (hashed,),
        )
    return secret
