"""Jobs that watch over the platform: they write to the ledger and materialize nothing."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
from pydantic import Field

from assets.boundary import asset_boundary
from pipelines.failed_runs import watch_runs
from pipelines.old_runs import delete_old_runs
from pipelines.run_leftovers import delete_leftovers
from resources.cadence import CADENCES
from resources.dagster_resources import CallsResource, SnapshotsResource
from resources.directory import Directory
from resources.ledger import Ledger, metrics, retention, usage
from resources.monitoring.discovery import discover
from resources.monitoring.freshness import watch
from resources.monitoring.health import SPREAD_SECONDS, check_all
from resources.monitoring.totals import totals
from resources.plan import (
    BACKUP_JOB,
    CLEANUP_JOB,
    COMPACTION_JOB,
    DISCOVERY_JOB,
    HEALTH_JOB,
    METRICS_JOB,
    QUALITY_JOB,
    RATE_LIMITS_JOB,
    RETENTION_JOB,
    SNAPSHOTS_JOB,
    VACUUM_JOB,
)
from resources.providers.base import Provider

# Jobs of schedules; a run of these checks does not tell of itself.
_WATCHED = (
    *dict.fromkeys(cadence.job for cadence in CADENCES.values()),
    QUALITY_JOB,
    SNAPSHOTS_JOB,
    COMPACTION_JOB,
    RETENTION_JOB,
    BACKUP_JOB,
    VACUUM_JOB,
)

LedgerParam = dg.ResourceParam[Ledger]


class HealthConfig(dg.Config):
    """How the checks are spread, and whom they are of."""

    spread_seconds: float = Field(SPREAD_SECONDS, ge=0, description="Seconds that all take.")
    providers: list[str] = Field([], description="Ids; empty: all that are switched on.")


@dg.op(description="Ask each provider that was not heard lately, one after another.")
def check_providers(
    context: dg.OpExecutionContext, config: HealthConfig, calls: CallsResource, ledger: LedgerParam
) -> None:
    directory = Directory(ledger)
    chosen = [directory.provider(name) for name in config.providers] or _enabled(ledger)

    async def check() -> dict[str, int]:
        async with calls.open(ledger) as client:
            return await check_all(client, ledger, chosen, spread=config.spread_seconds)

    with asset_boundary(context.retry_number, ledger.now()):
        for feed in watch(ledger):
            context.log.warning(f"{feed} has no data that are as new as its target")
        context.add_output_metadata(asyncio.run(check()))
        usage.settle(ledger, chosen)


@dg.op(description="Tell of jobs whose last run failed.")
def check_runs(context: dg.OpExecutionContext, ledger: LedgerParam) -> None:
    with asset_boundary(context.retry_number, ledger.now()):
        failed = watch_runs(context.instance, ledger, _WATCHED)
        context.add_output_metadata({"failed": failed})


@dg.op(description="Store how much of every budget is used.")
def snapshot_rate_limits(context: dg.OpExecutionContext, ledger: LedgerParam) -> None:
    with asset_boundary(context.retry_number, ledger.now()):
        providers = _enabled(ledger)
        usage.settle(ledger, providers)
        used = [one for one in usage.usage(ledger, providers) if one.used]
        windows = [
            {
                "provider": one.provider,
                "limit_type": one.window,
                "limit_value": one.limit.amount,
                "current_usage": one.used,
                "percentage": one.percentage,
            }
            for one in used
        ]
        metrics.record(ledger, "rate_limits", {"windows": windows})
        context.add_output_metadata({"windows_in_use": len(used)})


@dg.op(description="Store the totals of the last hour.")
def aggregate_metrics(context: dg.OpExecutionContext, ledger: LedgerParam) -> None:
    with asset_boundary(context.retry_number, ledger.now()):
        metrics.record(ledger, "metrics", totals(ledger, _enabled(ledger), 1))


@dg.op(description="Delete what is older than it is kept.")
def clean_ledger(
    context: dg.OpExecutionContext, ledger: LedgerParam, snapshot_bounds: SnapshotsResource
) -> None:
    with asset_boundary(context.retry_number, ledger.now()):
        most = snapshot_bounds.total_mb * 1_000_000
        context.add_output_metadata(retention.clean_up(ledger, most))


@dg.op(description="Delete Dagster's records of scheduled runs that nobody will look at again.")
def clean_runs(context: dg.OpExecutionContext, ledger: LedgerParam) -> None:
    now = datetime.fromtimestamp(ledger.now() / 1000, UTC)
    runs = delete_old_runs(context.instance, now)
    files, rows = delete_leftovers(Path(context.instance.root_directory), now)
    context.add_output_metadata({"runs": runs, "files_of_runs": files, "rows_of_runs": rows})


class DiscoveryConfig(dg.Config):
    """How gently it asks."""

    pause_seconds: float = Field(1.0, ge=0, description="Seconds between two providers.")


@dg.op(description="Ask the providers that are switched off, and propose those that work.")
def probe_disabled(
    context: dg.OpExecutionContext,
    config: DiscoveryConfig,
    calls: CallsResource,
    ledger: LedgerParam,
) -> None:
    directory = Directory(ledger)
    disabled = [p for p in directory.providers().values() if not directory.enabled(p)]

    async def probe() -> list[str]:
        async with calls.open(ledger) as client:
            return await discover(client, ledger, disabled, pause=config.pause_seconds)

    with asset_boundary(context.retry_number, ledger.now()):
        context.add_output_metadata({"asked": len(disabled), "proposed": asyncio.run(probe())})


def _enabled(ledger: Ledger) -> list[Provider]:
    directory = Directory(ledger)
    return [one for one in directory.providers().values() if directory.enabled(one)]


@dg.job(name=HEALTH_JOB, description="Which providers work, and which feeds are stale.")
def health_checks() -> None:
    check_runs()
    check_providers()


@dg.job(name=RATE_LIMITS_JOB, description="How much of every budget is used.")
def rate_limit_snapshot() -> None:
    snapshot_rate_limits()


@dg.job(name=METRICS_JOB, description="Providers by state, and their calls, as totals.")
def metrics_aggregation() -> None:
    aggregate_metrics()


@dg.job(
    name=CLEANUP_JOB, description="Statistics, logs, alerts, totals and runs within their bounds."
)
def database_cleanup() -> None:
    clean_ledger()
    clean_runs()


@dg.job(name=DISCOVERY_JOB, description="Which providers that are switched off work again.")
def discover_providers() -> None:
    probe_disabled()


MONITORING_JOBS = [
    health_checks,
    rate_limit_snapshot,
    metrics_aggregation,
    database_cleanup,
    discover_providers,
]
