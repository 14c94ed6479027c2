"""Logs of processes are cut while these go on writing."""

from pathlib import Path

from resources.maintenance.log_files import rotate


def test_a_large_log_is_put_aside_and_its_process_goes_on(tmp_path: Path) -> None:
    large, small = tmp_path / "daemon.log", tmp_path / "api.log"
    small.write_text("few")
    with large.open("ab") as process:
        process.write(b"x" * 2_000)
        process.flush()
        assert rotate(tmp_path, 1_000) == 1
        process.write(b"after")
    assert large.read_bytes() == b"after"
    assert (tmp_path / "daemon.log.1").read_bytes() == b"x" * 2_000
    assert small.read_text() == "few"
    assert rotate(tmp_path, 1_000) == 0


def test_what_was_put_aside_before_goes(tmp_path: Path) -> None:
    log = tmp_path / "daemon.log"
    for text in ("first" * 400, "second" * 400):
        log.write_text(text)
        rotate(tmp_path, 1_000)
    assert (tmp_path / "daemon.log.1").read_text() == "second" * 400
    assert {path.name for path in tmp_path.iterdir()} == {"daemon.log", "daemon.log.1"}


def test_without_a_folder_there_is_nothing_to_do(tmp_path: Path) -> None:
    assert rotate(tmp_path / "none") == 0
