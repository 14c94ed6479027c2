"""What Dagster leaves of runs that were deleted, where it keeps its records in SQLite.

Deleting a run empties the file of its events and leaves it (some 140 kB), and leaves what it
printed and the rows of its checks: of a run a minute 7 GB a month.
"""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

_RUN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# One that began after the runs were listed is none of them.
_YOUNG = timedelta(hours=1)
_PATIENCE = 30.0


def delete_leftovers(home: Path, now: datetime) -> tuple[int, int]:
    """Delete files of runs that are no more, and rows of their checks; how many of each.

    `home` is Dagster's. Of each check its newest row stays: that is what is shown of it.
    """
    history = home / "history"
    if not (history / "runs.db").is_file():
        return 0, 0
    with closing(sqlite3.connect(history / "runs.db", timeout=_PATIENCE)) as connection:
        known = {run_id for (run_id,) in connection.execute("SELECT run_id FROM runs")}
    files = 0
    for path in _of_runs(home):
        run_id = path.name.partition(".")[0]
        if run_id not in known and path.stat().st_mtime < (now - _YOUNG).timestamp():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            files += 1
    return files, _delete_checks(history, now)


def _of_runs(home: Path) -> Iterator[Path]:
    """The files of events and the folders of output, each named after its run."""
    for folder in (home / "history" / "runs", home / "storage"):
        if folder.is_dir():
            yield from (one for one in folder.iterdir() if _RUN_ID.match(one.name))


def _delete_checks(history: Path, now: datetime) -> int:
    index = history / "runs" / "index.db"
    if not index.is_file():
        return 0
    with closing(sqlite3.connect(index, timeout=_PATIENCE)) as connection:
        connection.execute("ATTACH ? AS runs", (str(history / "runs.db"),))
        with connection:
            return connection.execute(
                """
                DELETE FROM asset_check_executions
                WHERE run_id NOT IN (SELECT run_id FROM runs.runs) AND create_timestamp < ?
                AND id NOT IN (
                    SELECT max(id) FROM asset_check_executions
                    GROUP BY asset_key, check_name, partition
                )
                """,
                (f"{now - _YOUNG:%Y-%m-%d %H:%M:%S}",),
            ).rowcount
