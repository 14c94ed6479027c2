"""The program behind the service `code-server`: it loads Dagster once, and each run is its fork.

    python -m pipelines.code_server FOLDER ARGUMENTS...

It works in FOLDER, and splits in two. One is `dagster ARGUMENTS...`. The other forks a run
for who connects to the socket `forks` there and sends its id; the run answers with a dot. It
reports runs whose process was killed. Where one of the two ends so does the other; runs go on.
"""
# ruff: noqa: PLC0415 (Dagster is imported where the process that forks does not need it itself)

import gc
import importlib
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from resources.processes import take_name

FORKS = "forks"
# Seconds that one who connects may take to say which run it is.
_PATIENCE = 1.0
_LONGEST_ID = 64
# What runs import of others, but for polars and deltalake: a process that forks has one thread.
_SHARED = (
    "dagster._cli",
    "aiohttp",
    "alembic",
    "httpx",
    "lxml.etree",
    "pydantic_settings",
    "sqlalchemy.dialects.sqlite",
)


def main() -> None:
    # Dagster puts an .env of the working folder above the environment: there is none here.
    os.chdir(sys.argv[1])
    for module in _SHARED:
        importlib.import_module(module)
    # A collection would write to pages that forks share.
    gc.freeze()
    # Closed by the kernel, however the process ends that holds it.
    held, watched = socket.socketpair()
    forker = os.fork()
    if forker == 0:
        held.close()
        work = _Forker(watched).work()
        if work is not None:
            work()
        return
    watched.close()
    threading.Thread(target=_end_with, args=(forker,), daemon=True).start()
    from dagster._cli import cli

    cli(sys.argv[2:], prog_name="dagster")


def _end_with(forker: int) -> None:
    os.waitpid(forker, 0)
    os._exit(1)


class _Forker:
    """The process that forks. Each fork goes on in `work`, and has work of its own."""

    def __init__(self, watched: socket.socket) -> None:
        self._watched = watched
        self._listener = _listener()
        # By descriptor of its process: its id, and that of the run that goes on in it, if any.
        self._going: dict[int, tuple[int, str]] = {}
        # A stop tells all processes: this one ends once the code server has, in good order.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    def work(self) -> Callable[[], None] | None:
        """Fork until the code server is gone; what there is to do in a fork, None here."""
        watched, listener = self._watched.fileno(), self._listener.fileno()
        work = None
        while work is None:
            first = select.select([watched, *self._going, listener], [], [])[0][0]
            if first == watched:
                return None
            work = self._begin() if first == listener else self._end(first)
        return work

    def _begin(self) -> Callable[[], None] | None:
        connection, _ = self._listener.accept()
        with connection:
            run_id = _asked(connection)
            if not run_id or not self._is_fork(run_id):
                return None
            take_name(run_id)
            with suppress(OSError):
                connection.send(b".")
        return partial(_run, run_id)

    def _end(self, descriptor: int) -> Callable[[], None] | None:
        process, run_id = self._going.pop(descriptor)
        os.close(descriptor)
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        if code == 0 or not run_id or not self._is_fork(""):
            return None
        return partial(_report, run_id, f"its process ended with {code}")

    def _is_fork(self, run_id: str) -> bool:
        try:
            process = os.fork()
        except OSError as error:
            print(f"nothing can be forked: {error.strerror}", file=sys.stderr)  # noqa: T201 (its log)
            return False
        if process:
            self._going[os.pidfd_open(process)] = process, run_id
            return False
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for descriptor in self._going:
            os.close(descriptor)
        self._listener.close()
        self._watched.close()
        return True


def _listener() -> socket.socket:
    """For this user alone: who connects may start runs."""
    Path(FORKS).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    others = os.umask(0o177)
    listener.bind(FORKS)
    os.umask(others)
    listener.listen()
    return listener


def _asked(connection: socket.socket) -> str:
    """The id of a run; empty where none is sent."""
    connection.settimeout(_PATIENCE)
    try:
        return connection.recv(_LONGEST_ID).decode()
    except (OSError, UnicodeDecodeError):
        return ""


def _run(run_id: str) -> None:
    """What `dagster api execute_run` does."""
    import dagster as dg
    from dagster._cli.api import _execute_run_command_body
    from dagster._utils.interrupts import capture_interrupts

    with capture_interrupts(), dg.DagsterInstance.get() as instance:
        _execute_run_command_body(run_id, instance, lambda _: None, set_exit_code_on_failure=False)


def _report(run_id: str, reason: str) -> None:
    """End a run that could not say itself that it is over."""
    import dagster as dg

    with dg.DagsterInstance.get() as instance:
        run = instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return
        if run.status is dg.DagsterRunStatus.CANCELING:
            instance.report_run_canceled(run, reason)
        else:
            instance.report_run_failed(run, reason)


if __name__ == "__main__":
    main()
