"""What Dagster asks to start a run, to end it and whether it goes on."""

import signal
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Self

import dagster as dg
import psutil
from dagster._config import UserConfigSchema
from dagster._core.launcher import (
    CheckRunHealthResult,
    LaunchRunContext,
    RunLauncher,
    WorkerStatus,
)
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import ConfigurableClass, ConfigurableClassData, serialize_value

from resources.errors import InvalidInput, Unavailable
from resources.processes import process_of

_PATIENCE = 10.0


class ForkedRunLauncher(RunLauncher[dg.DagsterInstance], ConfigurableClass):
    """Each run is a fork of the program of the code server (`pipelines/code_server.py`), which
    listens on `port` of loopback; its process is named after it."""

    def __init__(self, port: int, inst_data: ConfigurableClassData | None = None) -> None:
        self._port = port
        self._inst_data = inst_data
        super().__init__()  # type: ignore[no-untyped-call]  # Dagster's own

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        return self._inst_data

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        return {"port": int}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData, config_value: Mapping[str, int]
    ) -> Self:
        return cls(config_value["port"], inst_data)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Raises Unavailable where the program does not answer."""
        run = context.dagster_run
        if run.job_code_origin is None:
            raise InvalidInput(f"run {run.run_id} does not say where its code is")
        asked = ExecuteRunArgs(run.job_code_origin, run.run_id, self._instance.get_ref())
        try:
            self._ask(f"{run.run_id}\n{serialize_value(asked)}\n")
        except OSError as error:
            raise Unavailable(
                f"the code server forks no run now ({error.strerror or error}); "
                "launch it again in a few seconds"
            ) from error

    def _ask(self, lines: str) -> None:
        with socket.create_connection(("127.0.0.1", self._port), _PATIENCE) as connection:
            connection.sendall(lines.encode())
            if not connection.recv(1):
                raise ConnectionAbortedError("it did not answer")

    def terminate(self, run_id: str) -> bool:
        """Interrupt it; False where it had ended already."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        self._instance.report_run_canceling(run)
        process = process_of(run_id)
        if process is None:
            return False
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGINT)
        return True

    @property
    def supports_check_run_worker_health(self) -> bool:
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Whether its process is there."""
        if process_of(run.run_id) is None:
            return CheckRunHealthResult(WorkerStatus.FAILED, "its process is gone")
        return CheckRunHealthResult(WorkerStatus.RUNNING)
