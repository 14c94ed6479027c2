"""`headwater backup`, as it is typed; the backup of a stop; a restore that a start finishes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.home import own_home
from pipelines.last_backup import last_backup
from resources import backups
from resources.backups import exchange
from resources.lake import Lake
from resources.ledger import Ledger
from resources.schemas import PRICES
from resources.settings import Settings
from tests.resources.maintenance.frames import DAY, prices

Typed = Callable[..., str]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    made = Settings(home=tmp_path / "home")
    monkeypatch.setenv("HEADWATER_HOME", str(made.home_dir))
    with own_home(made):
        ledger = Ledger(made.ledger_url)
        ledger.migrate()
        ledger.close()
        Lake(made.lake_url).merge(PRICES, prices([DAY]))
    return made


@pytest.fixture
def typed(settings: Settings, capsys: pytest.CaptureFixture[str]) -> Typed:
    assert settings.home_dir.is_dir()

    def run(*arguments: str) -> str:
        capsys.readouterr()
        main(["backup", *arguments])
        return capsys.readouterr().out

    return run


def stored(settings: Settings) -> int:
    return Lake(settings.lake_url).scan(PRICES, {}).collect().height


def more(settings: Settings) -> None:
    Lake(settings.lake_url).merge(PRICES, prices([DAY.replace(hour=1)]))


def test_a_backup_is_made_listed_verified_restored_and_deleted(
    settings: Settings, typed: Typed
) -> None:
    backup_id = typed("create").split()[0]
    assert "archive" in typed("list")
    assert typed("verify", backup_id) == f"{backup_id} is whole\n"
    more(settings)
    said = typed("restore", backup_id, "--yes")
    assert f"the backup {backup_id} is in place" in said
    assert stored(settings) == 1
    (replaced,) = (settings.home_dir / "replaced").iterdir()
    assert str(replaced) in said
    typed("delete", backup_id)
    assert "there is no backup" in typed("list")


def test_references_and_a_file_from_elsewhere_can_be_restored(
    settings: Settings, typed: Typed, tmp_path: Path
) -> None:
    backup_id = typed("create", "--references").split()[0]
    assert (settings.backup_dir / backup_id).is_dir()
    more(settings)
    typed("restore", backup_id, "--yes")
    assert stored(settings) == 1
    typed("delete", backup_id)
    archive = Path(typed("create").split()[-1])
    moved = archive.rename(tmp_path / "kept elsewhere.tar")
    more(settings)
    typed("restore", str(moved), "--yes")
    assert stored(settings) == 1


def test_nobody_restores_unasked_nor_what_is_damaged(settings: Settings, typed: Typed) -> None:
    archive = Path(typed("create").split()[-1])
    more(settings)
    with pytest.raises(SystemExit, match="--yes"):
        typed("restore", archive.stem)
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 4
    archive.write_bytes(data)
    with pytest.raises(SystemExit, match="damaged"):
        typed("restore", archive.stem, "--yes")
    with pytest.raises(SystemExit, match="is not whole"):
        typed("verify", archive.stem)
    with pytest.raises(SystemExit, match="neither a file nor a backup"):
        typed("restore", "20200101T000000Z", "--yes")
    assert stored(settings) == 2
    assert not (settings.home_dir / "replaced").exists()


def test_while_headwater_runs_nothing_is_restored(settings: Settings, typed: Typed) -> None:
    backup_id = typed("create").split()[0]
    with own_home(settings), pytest.raises(SystemExit, match="already running"):
        typed("restore", backup_id, "--yes")


def test_a_ledger_that_lies_elsewhere_is_put_back_by_hand(
    typed: Typed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    backup_id = typed("create").split()[0]
    monkeypatch.setenv("HEADWATER_DATABASE_URL", f"sqlite:///{tmp_path / 'other.db'}")
    with pytest.raises(SystemExit, match="by hand"):
        typed("restore", backup_id, "--yes")


def test_the_commands_make_no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "none"))
    for arguments in (["list"], ["create"], ["verify", "x"], ["delete", "x"]):
        with pytest.raises(SystemExit, match="there is no home"):
            main(["backup", *arguments])
    assert list(tmp_path.iterdir()) == []


class Killed(BaseException):
    """What no code of ours catches."""


def _at(step: str) -> Callable[[str], None]:
    def told(name: str) -> None:
        if name == step:
            raise Killed

    return told


@pytest.mark.parametrize("step", ["put the lake aside", "lake", "ledger", "done"])
def test_the_next_start_finishes_what_was_killed(
    settings: Settings, typed: Typed, step: str
) -> None:
    backup_id = typed("create").split()[0]
    more(settings)
    source = backups.path_of(settings.backup_dir, backup_id)
    backups.lay_ready(settings.home_dir, source, mode="sandbox")
    with pytest.raises(Killed):
        exchange.put_in_place(settings.home_dir, _at(step))
    with own_home(settings):
        assert stored(settings) == 1
    assert not (settings.home_dir / "ready").exists()


def test_what_lay_ready_and_was_damaged_is_given_up_and_the_start_goes_on(
    settings: Settings, typed: Typed, capsys: pytest.CaptureFixture[str]
) -> None:
    backup_id = typed("create").split()[0]
    more(settings)
    source = backups.path_of(settings.backup_dir, backup_id)
    backups.lay_ready(settings.home_dir, source, mode="sandbox")
    ledger = settings.home_dir / "ready" / "ledger.db"
    ledger.write_bytes(ledger.read_bytes()[:5_000])
    with own_home(settings):
        assert stored(settings) == 2
    assert "the restore was given up" in capsys.readouterr().out
    assert not (settings.home_dir / "ready").exists()


def test_a_last_backup_says_where_it_lies_and_only_the_newest_stay(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    last_backup(settings)
    said = capsys.readouterr().out
    (made,) = backups.read_all(settings.backup_dir)
    assert made.manifest is not None
    assert made.manifest.origin == "shutdown"
    assert str(made.path) in said


def test_a_last_backup_takes_no_longer_than_it_may(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    last_backup(settings, seconds=0.01)
    assert "was not made in" in capsys.readouterr().out


def test_the_manifest_of_a_backup_is_json_for_everybody(settings: Settings, typed: Typed) -> None:
    backup_id = typed("create", "--references").split()[0]
    text = (settings.backup_dir / backup_id / "manifest.json").read_text()
    assert json.loads(text)["tables"][0]["name"] == "prices"
