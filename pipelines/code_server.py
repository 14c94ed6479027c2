"""The program behind the service `code-server`: it loads Dagster once, and each run is its fork.

    python -m pipelines.code_server PORT ARGUMENTS...

It splits in two. One is `dagster ARGUMENTS...`. The other forks a run for everybody who connects
to PORT of loopback and sends what `dagster api execute_run` takes; the run answers with a byte.
Where one of the two ends, so does the other; runs that go on are left alone.
"""

import gc
import importlib
import os
import runpy
import select
import signal
import socket
import sys
import threading
from contextlib import suppress

from resources.processes import take_name

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
# Seconds that one who connects may take to say what is to be run.
_PATIENCE = 5.0


def main() -> None:
    port, arguments = int(sys.argv[1]), sys.argv[2:]
    for module in _SHARED:
        importlib.import_module(module)
    # A collection would write to pages that forks share.
    gc.freeze()
    listener = socket.create_server(("127.0.0.1", port))
    # Closed by the kernel, however the process ends that holds it.
    held, watched = socket.socketpair()
    forker = os.fork()
    if forker == 0:
        held.close()
        run = _fork_runs(listener, watched)
        if run is None:
            return
        arguments = ["api", "execute_run", run]
    else:
        listener.close()
        watched.close()
        threading.Thread(target=_end_with, args=(forker,), daemon=True).start()
    sys.argv = ["dagster", *arguments]
    runpy.run_module("dagster", run_name="__main__", alter_sys=True)


def _fork_runs(listener: socket.socket, watched: socket.socket) -> str | None:
    """Fork for each who asks, until the code server is gone; what to run in a fork, None here."""
    signal.signal(signal.SIGCHLD, lambda *_: _reap())
    while watched not in select.select([listener, watched], [], [])[0]:
        connection, _ = listener.accept()
        # Who is not answered knows that nothing was begun.
        with connection:
            run_id, run = _asked(connection)
            if not run or not _is_fork():
                continue
            listener.close()
            watched.close()
            take_name(run_id)
            with suppress(OSError):
                connection.sendall(b".")
            return run
    return None


def _asked(connection: socket.socket) -> tuple[str, str]:
    """The id of a run and what to tell Dagster of it; empty where nobody says so."""
    connection.settimeout(_PATIENCE)
    try:
        with connection.makefile(encoding="utf-8") as lines:
            return lines.readline().strip(), lines.readline()
    except (OSError, UnicodeDecodeError):
        return "", ""


def _reap() -> None:
    # The kernel adds to our time that of those who are waited for: metrics tell it.
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


def _is_fork() -> bool:
    try:
        forked = os.fork() == 0
    except OSError as error:
        print(f"no run could be forked: {error.strerror}", file=sys.stderr)  # noqa: T201 (its log)
        return False
    if forked:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    return forked


def _end_with(forker: int) -> None:
    os.waitpid(forker, 0)
    os._exit(1)


if __name__ == "__main__":
    main()
