"""The program that forks runs, as somebody else of the same user may talk to it."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import dagster as dg
import psutil
import pytest

from pipelines import dagster_storage
from pipelines.code_server import FORKS
from resources.processes import MARK, process_of
from resources.settings import Settings, child_environment
from tests.ports import free_port

_SECONDS = 60


@dg.job
def nothing() -> None:
    pass


class CodeServer:
    def __init__(self, home: Path) -> None:
        self.home = home
        settings = Settings(home=home, providers="sandbox")
        self.folder = settings.dagster_home
        self.folder.mkdir()
        dagster_storage.prepare(settings)
        server = ["api", "grpc", "--port", str(free_port()), "-m", "pipelines.definitions"]
        with (home / "log.txt").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pipelines.code_server", str(self.folder), *server],
                env=child_environment(settings, {MARK: str(home)}),
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def wait(self) -> None:
        """Until it takes connections."""
        until = time.monotonic() + _SECONDS
        while not (self.folder / FORKS).exists():
            assert time.monotonic() < until
            time.sleep(0.1)

    def connect(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        connection.settimeout(_SECONDS)
        connection.connect(str(self.folder / FORKS))
        return connection

    def ask(self, sent: bytes) -> bytes:
        """What it answers; empty where it hangs up."""
        with self.connect() as connection:
            connection.send(sent)
            return connection.recv(9)

    def forker(self) -> psutil.Process:
        [forker] = psutil.Process(self.process.pid).children()
        return forker


@pytest.fixture
def server(tmp_path: Path) -> Iterator[CodeServer]:
    server = CodeServer(tmp_path)
    server.wait()
    try:
        yield server
    finally:
        server.process.kill()
        server.process.wait()


def test_what_is_no_run_ends_alone_and_who_says_nothing_keeps_nobody_waiting(
    server: CodeServer,
) -> None:
    with server.connect():
        assert server.ask(b"\xff\xfe") == b""
        # Dagster does not know them: that ends their forks.
        assert server.ask(b"one-run") == b"."
        assert server.ask(b"two-run") == b"."
    assert server.process.poll() is None


def test_nobody_else_may_connect(server: CodeServer) -> None:
    assert (server.folder / FORKS).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("status", "ended"),
    [
        (dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.FAILURE),
        (dg.DagsterRunStatus.CANCELING, dg.DagsterRunStatus.CANCELED),
    ],
)
def test_a_run_that_is_killed_before_it_can_say_so_is_over_at_once(
    server: CodeServer, status: dg.DagsterRunStatus, ended: dg.DagsterRunStatus
) -> None:
    with dg.DagsterInstance.from_config(str(server.folder)) as instance:
        run = instance.create_run_for_job(nothing, status=status)
        assert server.ask(run.run_id.encode()) == b"."
        # Where it is sooner it breaks down by itself: the run does not say where its code is.
        if process := process_of(run.run_id, server.home):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        until = time.monotonic() + _SECONDS
        while not _is_over(instance, run.run_id):
            assert time.monotonic() < until
            time.sleep(0.1)
        [over] = instance.get_runs(dg.RunsFilter([run.run_id]))
        assert over.status is ended


def _is_over(instance: dg.DagsterInstance, run_id: str) -> bool:
    run = instance.get_run_by_id(run_id)
    return run is not None and run.is_finished


def test_the_code_server_ends_with_the_process_that_forks(server: CodeServer) -> None:
    server.forker().kill()
    assert server.process.wait(_SECONDS) == 1


def test_the_process_that_forks_ends_with_the_code_server(server: CodeServer) -> None:
    forker = server.forker()
    server.process.kill()
    server.process.wait()
    psutil.wait_procs([forker], _SECONDS)
    assert not forker.is_running() or forker.status() == psutil.STATUS_ZOMBIE


def test_a_stop_lets_the_code_server_end_in_good_order(server: CodeServer) -> None:
    forker = server.forker()
    # By then it listens to signals.
    while b"Started Dagster code server" not in (server.home / "log.txt").read_bytes():
        assert server.process.poll() is None
        time.sleep(0.1)
    for process in (forker, psutil.Process(server.process.pid)):
        process.send_signal(signal.SIGTERM)
    assert server.process.wait(_SECONDS) == 0
