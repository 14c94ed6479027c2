"""One process works in a home at a time, and others learn which."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.home import own_home, port_of_running
from resources.errors import StartRefused
from resources.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def test_where_nothing_runs_there_is_no_port(settings: Settings) -> None:
    assert port_of_running(settings) is None
    with own_home(settings, 3000):
        pass
    # What stands in the file of one that has ended counts for nothing.
    assert port_of_running(settings) is None


def test_where_headwater_runs_its_port_is_known_and_no_other_begins(settings: Settings) -> None:
    with own_home(settings, 3210):
        assert port_of_running(settings) == 3210
        with pytest.raises(StartRefused, match="already running in"), own_home(settings):
            pass
        assert port_of_running(settings) == 3210


def test_another_collection_in_a_process_of_its_own_is_no_headwater(settings: Settings) -> None:
    with own_home(settings), pytest.raises(StartRefused, match="another collection is going"):
        port_of_running(settings)


def test_no_start_waits_for_dagster_before_it_is_sure() -> None:
    code = "import sys, pipelines.cli, pipelines.collect, pipelines.session\n"
    code += "sys.exit('dagster' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
