"""What the default set-up takes on the disk after a month, with maintenance as it runs.

    ./dev bench growth [--minutes 120] [--days 30]

The default set-up is 100 assets: prices and the five observations behind each every minute, the
market every 5 minutes, candles of 1h and 1d, what is collected every hour, 400 articles a day,
snapshots of 350 providers, and the ledger's own rows of all that.

Every flush of the first `--minutes` minutes is made as in life, a commit for each table. What it
leaves until maintenance comes by is told from it, as much as is ever there: two hours of small files,
and 14 hours of logs, which Delta cuts at every hundredth commit.
The other days are written a commit a table and day, as compaction leaves them: a full month has some
60,000 commits, of 50 ms each. Compaction, retention, checkpoints, vacuum (without its hour of
patience) and a backup a day of the last eight are the ones of the platform.

Figures wander at random (a fixed seed) and have eight digits; bodies of snapshots do not compress.
Rows of the ledger that are kept for days are put in as many as there are then. Dagster's records are
those of 20 real runs, times how many are kept, and what such runs leave when they went.

Sizes are blocks of the disk. Target: less than 1 GB after a month, from nothing.
"""

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.parts import dagster_records
from benchmarks.parts.ledger_month import fill_ledger
from benchmarks.parts.month import Month
from pipelines.old_runs import KEPT_RUNS
from resources.maintenance.databases import vacuum
from resources.service_settings import ServiceSettings

GB = 1_000_000_000
# What is started a day by schedules, and of it what `pipelines/old_runs.py` keeps.
RUNS_A_DAY = {1_440: 2, 288: 2, 96: 1, 48: 1, 24: 5, 4: 1, 1: 3}
KEPT = {
    1_440: 60,
    288: KEPT_RUNS,
    96: KEPT_RUNS,
    48: KEPT_RUNS,
    24: KEPT_RUNS,
    4: KEPT_RUNS,
    1: KEPT_RUNS,
}
TICK_DAYS = 7
LOG_FILES = 5
# What was put aside is compressed to a tenth.
LOG_MB, LOGS_KEPT = (ServiceSettings.model_fields[name].default for name in ("log_mb", "logs_kept"))
LOG_BYTES = 1e6 * LOG_MB * (1 + LOGS_KEPT / 10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=120)
    parser.add_argument("--days", type=int, default=30)
    parsed = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        month = Month(Path(folder), parsed.days)
        month.flush_by_minutes(parsed.minutes)
        passing = month.passing(parsed.minutes)
        month.settle()
        fill_ledger(month.ledger, parsed.days)
        month.fill_days()
        vacuum(Path(folder) / "ledger.db")
        tables = month.tables()
        rest = {**month.others(), **beside(Path(folder) / "dagster", parsed.days)}
        month.close()
    print(f"./dev bench growth --minutes {parsed.minutes} --days {parsed.days}")
    tell("tables of the lake, compacted", tables)
    tell("of the lake, in passing", passing)
    tell("beside the lake", rest)
    total = sum(sum(part.values()) for part in (tables, passing, rest))
    print(f"\n{'in all':32} {total / 1e6:9.1f} MB, target {GB / 1e6:.0f} MB")
    if total >= GB:
        raise SystemExit("a month takes more than its target")


def tell(what: str, sizes: Mapping[str, float]) -> None:
    print(f"\n{what}")
    for name, size in sorted(sizes.items(), key=lambda one: -one[1]):
        print(f"  {name:30} {size / 1e6:9.1f} MB")
    print(f"  {'sum':30} {sum(sizes.values()) / 1e6:9.1f} MB")


def beside(home: Path, days: int) -> Mapping[str, float]:
    """Bytes of Dagster's records after so many days, and of logs."""
    each = dagster_records.measure(home, 20, size_of)
    kept = sum(KEPT[often] * count for often, count in RUNS_A_DAY.items())
    runs = sum(often * count for often, count in RUNS_A_DAY.items())
    return {
        "dagster: runs that are kept": each.empty + each.kept * kept,
        "dagster: runs that went": each.gone * runs * days,
        "dagster: ticks": each.tick * runs * TICK_DAYS,
        "logs of processes, at most": LOG_FILES * LOG_BYTES,
    }


def size_of(folder: Path) -> int:
    """Bytes on the disk of all that lies in a folder, each file once."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            status = path.stat()
            found[status.st_ino] = status.st_blocks * 512
    return sum(found.values())


if __name__ == "__main__":
    main()
