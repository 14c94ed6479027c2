"""The jobs that watch over the platform, as Dagster runs them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
import pytest
import sqlalchemy as sa

from pipelines import monitoring
from pipelines.schedules import SCHEDULES, discovery_every_week
from pipelines.supervisor import sandbox_config
from resources.dagster_resources import CallsResource, LedgerResource, SnapshotsResource
from resources.ledger import Ledger, alerts, health, logs, metrics
from resources.ledger.statistics import HOUR_MS
from resources.ledger.tables import provider_outcomes
from sandbox.server import running
from tests.ledgers import ledger_at

ASKED = ["binance", "kraken", "coingecko"]


@dataclass
class Watch:
    """The jobs over one ledger and one sandbox."""

    ledger: Ledger
    sandbox: str

    def run(self, job: dg.JobDefinition, **ops: Any) -> dg.ExecuteInProcessResult:
        resources = {
            "ledger": LedgerResource(url=self.ledger.url),
            "calls": CallsResource(
                sandbox_url=self.sandbox,
                call_deadline=10.0,
                max_response_mb=16,
                allowed_addresses=[],
            ),
            "snapshot_bounds": SnapshotsResource(history=10, days=1, max_kb=10),
        }
        with dg.DagsterInstance.ephemeral() as instance:
            config = {"ops": {name: {"config": given} for name, given in ops.items()}}
            return job.execute_in_process(
                run_config=config, resources=resources, instance=instance, raise_on_error=False
            )

    def check(self) -> dict[str, str]:
        """The status of each provider after a run of the checks."""
        asked = {"providers": ASKED, "spread_seconds": 0}
        assert self.run(monitoring.health_checks, check_providers=asked).success
        return {name: one.finding.status for name, one in health.read_all(self.ledger).items()}

    def fault(self, **fault: object) -> None:
        httpx.post(f"{self.sandbox}/_control/faults", json=fault).raise_for_status()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    with running(sandbox_config()) as url:
        yield url


@pytest.fixture
def watch(tmp_path: Path, sandbox: str) -> Iterator[Watch]:
    ledger = ledger_at(tmp_path / "ledger.db")
    yield Watch(ledger, sandbox)
    ledger.close()
    httpx.delete(f"{sandbox}/_control/faults").raise_for_status()


def test_providers_are_online_only_after_they_were_checked(watch: Watch) -> None:
    assert health.read_all(watch.ledger) == {}
    assert watch.check() == dict.fromkeys(ASKED, "online")
    lines, _ = logs.read(watch.ledger, logs.Wanted(log_type="connection"), 10)
    assert len(lines) == len(ASKED)


def test_what_is_wrong_with_a_provider_is_its_state(watch: Watch) -> None:
    watch.fault(provider="binance", kind="status_5xx")
    watch.fault(provider="kraken", kind="status_429", retry_after=60)
    assert watch.check() == {"binance": "degraded", "kraken": "degraded", "coingecko": "online"}
    kinds = {entry.line.log_type for entry in logs.read(watch.ledger, logs.Wanted(), 100)[0]}
    assert kinds == {"connection", "failure", "rate_limit"}


def test_budgets_are_stored(watch: Watch) -> None:
    watch.check()
    assert watch.run(monitoring.rate_limit_snapshot).success
    ((_, stored),) = metrics.read(watch.ledger, "rate_limits", 1)
    assert {window["provider"] for window in stored["windows"]} == set(ASKED)
    assert all(window["current_usage"] > 0 for window in stored["windows"])


def test_totals_are_stored(watch: Watch) -> None:
    watch.check()
    assert watch.run(monitoring.metrics_aggregation).success
    ((_, stored),) = metrics.read(watch.ledger, "metrics", 1)
    assert stored["online"] == len(ASKED)
    assert stored["unknown"] == stored["total_providers"] - len(ASKED)


def test_what_is_old_is_deleted(watch: Watch) -> None:
    old = {"provider": "binance", "hour": watch.ledger.now() - 31 * 24 * HOUR_MS}
    values = {**old, "outcome": "ok", "count": 1, "last_at": 1}
    with watch.ledger.write() as connection:
        connection.execute(sa.insert(provider_outcomes).values(**values))
    assert watch.run(monitoring.database_cleanup).success
    with watch.ledger.read() as connection:
        assert connection.execute(sa.select(provider_outcomes)).all() == []


def test_discovery_proposes_and_switches_nothing_on(watch: Watch) -> None:
    assert watch.run(monitoring.discover_providers, probe_disabled={"pause_seconds": 0}).success
    told, _ = alerts.read(watch.ledger, alerts.Wanted(severity="info"), 500)
    assert {alert.news.alert_type for alert in told} <= {"discovery"}
    assert health.read_all(watch.ledger) == {}


def test_discovery_runs_only_where_the_settings_allow_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    monkeypatch.delenv("ENABLE_AUTO_DISCOVERY", raising=False)
    with dg.build_schedule_context() as context:
        skipped = discovery_every_week.evaluate_tick(context)
        assert "ENABLE_AUTO_DISCOVERY" in (skipped.skip_message or "")
        monkeypatch.setenv("ENABLE_AUTO_DISCOVERY", "true")
        assert len(discovery_every_week.evaluate_tick(context).run_requests or []) == 1


def test_each_job_has_a_schedule() -> None:
    scheduled = {schedule.job_name for schedule in SCHEDULES}
    assert {job.name for job in monitoring.MONITORING_JOBS} <= scheduled
