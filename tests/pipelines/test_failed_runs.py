"""Runs that have failed, told as alerts."""

from collections.abc import Iterator

import dagster as dg
import pytest

from pipelines.failed_runs import watch_runs
from resources.ledger import Ledger, alerts
from resources.ledger.alerts import Wanted


class _Fate(dg.Config):
    fails: bool


@dg.op
def suffer(config: _Fate) -> None:
    if config.fails:
        raise dg.Failure("as it was told to")


@dg.job
def collect_things() -> None:
    suffer()


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    opened = Ledger("sqlite://")
    opened.migrate()
    yield opened
    opened.close()


def run(instance: dg.DagsterInstance, *, fails: bool) -> str:
    config = {"ops": {"suffer": {"config": {"fails": fails}}}}
    done = collect_things.execute_in_process(
        run_config=config, instance=instance, raise_on_error=False
    )
    assert done.success is not fails
    return done.run_id


def told(ledger: Ledger) -> list[tuple[str, bool]]:
    """The runs that alerts are about, oldest first, and whether each is open."""
    found, _ = alerts.read(ledger, Wanted(), 10)
    return [(str(a.news.details["run_id"]), a.resolved_at is None) for a in reversed(found)]


def test_a_failed_run_is_told_once_until_its_job_succeeds_again(ledger: Ledger) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        assert watch_runs(instance, ledger, ["collect_things"]) == []
        run(instance, fails=False)
        assert watch_runs(instance, ledger, ["collect_things"]) == []
        first = run(instance, fails=True)
        for _ in range(2):
            assert watch_runs(instance, ledger, ["collect_things"]) == ["collect_things"]
        run(instance, fails=True)
        watch_runs(instance, ledger, ["collect_things"])
        assert told(ledger) == [(first, True)]
        run(instance, fails=False)
        assert watch_runs(instance, ledger, ["collect_things"]) == []
        assert told(ledger) == [(first, False)]
        again = run(instance, fails=True)
        watch_runs(instance, ledger, ["collect_things"])
        assert told(ledger) == [(first, False), (again, True)]
