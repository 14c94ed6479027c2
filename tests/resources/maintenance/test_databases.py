"""Vacuuming gives room back, and leaves alone what it cannot have."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from resources.ledger import Ledger
from resources.maintenance.databases import vacuum
from tests.ledgers import ledger_at


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = ledger_at(tmp_path / "ledger.db")
    with made.write() as connection:
        connection.exec_driver_sql("CREATE TABLE large AS SELECT randomblob(3000000) AS body")
    with made.write() as connection:
        connection.exec_driver_sql("DROP TABLE large")
    yield made
    made.close()


def test_free_pages_are_given_back_while_the_ledger_is_open(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    done = vacuum(path)
    assert done.problem is None
    assert done.after < done.before - 2_900_000
    assert path.with_name("ledger.db-wal").stat().st_size == 0
    ledger.check_writable()
    again = vacuum(path)
    assert (again.before, again.after) == (done.after, done.after)


def test_a_reader_goes_on_with_what_it_sees(ledger: Ledger, tmp_path: Path) -> None:
    with ledger.read() as reader:
        before = reader.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()
        vacuum(tmp_path / "ledger.db")
        assert reader.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar() == before


def test_what_is_no_database_is_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_text("no database" * 100)
    assert "not a database" in (vacuum(path).problem or "")


def test_an_old_file_without_a_log_is_vacuumed_too(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE large AS SELECT randomblob(1000000) AS body")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM large")
    done = vacuum(path)
    assert done.problem is None
    assert done.after < done.before
