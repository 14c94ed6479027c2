"""Whose home a command works in."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.home import own_home
from resources.ledger import Ledger, keys
from resources.settings import Settings


def stored(folder: Path, mode: str) -> Settings:
    """A home of a mode below a working folder, with one key named after it."""
    settings = Settings(home=folder / ".headwater" / mode, providers=mode)
    ledger = Ledger(settings.ledger_url)
    ledger.migrate()
    keys.create(ledger, f"of {mode}", ("admin",))
    ledger.close()
    return settings


def listed(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipelines.cli", "keys", "list", *more]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("mode", ["sandbox", "live"])
def test_a_command_is_about_the_home_that_there_is(tmp_path: Path, mode: str) -> None:
    stored(tmp_path, mode)
    assert f"of {mode}" in listed(tmp_path).stdout
    assert not [one.name for one in (tmp_path / ".headwater").iterdir() if one.name != mode]


def test_of_two_homes_it_is_about_the_one_that_runs_or_is_named(tmp_path: Path) -> None:
    stored(tmp_path, "sandbox")
    live = stored(tmp_path, "live")
    refused = listed(tmp_path)
    assert refused.returncode == 1
    assert "choose by --providers" in refused.stderr
    assert "of live" in listed(tmp_path, "--providers", "live").stdout
    with own_home(live, dagster_port=1):
        assert "of live" in listed(tmp_path).stdout
