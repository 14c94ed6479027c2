"""The processes of a home, found by their mark, whoever has started them and was killed since; and
whether one holds a lock."""

import fcntl
import os
from pathlib import Path

import psutil

# Every process of a home carries this variable, and what it starts inherits it.
MARK = "SUPERVISED_HEADWATER_HOME"


def marked(home: Path) -> list[psutil.Process]:
    """The live processes of a home, this one left out."""
    found = []
    for process in psutil.process_iter():
        try:
            mine = process.environ().get(MARK) == str(home)
            if mine and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


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
