"""Looks at providers, as Dagster runs them."""

import threading

import dagster as dg
import pytest
import sqlalchemy as sa

from resources.directory import Directory
from resources.ledger import commits, provider_schedules, snapshots
from resources.ledger.provider_schedules import Row
from resources.ledger.snapshots import Answered
from resources.ledger.tables import provider_schedules as schedule_rows
from resources.plan import SNAPSHOTS_ASSET
from resources.schedules import longest_wait
from tests.runs import Platform

# Both allow more calls than these tests make.
MINUTELY, HOURLY = "binance", "alternative_me"
HOUR = 3_600_000


def looked_at(run: dg.ExecuteInProcessResult) -> set[str]:
    """The partitions that a run has materialized."""
    return {str(event.partition) for event in run.get_asset_materialization_events()}


def due(platform: Platform, **waits: int) -> None:
    """Make these due in so many milliseconds, and everybody else in an hour."""
    ledger = platform.ledger
    counts = {"successes": 0, "errors": 0, "failures_in_a_row": 0}
    rows = [
        {"provider": name, "next_due": ledger.now() + waits.get(name, HOUR), **counts}
        for name in Directory(ledger).providers()
    ]
    with ledger.write() as connection:
        connection.execute(schedule_rows.delete())
        connection.execute(sa.insert(schedule_rows), rows)


def due_again(platform: Platform, provider: str) -> None:
    mine = schedule_rows.c.provider == provider
    with platform.ledger.write() as connection:
        connection.execute(schedule_rows.update().where(mine).values(next_due=0))


def row(platform: Platform, provider: str) -> Row:
    return provider_schedules.read(platform.ledger, provider)[provider]


def newest(platform: Platform, provider: str) -> Answered:
    """The newest snapshot, whatever came of it."""
    [found], _ = snapshots.page(platform.ledger, provider, None, 1, 10**9)
    return found.answered


@pytest.fixture(autouse=True)
def quiet(platform: Platform) -> None:
    due(platform)


def test_the_first_run_looks_at_everybody_who_is_enabled(platform: Platform) -> None:
    with platform.ledger.write() as connection:
        connection.execute(schedule_rows.delete())
    # So many at once make each other wait.
    platform.call_deadline = 60.0
    run = platform.snapshots()
    providers = Directory(platform.ledger).providers()
    assert run.success
    assert looked_at(run) == {one.id for one in providers.values() if one.enabled}
    assert set(platform.instance.get_dynamic_partitions("providers")) == set(providers)
    rows = provider_schedules.read(platform.ledger)
    assert {one.last_status for one in rows.values()} == {"success"}


def test_a_run_looks_at_those_that_are_due_and_at_nobody_else(platform: Platform) -> None:
    due(platform, **{MINUTELY: 0, HOURLY: 0})
    run = platform.snapshots()
    assert looked_at(run) == {MINUTELY, HOURLY}
    assert snapshots.held(platform.ledger).keys() == {MINUTELY, HOURLY}
    for name, interval in ((MINUTELY, 60_000), (HOURLY, HOUR)):
        found = row(platform, name)
        assert (found.last_status, found.successes) == ("success", 1)
        assert found.next_due == (found.last_at or 0) + interval
    answered = newest(platform, MINUTELY)
    assert (answered.ok, answered.http_status, answered.is_json) == (True, 200, True)
    asked = platform.requests()
    again = platform.snapshots()
    assert again.success
    assert (looked_at(again), platform.requests()) == (set(), asked)


def test_what_was_stored_is_told_by_commits(platform: Platform) -> None:
    due(platform, **{MINUTELY: 0, HOURLY: 0})
    platform.snapshots()
    found = commits.read_commits(platform.ledger, 0, 10)
    assert {commit.table for commit in found} == {snapshots.TABLE}
    assert {key["provider"] for commit in found for key in commit.keys} == {MINUTELY, HOURLY}
    stored = snapshots.of_commits(platform.ledger, [commit.seq for commit in found], 10**9)
    assert len(stored) == sum(commit.rows for commit in found) == 2


def test_one_whose_time_comes_during_the_run_is_waited_for(platform: Platform) -> None:
    due(platform, **{MINUTELY: 700, HOURLY: 40_000})
    before = row(platform, MINUTELY)
    assert looked_at(platform.snapshots()) == {MINUTELY}
    assert (row(platform, MINUTELY).last_at or 0) >= before.next_due


def test_one_that_is_disabled_during_the_run_is_not_asked(platform: Platform) -> None:
    due(platform, **{MINUTELY: 0, HOURLY: 1_500})
    ledger = platform.ledger

    def disable() -> None:
        while not snapshots.held(ledger):
            threading.Event().wait(0.02)
        provider_schedules.change(ledger, HOURLY, enabled=False)

    thread = threading.Thread(target=disable)
    thread.start()
    run = platform.snapshots()
    thread.join()
    assert looked_at(run) == {MINUTELY}
    assert row(platform, HOURLY).last_at is None


