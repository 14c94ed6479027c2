"""The program that forks runs, as somebody else on the machine may talk to it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from pipelines.processes import free_port
from resources.processes import MARK

_START_SECONDS = 60
_END_SECONDS = 20


class CodeServer:
    def __init__(self, home: Path) -> None:
        self.port = free_port()
        (home / "dagster").mkdir()
        given = {
            MARK: str(home),
            "HEADWATER_HOME": str(home),
            "HEADWATER_PROVIDERS": "sandbox",
            "DAGSTER_HOME": str(home / "dagster"),
        }
        server = ["api", "grpc", "--port", str(free_port()), "-m", "pipelines.definitions"]
        with (home / "log.txt").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pipelines.code_server", str(self.port), *server],
                env={**os.environ, **given},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def wait(self) -> None:
        """Until it takes connections."""
        until = time.monotonic() + _START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except OSError:
                assert time.monotonic() < until
                time.sleep(0.1)
            else:
                return

    def ask(self, sent: bytes) -> bytes:
        """What it answers; empty where it hangs up."""
        with socket.create_connection(("127.0.0.1", self.port), 30) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
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


def test_what_is_no_run_is_not_answered_and_the_next_who_asks_is(server: CodeServer) -> None:
    for wrong in (b"", b"\n", b"one-run\n", b"\xff\xfe\n\xff\n"):
        assert server.ask(wrong) == b""
    # Dagster cannot read it: that ends the fork alone.
    assert server.ask(b"one-run\n{}\n") == b"."
    assert server.ask(b"two-run\n{}\n") == b"."
    assert server.process.poll() is None


def test_the_code_server_ends_with_the_process_that_forks(server: CodeServer) -> None:
    server.forker().kill()
    assert server.process.wait(_END_SECONDS) == 1


def test_the_process_that_forks_ends_with_the_code_server_and_frees_the_port(
    server: CodeServer,
) -> None:
    forker = server.forker()
    server.process.kill()
    server.process.wait()
    psutil.wait_procs([forker], _END_SECONDS)
    assert not forker.is_running() or forker.status() == psutil.STATUS_ZOMBIE
    socket.create_server(("127.0.0.1", server.port)).close()
