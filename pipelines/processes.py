"""Child processes: started each in a group of its own, watched, and ended for good."""

import random
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from resources import log_lines
from resources.errors import StartRefused
from resources.processes import marked

# Small frames, stored one batch at a time: more threads of deltalake and polars take 30 MB
# of a run and save neither time nor CPU. The sandbox's frames are smaller still.
RUN_ENVIRONMENT = {"POLARS_MAX_THREADS": "1", "TOKIO_WORKER_THREADS": "1"}
# glibc keeps a heap for each thread, and much of what was freed. This gives it back: the API
# holds 70 MB less under load, at the same CPU.
MEMORY_ENVIRONMENT = {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "131072"}
_BACKOFF = (1.0, 2.0, 4.0, 8.0, 15.0)


@dataclass(slots=True)
class Child:
    """One service: its command, and the process that runs it now."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    restarts: int = 0
    started_at: float = field(default=0.0)
    not_before: float = 0.0

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 (our own commands)
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started_at = time.monotonic()

    def last_words(self) -> str:
        """The last line of its log."""
        lines = self.log.read_text(errors="replace").strip().splitlines()
        last = lines[-1] if lines else "it says nothing"
        return f"{log_lines.message_of(last)} (more in {self.log})"

    def revive(self) -> bool:
        """Start again when it has ended, after a growing pause; True when it was started."""
        if self.process is None or self.process.poll() is None:
            return False
        now = time.monotonic()
        if self.not_before == 0.0:
            long_lived = now - self.started_at > 60
            self.restarts = 0 if long_lived else self.restarts
            self.not_before = now + _BACKOFF[min(self.restarts, len(_BACKOFF) - 1)]
        if now < self.not_before:
            return False
        self.not_before, self.restarts = 0.0, self.restarts + 1
        self.start()
        return True


def end_all(home: Path, grace: float) -> int:
    """End every process of a home: SIGTERM, after `grace` seconds SIGKILL. Returns how many."""
    processes = marked(home)
    _signal(processes, signal.SIGTERM)
    _, alive = psutil.wait_procs(processes, timeout=grace)
    late = {process.pid: process for process in [*alive, *marked(home)]}
    _signal(list(late.values()), signal.SIGKILL)
    psutil.wait_procs(list(late.values()), timeout=2)
    return len(processes)


def _signal(processes: Sequence[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue


def require_free(port: int, host: str, setting: str) -> None:
    """Raises StartRefused that names the setting when a port cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StartRefused(
                f"port {port} on {host} cannot be used ({error.strerror}); "
                f"free it or set {setting} to another"
            ) from error


def free_port() -> int:
    """A port of loopback that nobody uses now.

    Systems hand out none of these themselves (Linux from 32768), so that no connection gets it
    before its server does. Raises StartRefused where a hundred are taken.
    """
    for port in random.sample(range(20_000, 32_768), 100):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise StartRefused("no port of 127.0.0.1 from 20000 to 32767 is free")
