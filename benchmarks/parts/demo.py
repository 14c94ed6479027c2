"""The whole platform on the sandbox, as `headwater demo` starts it: all feeds, all services."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from pipelines.processes import free_port
from resources.ledger import Ledger, keys
from resources.processes import is_run, marked
from resources.redaction import redacted

_START_SECONDS = 600
_STOP_SECONDS = 60
_READY = "The first runs have ended"
# What the command line of a process holds, and what it is then called; the first that fits.
_KINDS = {
    "pipelines.cli": "supervisor",
    "dagster._daemon": "daemon",
    "dagster_webserver": "webserver",
    "compute_logs": "runs",
    "watch_orphans": "runs",
    "pipelines.code_server": "code server",
    "-m sandbox": "sandbox",
    "-m api": "api",
}


@dataclass(frozen=True, slots=True)
class Usage:
    """Of all processes by kind: memory in MB, shared pages divided among those that share them;
    and CPU seconds, those of processes included that have ended since."""

    memory: Mapping[str, float]
    cpu: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Demo:
    home: Path
    url: str
    supervisor: psutil.Process

    def keys(self, count: int, *scopes: str) -> list[str]:
        """So many keys of the tier pro."""
        ledger = Ledger(f"sqlite:///{self.home / 'ledger.db'}")
        made = [keys.create(ledger, f"user {n}", scopes, "pro") for n in range(count)]
        ledger.close()
        return made

    def usage(self) -> Usage:
        memory, cpu = defaultdict[str, float](float), defaultdict[str, float](float)
        for process in (self.supervisor, *marked(self.home)):
            with suppress(psutil.Error):
                kind, times = _kind(process), process.cpu_times()
                memory[kind] += process.memory_full_info().pss / 2**20
                own = times.user + times.system
                cpu[kind] += own + times.children_user + times.children_system
        return Usage(memory, cpu)


@contextmanager
def running(assets: int, since: str) -> Iterator[Demo]:
    """Started, with the first collection done, of so many assets; in a folder that is deleted at
    the end."""
    port, dagster_port, sandbox_port = (free_port() for _ in range(3))
    with tempfile.TemporaryDirectory() as folder:
        home, told = Path(folder) / "home", Path(folder) / "told.txt"
        given = {
            "HEADWATER_HOME": str(home),
            "HEADWATER_PORT": str(port),
            "HEADWATER_DAGSTER_PORT": str(dagster_port),
            "HEADWATER_SANDBOX_PORT": str(sandbox_port),
            "HEADWATER_TOP_N_CRYPTOS": str(assets),
            "HEADWATER_COLLECTION_START_DATE": since,
        }
        command = [sys.executable, "-m", "pipelines.cli", "demo"]
        with told.open("wb") as output:
            process = subprocess.Popen(
                command, env={**os.environ, **given}, stdout=output, stderr=subprocess.STDOUT
            )
        try:
            _wait(process, told)
            yield Demo(home, f"http://127.0.0.1:{port}", psutil.Process(process.pid))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(_STOP_SECONDS)


def _wait(process: "subprocess.Popen[bytes]", told: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while _READY not in (said := told.read_text()):
        if process.poll() is not None or time.monotonic() > until:
            raise SystemExit(f"the demo did not start: {redacted(said)[-2000:]}")
        time.sleep(0.5)


def _kind(process: psutil.Process) -> str:
    if is_run(process):
        return "runs"
    command = " ".join(process.cmdline())
    return next((kind for part, kind in _KINDS.items() if part in command), "other")
