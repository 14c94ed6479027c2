"""A start that cannot be says in one sentence what to change."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines import processes
from tests.pipelines.demo import Demo
from tests.ports import free_port

ROOT = Path(__file__).parents[2]


def refused(home: Path, **settings: str) -> str:
    """What a start says before it ends with exit code 1."""
    demo = Demo(home, **settings)
    demo.launch()
    demo.close()
    assert demo.process is not None
    assert demo.process.wait(60) == 1
    *_, last = demo.said().strip().splitlines()
    assert "Traceback" not in demo.said()
    return last


@pytest.mark.parametrize(
    "setting", ["HEADWATER_PORT", "HEADWATER_DAGSTER_PORT", "HEADWATER_SANDBOX_PORT"]
)
def test_a_taken_port_names_its_setting(tmp_path: Path, setting: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = refused(tmp_path / "home", **{setting: str(port)})
    assert f"port {port} on 127.0.0.1 cannot be used" in said
    assert setting in said


def test_ports_that_are_the_same_are_named(tmp_path: Path) -> None:
    port = str(free_port())
    said = refused(tmp_path / "home", HEADWATER_PORT=port, HEADWATER_DAGSTER_PORT=port)
    assert f"the ports must differ: HEADWATER_PORT={port}, HEADWATER_DAGSTER_PORT={port}" in said


def test_a_service_that_cannot_start_says_why(tmp_path: Path) -> None:
    said = refused(tmp_path / "home", HEADWATER_SANDBOX_REPLAY=str(tmp_path / "nowhere"))
    assert "sandbox cannot start" in said
    assert "nowhere" in said


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    said = refused(tmp_path / "home", HEADWATER_HOME=str(blocked / "home"))
    assert f"{blocked / 'home'} cannot be written" in said
    assert "HEADWATER_HOME" in said


def test_sandbox_data_and_real_data_never_share_a_home(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "mode").write_text("live")
    assert "holds live data and this start is sandbox" in refused(tmp_path / "home")


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("HEADWATER_PROT", "1", "HEADWATER_PROT in the environment is no setting"),
        ("HEADWATER_PORT", "many", "HEADWATER_PORT: "),
        ("HEADWATER_COLLECTION_INTERVALS", '["2h"]', "interval '2h' is none of 1m"),
        ("HEADWATER_COLLECTION_START_DATE", "soon", "HEADWATER_COLLECTION_START_DATE"),
        ("HEADWATER_API_KEY_REQUIRED", "maybe", "HEADWATER_API_KEY_REQUIRED"),
    ],
)
def test_a_bad_setting_is_named(tmp_path: Path, setting: str, value: str, words: str) -> None:
    assert words in refused(tmp_path / "home", **{setting: value})


def test_keyless_access_is_refused_beyond_loopback(tmp_path: Path) -> None:
    open_to_all = {"HEADWATER_API_KEY_REQUIRED": "false", "HEADWATER_HOST": "0.0.0.0"}
    said = refused(tmp_path / "home", **open_to_all)
    assert "HEADWATER_API_KEY_REQUIRED=false needs HEADWATER_HOST on loopback" in said


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(folder)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip(f"no tmpfs can be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_without_room_is_named(small_disk: Path) -> None:
    said = refused(small_disk.parent / "home", HEADWATER_HOME=str(small_disk / "home"))
    assert "MB are free" in said
    assert "HEADWATER_HOME" in said


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files that ./dev needs to set up, without an environment."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in ("dev", "pyproject.toml", "requirements.lock", "requirements-uv.lock"):
        shutil.copy(ROOT / name, folder)
    return folder


def dev(checkout: Path, python: str) -> str:
    """What ./dev demo says where `python3` is this shell script."""
    tools = checkout / "bin"
    tools.mkdir()
    (tools / "python3").write_text(f"#!/bin/sh\n{python}\n")
    (tools / "python3").chmod(0o755)
    for name in ("sh", "dirname", "cat", "cksum", "mkdir"):
        (tools / name).symlink_to(str(shutil.which(name)))
    result = subprocess.run(
        ["./dev", "demo"],
        cwd=checkout,
        env={**os.environ, "PATH": str(tools)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    return result.stderr


def test_a_missing_venv_module_names_the_package(checkout: Path) -> None:
    said = dev(checkout, 'case "$*" in *venv*) exit 1 ;; esac')
    assert "python3-venv" in said


def test_an_old_python_is_named(checkout: Path) -> None:
    assert "Python 3.11 or newer is needed" in dev(checkout, "exit 1")


def test_a_free_port_is_below_those_that_linux_hands_out() -> None:
    port = processes.free_port()
    assert 20_000 <= port < 32_768
    with socket.create_server(("127.0.0.1", port)):
        pass
