"""Logs of processes are cut while these go on writing."""

import gzip
from pathlib import Path

from resources.maintenance.log_files import rotate


def read(path: Path) -> str:
    return gzip.decompress(path.read_bytes()).decode()


def test_a_large_log_is_put_aside_and_its_process_goes_on(tmp_path: Path) -> None:
    large, small = tmp_path / "daemon.log", tmp_path / "api.log"
    small.write_text("few")
    with large.open("ab") as process:
        process.write(b"x" * 2_000)
        process.flush()
        assert rotate(tmp_path, 1_000, 3) == 1
        process.write(b"after")
    assert large.read_bytes() == b"after"
    assert read(tmp_path / "daemon.log.1.gz") == "x" * 2_000
    assert small.read_text() == "few"
    assert rotate(tmp_path, 1_000, 3) == 0


def test_as_many_are_kept_as_may_be_the_newest_first(tmp_path: Path) -> None:
    log = tmp_path / "daemon.log"
    for text in ("first", "second", "third", "fourth"):
        log.write_text(text * 400)
        rotate(tmp_path, 1_000, 3)
    found = {path.name: read(path)[:6] for path in tmp_path.glob("*.gz")}
    assert found == {
        "daemon.log.1.gz": "fourth",
        "daemon.log.2.gz": "thirdt",
        "daemon.log.3.gz": "second",
    }
    assert {path.name for path in tmp_path.iterdir()} == {"daemon.log", *found}


def test_one_that_is_kept_makes_room_for_the_next(tmp_path: Path) -> None:
    log = tmp_path / "daemon.log"
    for text in ("first", "second"):
        log.write_text(text * 400)
        rotate(tmp_path, 1_000, 1)
    assert {path.name for path in tmp_path.iterdir()} == {"daemon.log", "daemon.log.1.gz"}
    assert read(tmp_path / "daemon.log.1.gz") == "second" * 400


def test_without_a_folder_there_is_nothing_to_do(tmp_path: Path) -> None:
    assert rotate(tmp_path / "none", 1_000, 3) == 0
