"""What Dagster learns of runs whose process is gone, and of a code server that does not answer."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.launcher import LaunchRunContext, WorkerStatus

from pipelines.code_server import FORKS
from pipelines.run_launcher import ForkedRunLauncher
from resources.errors import Unavailable


@dg.job
def nothing() -> None:
    pass


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    # Deeper than the address of a socket may be long.
    folder = tmp_path / ("d" * 200)
    folder.mkdir()
    with dg.DagsterInstance.local_temp(str(folder)) as instance:
        yield instance


@pytest.fixture
def launcher(instance: dg.DagsterInstance) -> ForkedRunLauncher:
    launcher = ForkedRunLauncher()
    launcher.register_instance(instance)
    return launcher


@contextmanager
def code_server(
    instance: dg.DagsterInstance, answer: bytes, late: float = 0
) -> Iterator[list[str]]:
    """Says `answer` to the first who connects; listens after so many seconds. What it was sent."""
    sent: list[str] = []

    def serve() -> None:
        time.sleep(late)
        folder = os.open(instance.root_directory, os.O_PATH)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(f"/proc/self/fd/{folder}/{FORKS}")
            listener.listen()
            with listener.accept()[0] as connection:
                sent.append(connection.recv(99).decode())
                if answer:
                    connection.send(answer)
        os.close(folder)

    thread = threading.Thread(target=serve)
    thread.start()
    yield sent
    thread.join()


def _ended(instance: dg.DagsterInstance) -> dg.DagsterRun:
    return nothing.execute_in_process(instance=instance).dagster_run


def test_a_launch_waits_for_a_code_server_that_starts_again(
    instance: dg.DagsterInstance, launcher: ForkedRunLauncher
) -> None:
    run = _ended(instance)
    with code_server(instance, b".", late=0.5) as sent:
        launcher.launch_run(LaunchRunContext(run, None))
    assert sent == [run.run_id]


def test_a_launch_says_that_nothing_was_forked(
    instance: dg.DagsterInstance, launcher: ForkedRunLauncher
) -> None:
    run = _ended(instance)
    refused = pytest.raises(Unavailable, match="forks no run now")
    with code_server(instance, b"", late=0.5), refused:
        launcher.launch_run(LaunchRunContext(run, None))


def test_a_run_without_a_process_is_not_healthy(
    instance: dg.DagsterInstance, launcher: ForkedRunLauncher
) -> None:
    health = launcher.check_run_worker_health(_ended(instance))
    assert (health.status, health.msg) == (WorkerStatus.FAILED, "its process is gone")


def test_one_whose_process_is_gone_is_canceled_at_once(
    instance: dg.DagsterInstance, launcher: ForkedRunLauncher
) -> None:
    run = instance.create_run_for_job(nothing, status=dg.DagsterRunStatus.STARTED)
    assert launcher.terminate(run.run_id)
    [over] = instance.get_runs(dg.RunsFilter([run.run_id]))
    assert over.status is dg.DagsterRunStatus.CANCELED


def test_what_has_ended_is_not_ended_again(
    instance: dg.DagsterInstance, launcher: ForkedRunLauncher
) -> None:
    assert not launcher.terminate(_ended(instance).run_id)
    assert not launcher.terminate("unknown")
