"""Whether the lake's tables can be read, hold what was acknowledged, and are quick to read."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import polars as pl
import sqlalchemy as sa
from deltalake.exceptions import DeltaError

from resources.diagnostics.issue import Apply, Check, Fix, Issue
from resources.diagnostics.platform import Platform
from resources.errors import HeadwaterError
from resources.ledger.tables import commits
from resources.maintenance.compaction import compact, due
from resources.schemas import TABLES, Table

# The newest files of a table whose footers are read; of all others it is looked that they are there.
_FOOTERS = 50
# Partitions that wait for compaction: an hour leaves fewer.
_MANY = 100
_ERRORS = (HeadwaterError, DeltaError, OSError, pl.exceptions.PolarsError)


def _readable(platform: Platform) -> Iterator[Issue]:
    for name, table in TABLES.items():
        if not (Path(platform.lake.url) / name).is_dir():
            continue
        try:
            problem = _problem(platform, table)
        except _ERRORS as error:
            problem = f"it cannot be opened ({type(error).__name__})"
        if problem:
            message = f"the table {name} of the lake is damaged: {problem}"
            yield Issue("critical", message, {"table": name})


def _problem(platform: Platform, table: Table) -> str | None:
    """What is wrong with a table, the end of a sentence."""
    files = platform.lake.files(table)
    lost = [Path(file).name for file in files if not Path(file).is_file()]
    if lost:
        return f"{len(lost)} of its {len(files)} files are missing, {lost[0]} among them"
    stored = {name: kind for name, kind in table.schema.items() if name not in table.partitions}
    for file in islice(_newest_first(files), _FOOTERS):
        try:
            found = pl.read_parquet_schema(file)
        except (OSError, pl.exceptions.PolarsError):
            return f"{file.name} cannot be read"
        wrong = [name for name, kind in stored.items() if name in found and found[name] != kind]
        if wrong:
            return f"{file.name} has another kind of {', '.join(wrong)} than it should"
    return None


def _newest_first(files: Sequence[str]) -> Iterator[Path]:
    yield from sorted(map(Path, files), key=lambda file: file.stat().st_mtime, reverse=True)


def _acknowledged(platform: Platform) -> Iterator[Issue]:
    """What the ledger has told of as stored must be in the lake."""
    newest = sa.select(commits.c.table_name, sa.func.max(commits.c.version))
    with platform.ledger.read() as connection:
        told = connection.execute(newest.group_by(commits.c.table_name)).all()
    there = {table.name for table in platform.lake.tables()}
    for name, version in told:
        if version is None or name not in TABLES:
            continue
        stored = platform.lake.version(TABLES[name]) if name in there else None
        if stored is None or stored < version:
            has = "is not there" if stored is None else f"is at version {stored}"
            message = f"version {version} of {name} was acknowledged, and the table {has}: rows are lost; restore a backup"
            yield Issue("critical", message, {"table": name, "told": version, "stored": stored})


def _small_files(platform: Platform) -> Iterator[Issue]:
    now = datetime.now(UTC)
    waiting = {
        table.name: count
        for table in platform.lake.tables()
        if (count := sum(due(one, now) for one in platform.lake.partitions(table)))
    }
    if (count := sum(waiting.values())) >= _MANY:
        does = f"make the small files of {count} partitions into one each"
        message = f"{count} partitions of the lake wait for compaction: reads open many files"
        yield Issue("info", message, {"partitions": waiting}, Fix("compact", "lake", does))


def _compact(platform: Platform, _target: str) -> str:
    done = compact(platform.lake, datetime.now(UTC))
    return f"{done.files} files of {done.partitions} partitions were made into {done.partitions}"


CHECKS: dict[str, Check] = {
    "lake_readable": _readable,
    "lake_acknowledged": _acknowledged,
    "lake_small_files": _small_files,
}
FIXES: dict[str, Apply] = {"compact": _compact}
