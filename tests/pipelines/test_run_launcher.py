"""What Dagster learns of runs whose process is gone, and of a code server that is."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.launcher import LaunchRunContext, WorkerStatus

from pipelines.run_launcher import ForkedRunLauncher
from resources.errors import Unavailable


@dg.job
def nothing() -> None:
    pass


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        yield instance


@pytest.fixture
def launcher(instance: dg.DagsterInstance) -> ForkedRunLauncher:
    launcher = ForkedRunLauncher()
    launcher.register_instance(instance)
    return launcher


def _ended(instance: dg.DagsterInstance) -> dg.DagsterRun:
    return nothing.execute_in_process(instance=instance).dagster_run


def test_a_launch_says_that_the_code_server_is_gone(
    instance: dg.DagsterInstance, launcher: ForkedRunLauncher
) -> None:
    run = _ended(instance)
    with pytest.raises(Unavailable, match="the code server forks no run now"):
        launcher.launch_run(LaunchRunContext(run, None))


def test_a_run_without_a_process_is_not_healthy(
    instance: dg.DagsterInstance, launcher: ForkedRunLauncher
) -> None:
    health = launcher.check_run_worker_health(_ended(instance))
    assert (health.status, health.msg) == (WorkerStatus.FAILED, "its process is gone")


def test_what_has_ended_is_not_ended_again(
    instance: dg.DagsterInstance, launcher: ForkedRunLauncher
) -> None:
    assert not launcher.terminate(_ended(instance).run_id)
    assert not launcher.terminate("unknown")
