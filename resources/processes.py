"""The processes of a home, found by their mark, whoever has started them and was killed since; those
of runs by their names; and whether one holds a lock."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

import psutil

# Every process of a home carries this variable, and what it starts inherits it.
MARK = "SUPERVISED_HEADWATER_HOME"
_RUN = "run-"
_NAME_LENGTH = 15  # of Linux


def marked(home: Path) -> list[psutil.Process]:
    """The live processes of a home, this one left out."""
    found = []
    # Else it remembers processes of which others may have the ids by now.
    psutil.process_iter.cache_clear()
    for process in psutil.process_iter():
        try:
            mine = process.environ().get(MARK) == str(home)
            if mine and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def take_name(run_id: str) -> None:
    """Call this process after the run of Dagster that goes on in it."""
    Path("/proc/self/comm").write_text(_name(run_id))


def process_of(run_id: str, home: Path) -> psutil.Process | None:
    """The live process of a home that a run of Dagster goes on in."""
    for process in marked(home):
        with suppress(psutil.Error):
            if process.name() == _name(run_id):
                return process
    return None


def is_run(process: psutil.Process) -> bool:
    """Whether any run of Dagster goes on in it. Raises psutil.Error where it has ended."""
    return process.name().startswith(_RUN)


def _name(run_id: str) -> str:
    return f"{_RUN}{run_id}"[:_NAME_LENGTH]


def held(lock: Path) -> str | None:
    """What the process that holds a lock has written into its file; None where nobody holds it."""
    if not lock.exists():
        return None
    with lock.open() as looked_at:
        try:
            fcntl.flock(looked_at, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return looked_at.read().strip()
    return None
