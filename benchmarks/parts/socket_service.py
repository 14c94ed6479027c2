"""The service as users start it, processes beside it, and what its process uses."""

import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection

import httpx
import psutil

from pipelines.processes import free_port
from resources.ledger import Ledger

_SPAWN = multiprocessing.get_context("spawn")
# Nothing but the sockets is measured: nobody is limited.
_UNLIMITED = dict.fromkeys(
    ("HEADWATER_LIMIT_FREE_MINUTE", "HEADWATER_LIMIT_FREE_DAY"), "10000000"
) | dict.fromkeys(("HEADWATER_MAX_SOCKETS", "HEADWATER_MAX_SOCKETS_PER_ADDRESS"), "20000")


@dataclass(frozen=True, slots=True)
class Server:
    """A server under measurement; `url` is that of its ledger, "" for a rival."""

    port: int
    process: psutil.Process
    url: str = ""

    def cpu(self) -> float:
        """Seconds since its start, user and system."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def mb(self) -> float:
        return float(self.process.memory_info().rss) / 2**20

    def evicted(self) -> int:
        stats = httpx.get(f"http://127.0.0.1:{self.port}/ws/stats", trust_env=False, timeout=30)
        return int(stats.raise_for_status().json()["evicted"])


@contextmanager
def beside(target: Callable[[Connection], None]) -> Iterator[tuple[Connection, int]]:
    """A process of its own that is handed one end of a pipe: the other end, and its id."""
    here, there = _SPAWN.Pipe()
    process = _SPAWN.Process(target=target, args=(there,), daemon=True)
    process.start()
    there.close()
    assert process.pid is not None
    try:
        yield here, process.pid
    finally:
        process.terminate()
        process.join()


@contextmanager
def service() -> Iterator[Server]:
    """`python -m api` over a new home."""
    port = free_port()
    with tempfile.TemporaryDirectory() as home:
        url = f"sqlite:///{home}/ledger.db"
        ledger = Ledger(url)
        ledger.migrate()
        ledger.close()
        settings = {
            "HEADWATER_HOME": home,
            "HEADWATER_PORT": str(port),
            "HEADWATER_PROVIDERS": "sandbox",
            "HEADWATER_LOG_LEVEL": "warning",
            **_UNLIMITED,
        }
        process = subprocess.Popen([sys.executable, "-m", "api"], env={**os.environ, **settings})
        try:
            _wait_for(port, process)
            yield Server(port, psutil.Process(process.pid), url)
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"http://127.0.0.1:{port}/livez", trust_env=False)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the service did not start")
