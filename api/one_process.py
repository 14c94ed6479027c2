"""The service is one process: what it counts and who is connected to it is in its memory."""

import fcntl
import os
from pathlib import Path
from typing import TextIO

from resources.errors import StartRefused
from resources.settings import workers_wanted

_HINT = "limits and sockets are counted in the memory of one process, so run one worker"


def require_one_worker() -> None:
    """Raises StartRefused where the environment wants several."""
    if (wanted := workers_wanted()) != "1":
        raise StartRefused(f"WEB_CONCURRENCY={wanted}: {_HINT}")


def claim(home: Path) -> TextIO:
    """A lock that is held as long as the file is open; it ends with the process.

    Raises StartRefused where several workers are wanted, or another process serves the home.
    """
    require_one_worker()
    folder = home / "run"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.fdopen(os.open(folder / "api.lock", os.O_RDWR | os.O_CREAT, 0o600), "r+")
    except OSError as error:
        raise StartRefused(f"{folder} cannot be written ({error.strerror})") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise StartRefused(f"another process serves {home} already: {_HINT}") from error
    return lock
