"""Jobs that keep lake, ledger and Dagster's records within bounds; each may be killed and run again."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from assets.boundary import asset_boundary
from resources import backups
from resources.dagster_resources import BackupsResource
from resources.errors import HeadwaterError, InvalidInput, StoreUnavailable
from resources.lake import Lake
from resources.ledger import Ledger, alerts, copying
from resources.maintenance.compaction import compact
from resources.maintenance.databases import Vacuumed, vacuum
from resources.maintenance.files import checkpoint
from resources.maintenance.files import vacuum as vacuum_lake
from resources.maintenance.retention import retain, trusts_clock
from resources.plan import BACKUP_JOB, COMPACTION_JOB, RETENTION_JOB, VACUUM_JOB

LedgerParam = dg.ResourceParam[Ledger]
LakeParam = dg.ResourceParam[Lake]
# What the one open alert of failed backups is known by.
ALERT = "backup"


@dg.op(description="Make the small files of each partition into one.")
def compact_files(context: dg.OpExecutionContext, lake: LakeParam, ledger: LedgerParam) -> None:
    with asset_boundary(context.retry_number, ledger.now()):
        done = compact(lake, _now(ledger))
        context.add_output_metadata({"partitions": done.partitions, "files": done.files})


@dg.op(description="Delete the files of the lake that were replaced an hour ago.")
def vacuum_files(context: dg.OpExecutionContext, lake: LakeParam, ledger: LedgerParam) -> None:
    with asset_boundary(context.retry_number, ledger.now()):
        context.add_output_metadata({"files": vacuum_lake(lake)})


@dg.op(description="Thin or delete rows that are older than their table keeps them.")
def retain_rows(context: dg.OpExecutionContext, lake: LakeParam, ledger: LedgerParam) -> None:
    with asset_boundary(context.retry_number, ledger.now()):
        gone = retain(lake, _now(ledger)) if trusts_clock(ledger) else {}
        context.add_output_metadata({"rows": dg.MetadataValue.json(gone)})


@dg.op(
    description="Write a checkpoint of every table, and delete its log of more than 12 hours ago."
)
def checkpoint_logs(context: dg.OpExecutionContext, lake: LakeParam, ledger: LedgerParam) -> None:
    with asset_boundary(context.retry_number, ledger.now()):
        context.add_output_metadata({"tables": checkpoint(lake)})


@dg.op(description="Back up ledger and lake, and delete the oldest of these backups.")
def back_up(
    context: dg.OpExecutionContext,
    lake: LakeParam,
    ledger: LedgerParam,
    kept_backups: BackupsResource,
) -> None:
    folder, mode, whole = kept_backups.path, kept_backups.mode, kept_backups.whole
    with asset_boundary(context.retry_number, ledger.now()):
        try:
            made = backups.create(folder, lake, ledger, mode=mode, origin="schedule", whole=whole)
            deleted = backups.prune(folder, kept_backups.count, made.id)
        except InvalidInput as error:
            context.log.info(f"no backup is made: {error}")
            return
        except HeadwaterError as error:
            _tell(context, ledger, error)
            raise
        with ledger.write() as connection:
            alerts.resolve(connection, ledger, ALERT)
        facts = {"backup": made.id, "bytes": made.size, "files": len(made.files)}
        context.add_output_metadata({**facts, "deleted": len(deleted)})


@dg.op(description="Give back the free pages of the ledger and of Dagster's databases.")
def vacuum_databases(context: dg.OpExecutionContext, ledger: LedgerParam) -> None:
    with asset_boundary(context.retry_number, ledger.now()):
        paths = _databases(Path(context.instance.root_directory))
        try:
            paths.append(copying.path_of(ledger))
        except InvalidInput as error:
            context.log.info(f"nothing is done to it: {error}")
        done = [vacuum(path) for path in paths]
        for one in done:
            if one.problem:
                context.log.warning(f"{one.path} was left as it is: {one.problem}")
        context.add_output_metadata({one.path.name: _told(one) for one in done})


def _databases(dagster_home: Path) -> list[Path]:
    names = ("history/runs.db", "history/runs/index.db", "schedules/schedules.db")
    return [path for name in names if (path := dagster_home / name).is_file()]


def _told(one: Vacuumed) -> str:
    return one.problem or f"{one.before:,} bytes before, {one.after:,} after"


def _tell(context: dg.OpExecutionContext, ledger: Ledger, error: HeadwaterError) -> None:
    news = alerts.News(ALERT, "backup", "critical", f"the daily backup was not made: {error}")
    try:
        with ledger.write() as connection:
            alerts.tell(connection, ledger, news)
    except StoreUnavailable:
        # Where the disk is full nobody can be told but by the run.
        context.log.warning("the alert could not be stored")


def _now(ledger: Ledger) -> datetime:
    return datetime.fromtimestamp(ledger.now() / 1000, UTC)


@dg.job(name=COMPACTION_JOB, description="Small files of the lake into large ones.")
def compact_lake() -> None:
    compact_files()
    vacuum_files()


@dg.job(name=RETENTION_JOB, description="Old rows of the lake, and old logs of its tables.")
def retention() -> None:
    retain_rows()
    checkpoint_logs()


@dg.job(name=BACKUP_JOB, description="A backup of ledger and lake; the newest ones are kept.")
def daily_backup() -> None:
    back_up()


@dg.job(name=VACUUM_JOB, description="The SQLite files of ledger and Dagster, written anew.")
def database_vacuum() -> None:
    vacuum_databases()


MAINTENANCE_JOBS = [compact_lake, retention, daily_backup, database_vacuum]


def _schedule(name: str, job: dg.JobDefinition, cron: str, what: str) -> dg.ScheduleDefinition:
    running = dg.DefaultScheduleStatus.RUNNING
    return dg.ScheduleDefinition(
        name=name, job=job, cron_schedule=cron, default_status=running, description=what
    )


# At minutes of their own, when nothing else begins.
MAINTENANCE_SCHEDULES = [
    _schedule(
        "compaction_every_hour", compact_lake, "53 * * * *", "Every hour: small files of the lake."
    ),
    _schedule("retention_every_day", retention, "11 2 * * *", "Every night: old rows and logs."),
    _schedule("backup_every_day", daily_backup, "27 2 * * *", "Every night: a backup."),
    _schedule("vacuum_every_week", database_vacuum, "37 3 * * 0", "Every Sunday: the databases."),
]
