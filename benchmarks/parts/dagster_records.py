"""What Dagster's records take: of runs that are kept, of runs that went, and of ticks."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import TickData, TickStatus

from pipelines.run_leftovers import delete_leftovers

_CONFIGURATION = Path(__file__).parents[2] / "dagster_home" / "dagster.yaml"
_DAYS = dg.DailyPartitionsDefinition("2026-01-01")


@dataclass(frozen=True, slots=True)
class Records:
    """Bytes on the disk: each run that is kept, each that went, each tick, and of an empty home."""

    empty: float
    kept: float
    gone: float
    tick: float


@dg.asset(partitions_def=_DAYS)
def told(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    context.log.info("asked 5 providers")
    facts: dict[str, str | int] = {
        "dagster/row_count": 100,
        "providers": ", ".join(["kraken"] * 5),
        "quarantined": 0,
    }
    return dg.MaterializeResult(metadata=facts)


def _check(name: str) -> dg.AssetChecksDefinition:
    @dg.asset_check(asset=told, name=name)
    def check() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True, metadata={"newest": "2026-11-22T03:00:00Z"})

    return check


_ASSETS = [told, *(_check(name) for name in ("fresh", "duplicates", "rows"))]


def measure(home: Path, runs: int, size: Callable[[Path], int]) -> Records:
    """Of `runs` runs of an asset with three checks, and as many ticks."""
    home.mkdir()
    shutil.copy(_CONFIGURATION, home)
    with dg.DagsterInstance.from_config(str(home)) as instance:
        _materialize(instance)
        empty = size(home)
        kept, _ = _run_and_delete(instance, home, runs, size)
        # What the first have left free in the databases the next ones use.
        _, left = _run_and_delete(instance, home, runs, size)
        gone = _run_and_delete(instance, home, runs, size)[1] - left
        before = size(home)
        for number in range(10 * runs):
            instance.create_tick(_tick(number))
        ticks = size(home) - before
    return Records(empty, (kept - empty) / runs, max(0.0, gone / runs), ticks / (10 * runs))


def _run_and_delete(
    instance: dg.DagsterInstance, home: Path, runs: int, size: Callable[[Path], int]
) -> tuple[int, int]:
    """The size with these runs, and after they went."""
    ids = [_materialize(instance) for _ in range(runs)]
    kept = size(home)
    for run_id in ids:
        instance.delete_run(run_id)
    delete_leftovers(home, datetime.now(UTC) + timedelta(hours=2))
    return kept, size(home)


def _materialize(instance: dg.DagsterInstance) -> str:
    tags = {"dagster/schedule_name": "told_every_minute"}
    done = dg.materialize(_ASSETS, instance=instance, partition_key="2026-06-01", tags=tags)
    return done.run_id


def _tick(number: int) -> TickData:
    return TickData(
        instigator_origin_id="0" * 40,
        instigator_name="told_every_minute",
        instigator_type=InstigatorType.SCHEDULE,
        status=TickStatus.SUCCESS,
        timestamp=time.time() - 60 * number,
        run_ids=["0" * 36],
        run_keys=[],
    )
