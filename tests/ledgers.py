"""Ledgers for tests, made by copying one: the migrations take longer than most tests."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from resources.ledger import Ledger


def ledger_at(path: Path) -> Ledger:
    """The ledger of a file, made where there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(Path(_migrated().name) / "ledger.db", path)
    return Ledger(f"sqlite:///{path}")


@cache
def _migrated() -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    ledger = Ledger(f"sqlite:///{folder.name}/ledger.db")
    ledger.migrate()
    ledger.close()
    return folder
