"""Whether the service can do its work now."""

import asyncio
import shutil
from collections.abc import Callable, Mapping
from functools import partial

from resources.errors import StoreUnavailable
from resources.lake import Lake
from resources.ledger import Ledger
from resources.schemas import TABLES
from resources.settings import Settings

# A flush and the ledger's log need a few MB; with less, the next write may be the one that fails.
LEAST_FREE_BYTES = 8 * 2**20
_PATIENCE = 2.0

# The name of a check, with "ok" or the reason why not.
Checks = Mapping[str, str]


class Readiness:
    """Checks the store, one check at a time each, so that a store that hangs binds few threads."""

    def __init__(self, settings: Settings, ledger: Ledger, lake: Lake) -> None:
        self._reads: Mapping[str, Callable[[], None]] = {
            "ledger_readable": partial(_read_ledger, ledger),
            "lake_readable": partial(_read_lake, lake),
        }
        self._all: Mapping[str, Callable[[], None]] = {
            **self._reads,
            "ledger_writable": ledger.check_writable,
            "disk_space": partial(_measure_disk, settings),
        }
        self._running: dict[str, asyncio.Task[str]] = {}

    async def readable(self) -> Checks:
        """The checks that reading needs."""
        return await self._run(self._reads)

    async def ready(self) -> Checks:
        """All checks."""
        return await self._run(self._all)

    async def _run(self, checks: Mapping[str, Callable[[], None]]) -> Checks:
        for name, check in checks.items():
            if name not in self._running:
                self._running[name] = asyncio.create_task(asyncio.to_thread(_outcome, check))
        tasks = {name: self._running[name] for name in checks}
        await asyncio.wait(tasks.values(), timeout=_PATIENCE)
        for name, task in tasks.items():
            if task.done():
                self._running.pop(name, None)
        slow = f"no answer within {_PATIENCE:g} s"
        return {name: task.result() if task.done() else slow for name, task in tasks.items()}


def failed(checks: Checks) -> list[str]:
    """One sentence for each check that failed."""
    return [f"{name}: {outcome}" for name, outcome in checks.items() if outcome != "ok"]


def _outcome(check: Callable[[], None]) -> str:
    try:
        check()
    except StoreUnavailable as error:
        # What follows names files and statements, which are nobody's business outside.
        return str(error).partition(":")[0]
    return "ok"


def _read_ledger(ledger: Ledger) -> None:
    ledger.now()


def _read_lake(lake: Lake) -> None:
    for table in TABLES.values():
        lake.version(table)


def _measure_disk(settings: Settings) -> None:
    try:
        free = shutil.disk_usage(settings.home_dir).free
    except OSError as error:
        raise StoreUnavailable(f"the home folder cannot be read: {error}") from error
    if free < LEAST_FREE_BYTES:
        raise StoreUnavailable(f"only {free // 2**20} MB of disk space are left")
