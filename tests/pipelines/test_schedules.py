"""When the minute's run of snapshots is launched, and when not."""

from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa

from assets.provider_snapshots import provider_snapshots
from pipelines.jobs import collect_snapshots
from pipelines.schedules import snapshots_every_minute
from resources.dagster_resources import CallsResource, LedgerResource, resources_of
from resources.directory import Directory
from resources.ledger.tables import provider_schedules
from resources.settings import Settings
from tests.ledgers import ledger_at


def tick(folder: Path, instance: dg.DagsterInstance) -> dg.RunRequest | dg.SkipReason:
    resources = {
        "ledger": LedgerResource(url=f"sqlite:///{folder / 'ledger.db'}"),
        "calls": CallsResource(
            sandbox_url="http://127.0.0.1:9",
            call_deadline=1,
            max_response_mb=1,
            allowed_addresses=[],
        ),
    }
    with dg.build_schedule_context(instance=instance, resources=resources) as context:
        found = snapshots_every_minute(context)
    assert isinstance(found, dg.RunRequest | dg.SkipReason)
    return found


@pytest.mark.parametrize(("wait", "launched"), [(-5_000, True), (25_000, True), (40_000, False)])
def test_a_run_is_launched_where_a_provider_is_due_within_half_a_minute(
    tmp_path: Path, wait: int, launched: bool
) -> None:
    ledger = ledger_at(tmp_path / "ledger.db")
    counts = {"successes": 0, "errors": 0, "failures_in_a_row": 0}
    rows = [
        {"provider": name, "next_due": ledger.now() + wait, **counts}
        for name in Directory(ledger).providers()
    ]
    with ledger.write() as connection:
        connection.execute(sa.insert(provider_schedules), rows)
    ledger.close()
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        found = tick(tmp_path, instance)
    assert isinstance(found, dg.RunRequest) == launched


@pytest.mark.parametrize(("scheduled", "launched"), [(True, False), (False, True)])
def test_no_run_is_launched_beside_that_of_an_earlier_minute(
    tmp_path: Path, scheduled: bool, launched: bool
) -> None:
    tags = {"dagster/schedule_name": snapshots_every_minute.name} if scheduled else {}
    made = dg.Definitions(
        assets=[provider_snapshots],
        jobs=[collect_snapshots],
        resources=resources_of(Settings(home=tmp_path)),
    )
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        job = made.resolve_job_def(collect_snapshots.name)
        instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED, tags=tags)
        found = tick(tmp_path, instance)
    assert isinstance(found, dg.RunRequest) == launched