def test_one_that_fails_backs_off_and_comes_back(platform: Platform) -> None:
    due(platform, **{MINUTELY: 0, HOURLY: 0})
    platform.fault(provider=HOURLY, kind="status_5xx")
    run = platform.snapshots()
    assert run.success
    assert looked_at(run) == {MINUTELY}
    failed = newest(platform, HOURLY)
    assert (failed.ok, failed.http_status, failed.body) == (False, 503, None)
    assert "503" in str(failed.error)
    waits = [_wait(platform, HOURLY)]
    assert HOUR < waits[0] <= longest_wait(3_600) * 1_000
    # Five failures in a row have opened the breaker by then: nothing is asked.
    due_again(platform, HOURLY)
    platform.snapshots()
    assert row(platform, HOURLY).last_status in {"failed", "not_called"}
    assert (row(platform, HOURLY).successes, row(platform, MINUTELY).successes) == (0, 1)


def test_a_success_brings_back_the_interval(platform: Platform) -> None:
    due(platform, **{HOURLY: 0})
    platform.fault(provider=HOURLY, kind="status_5xx", times=3)
    platform.snapshots()
    assert (row(platform, HOURLY).failures_in_a_row, row(platform, HOURLY).errors) == (1, 1)
    due_again(platform, HOURLY)
    platform.snapshots()
    assert (row(platform, HOURLY).failures_in_a_row, row(platform, HOURLY).successes) == (0, 1)
    assert _wait(platform, HOURLY) == HOUR


def _wait(platform: Platform, provider: str) -> int:
    found = row(platform, provider)
    return found.next_due - (found.last_at or 0)


def test_a_partition_is_looked_at_now(platform: Platform) -> None:
    platform.instance.add_dynamic_partitions("providers", [MINUTELY, HOURLY])
    assert looked_at(platform.snapshots(HOURLY)) == {HOURLY}
    assert looked_at(platform.snapshots(MINUTELY, HOURLY)) == {MINUTELY, HOURLY}
    assert looked_at(platform.snapshots(providers=[MINUTELY])) == {MINUTELY}
    key = dg.AssetKey(SNAPSHOTS_ASSET)
    assert platform.instance.get_materialized_partitions(key) == {MINUTELY, HOURLY}


def test_a_category_is_looked_at_where_it_is_due(platform: Platform) -> None:
    due(platform, **{MINUTELY: 0, HOURLY: 0})
    assert looked_at(platform.snapshots(categories=["sentiment", "news"])) == {HOURLY}


@pytest.mark.parametrize("why", ["disabled", "failing", "unknown"])
def test_a_run_for_one_that_does_not_answer_has_failed(platform: Platform, why: str) -> None:
    name = "nobody" if why == "unknown" else MINUTELY
    if why == "disabled":
        provider_schedules.change(platform.ledger, MINUTELY, enabled=False)
    if why == "failing":
        platform.fault(provider=MINUTELY, kind="status_5xx")
    asked = platform.requests()
    run = platform.snapshots(providers=[name])
    assert not run.success
    assert looked_at(run) == set()
    assert (platform.requests() > asked) == (why == "failing")


def test_history_is_bounded_exactly(platform: Platform) -> None:
    platform.history = 2
    for _ in range(3):
        platform.snapshots(providers=[MINUTELY])
    assert snapshots.held(platform.ledger)[MINUTELY].snapshots == 2
    assert row(platform, MINUTELY).successes == 3


def test_an_answer_that_is_too_large_is_noted_without_its_body(platform: Platform) -> None:
    platform.max_kb = 0
    assert platform.snapshots(providers=[MINUTELY]).success
    answered = newest(platform, MINUTELY)
    assert (answered.ok, answered.body, answered.is_json) == (True, None, False)
    assert answered.size > 0
    assert answered.error == "larger than the 0 bytes that are kept"


@pytest.mark.parametrize("kind", ["gzip_bomb", "timeout", "reset", "truncated"])
def test_an_answer_that_never_comes_whole_is_a_failure_of_one(
    platform: Platform, kind: str
) -> None:
    due(platform, **{MINUTELY: 0, HOURLY: 0})
    platform.fault(provider=MINUTELY, kind=kind)
    assert looked_at(platform.snapshots()) == {HOURLY}
    answered = newest(platform, MINUTELY)
    assert (answered.ok, answered.size, bool(answered.error)) == (False, 0, True)


def test_what_is_no_json_is_kept_as_text(platform: Platform) -> None:
    platform.fault(provider=MINUTELY, kind="html_200")
    assert platform.snapshots(providers=[MINUTELY]).success
    answered = newest(platform, MINUTELY)
    assert (answered.ok, answered.is_json) == (True, False)
    assert b"<" in (answered.body or b"")
