"""What Dagster asks to start a run, to end it and whether it goes on."""

import os
import signal
import socket
import time
from collections.abc import Mapping
from pathlib import Path
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
from dagster._serdes import ConfigurableClass, ConfigurableClassData

from pipelines.code_server import FORKS
from resources.errors import Unavailable
from resources.processes import process_of

# Seconds for which a code server that starts again is waited for.
_PATIENCE = 30.0
_PAUSE = 0.2


class ForkedRunLauncher(RunLauncher[dg.DagsterInstance], ConfigurableClass):
    """Each run is a fork of the program of the code server (`pipelines/code_server.py`), and its
    process is named after it."""

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data
        super().__init__()  # type: ignore[no-untyped-call]  # Dagster's own

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        return self._inst_data

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        return {}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData, config_value: Mapping[str, object]
    ) -> Self:
        return cls(inst_data, **config_value)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Raises Unavailable where the program does not answer."""
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                return self._ask(context.dagster_run.run_id)
            except OSError as error:
                absent = isinstance(error, FileNotFoundError | ConnectionRefusedError)
                if not absent or time.monotonic() > until:
                    raise Unavailable(f"the code server forks no run now ({error})") from error
            time.sleep(_PAUSE)

    def _ask(self, run_id: str) -> None:
        folder = os.open(self._instance.root_directory, os.O_PATH)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
                connection.settimeout(_PATIENCE)
                # An address has 108 bytes at most, however long the path is.
                connection.connect(f"/proc/self/fd/{folder}/{FORKS}")
                connection.send(run_id.encode())
                if connection.recv(1) != b".":
                    raise ConnectionAbortedError("it did not answer")
        finally:
            os.close(folder)

    def terminate(self, run_id: str) -> bool:
        """Interrupt it, or end it where its process is gone; False where it had ended already."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        self._instance.report_run_canceling(run)
        process = self._process(run_id)
        if process is None:
            self._instance.report_run_canceled(run, "its process is gone")
            return True
        try:
            process.send_signal(signal.SIGINT)
        except psutil.NoSuchProcess:
            return False
        return True

    @property
    def supports_check_run_worker_health(self) -> bool:
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Whether its process is there."""
        if self._process(run.run_id) is None:
            return CheckRunHealthResult(WorkerStatus.FAILED, "its process is gone")
        return CheckRunHealthResult(WorkerStatus.RUNNING)

    def _process(self, run_id: str) -> psutil.Process | None:
        return process_of(run_id, Path(self._instance.root_directory).parent)
