"""The home folder: one process at a time works in it, and it holds real data or the sandbox's."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.processes import end_all
from resources.errors import HeadwaterError, StartRefused
from resources.ledger import Ledger
from resources.processes import held
from resources.room import RESERVE
from resources.settings import Settings


@contextmanager
def own_home(settings: Settings, dagster_port: int | None = None) -> Iterator[None]:
    """The home folder, writable, locked for this process and marked with its mode.

    Others learn `dagster_port` by `port_of_running`. Raises StartRefused.
    """
    home = settings.home_dir
    with written(settings):
        for folder in ("logs", "run", "dagster", "lake"):
            (home / folder).mkdir(parents=True, exist_ok=True)
        # Not emptied before it is ours: what stands in it is told by who holds it.
        lock = (home / "run" / "lock").open("a")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StartRefused(
                f"Headwater is already running in {home}; "
                "stop it, or set HEADWATER_HOME and the ports to others"
            ) from error
        lock.truncate(0)
        lock.write("" if dagster_port is None else str(dagster_port))
        lock.flush()
        _require_room(settings)
        require_mode(settings)
        finish_restore(home)
        yield


def finish_restore(home: Path) -> None:
    """Put a restored state in place that waits, or is half in place, once nobody works here."""
    if not (home / "ready").exists():
        return
    # Half a second that other starts need not spend.
    from pipelines.putting_back import put_in_place  # noqa: PLC0415

    end_all(home, grace=2.0)
    try:
        put_in_place(home)
    except StartRefused:
        raise
    except (HeadwaterError, OSError):
        # It was said why; what is stored can be served.
        return


@contextmanager
def reading_ledger(settings: Settings) -> Iterator[Ledger]:
    """The ledger for what stores nothing: where there is none yet an empty one, and no home."""
    with tempfile.TemporaryDirectory() as folder:
        there = settings.database_url is not None or (settings.home_dir / "ledger.db").exists()
        ledger = Ledger(settings.ledger_url if there else f"sqlite:///{folder}/ledger.db")
        ledger.migrate()
        yield ledger
        ledger.close()


@contextmanager
def written(settings: Settings) -> Iterator[None]:
    """Raises StartRefused where what the block writes to the home cannot be written."""
    try:
        yield
    except OSError as error:
        raise StartRefused(
            f"{settings.home_dir} cannot be written ({error.strerror}); "
            "make it writable or set HEADWATER_HOME to another folder"
        ) from error


def port_of_running(settings: Settings) -> int | None:
    """The port of Dagster's web UI where Headwater runs in the home, None where nothing does.

    Raises StartRefused where it is no service that works there, but another collection.
    """
    port = held(settings.home_dir / "run" / "lock")
    if port == "":
        raise StartRefused(f"another collection is going in {settings.home_dir}")
    return None if port is None else int(port)


def _require_room(settings: Settings) -> None:
    free = shutil.disk_usage(settings.home_dir).free
    if free < RESERVE:
        raise StartRefused(
            f"only {free // 2**20} MB are free where {settings.home_dir} lies and "
            f"{RESERVE // 2**20} are needed; free some or set HEADWATER_HOME"
        )


def require_mode(settings: Settings) -> None:
    """Raises StartRefused where the home holds the other mode's data; marks a new home."""
    marker = settings.home_dir / "mode"
    if not marker.exists():
        marker.write_text(settings.providers)
    if (mode := marker.read_text()) != settings.providers:
        raise StartRefused(
            f"{settings.home_dir} holds {mode} data and this start is {settings.providers}; "
            "set HEADWATER_HOME to another folder"
        )
