"""Servers as processes of their own: started, waited for, watched, ended."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from pipelines.processes import free_port

_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its base address and its process."""

    url: str
    process: psutil.Process

    def cpu(self) -> float:
        """CPU seconds until now, user and system, those of its children included."""
        return sum(_cpu(one) for one in self._all())

    def memory(self) -> float:
        """Resident MB, those of its children included."""
        return sum(_memory(one) for one in self._all())

    def _all(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


@contextmanager
def serving(
    command: Sequence[str], port: int, path: str, more: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """A server that is ready once it answers `path` at all; `more` is added to its environment."""
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile("w+") as told:
        environment = {**os.environ, **(more or {})}
        process = subprocess.Popen(command, env=environment, stdout=told, stderr=told)
        try:
            if not _answers(process, url + path):
                told.seek(0)
                raise SystemExit(f"{command[0]} did not come up: {told.read()[-2000:]}")
            yield Server(url, psutil.Process(process.pid))
        finally:
            process.terminate()
            process.wait()


@contextmanager
def api(home: Path, **settings: object) -> Iterator[Server]:
    """`python -m api`, as its users run it, over a home folder."""
    port = free_port()
    given = {"HOME": home, "PORT": port, "DAGSTER_PORT": free_port(), **settings}
    more = {f"HEADWATER_{name.upper()}": str(value) for name, value in given.items()}
    with serving([sys.executable, "-m", "api"], port, "/livez", more) as server:
        yield server


def _answers(process: "subprocess.Popen[bytes]", url: str) -> bool:
    until = time.monotonic() + _PATIENCE
    with httpx.Client(trust_env=False, timeout=_PATIENCE) as client:
        while time.monotonic() < until and process.poll() is None:
            with suppress(httpx.TransportError):
                client.get(url)
                return True
            time.sleep(0.1)
    return False


def _cpu(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0


def _memory(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        return float(process.memory_info().rss) / 2**20
    return 0.0
