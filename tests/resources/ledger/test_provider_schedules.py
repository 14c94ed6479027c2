"""Rows of schedules: edits, and what a look leaves."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.ledger import Ledger, commits, provider_schedules
from resources.ledger.provider_schedules import Row, Status
from tests.ledgers import ledger_at


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return ledger_at(tmp_path_factory.mktemp("home") / "ledger.db")


def look(ledger: Ledger, provider: str, status: Status, began: int, wait: float) -> Row:
    with ledger.write() as connection:
        provider_schedules.note(connection, provider, status, began, lambda _: wait)
    return provider_schedules.read(ledger, provider)[provider]


def test_looks_are_counted(ledger: Ledger) -> None:
    statuses: list[Status] = ["success", "failed", "failed", "not_called"]
    rows = [look(ledger, "acme", status, 1_000, 60) for status in statuses]
    assert rows[-1] == Row(None, None, 61_000, 1_000, "not_called", 1, 2, 2)
    assert look(ledger, "acme", "success", 5_000, 60).failures_in_a_row == 0


def test_the_wait_is_told_the_new_counts(ledger: Ledger) -> None:
    seen: list[Row] = []

    def wait(row: Row) -> float:
        seen.append(row)
        return 1.5

    provider_schedules.change(ledger, "bolt", interval_seconds=600)
    with ledger.write() as connection:
        provider_schedules.note(connection, "bolt", "failed", 10_000, wait)
    assert [(row.interval_seconds, row.failures_in_a_row) for row in seen] == [(600, 1)]
    assert provider_schedules.read(ledger)["bolt"].next_due == 11_500


def test_an_edit_is_told_to_all_processes(ledger: Ledger) -> None:
    before = commits.newest_seq(ledger)
    provider_schedules.change(ledger, "coda", enabled=False)
    provider_schedules.change(ledger, "coda")
    [commit] = commits.read_commits(ledger, before, 10)
    assert (commit.table, commit.keys) == (provider_schedules.TABLE, [{"provider": "coda"}])
    row = provider_schedules.read(ledger, "coda")["coda"]
    assert (row.enabled, row.interval_seconds, row.next_due) == (False, None, 0)


def test_a_new_interval_counts_from_the_last_look(ledger: Ledger) -> None:
    look(ledger, "dune", "success", 1_000_000, 3_600)
    provider_schedules.change(ledger, "dune", interval_seconds=120)
    assert provider_schedules.read(ledger)["dune"].next_due == 1_120_000
    provider_schedules.change(ledger, "dune", interval_seconds=7_200)
    assert provider_schedules.read(ledger)["dune"].next_due == 8_200_000


def test_who_fails_is_not_looked_at_later_for_a_longer_interval(ledger: Ledger) -> None:
    look(ledger, "echo", "failed", 1_000_000, 100)
    provider_schedules.change(ledger, "echo", interval_seconds=7_200)
    assert provider_schedules.read(ledger)["echo"].next_due == 1_100_000
    provider_schedules.change(ledger, "echo", interval_seconds=60)
    assert provider_schedules.read(ledger)["echo"].next_due == 1_060_000


names = (f"provider_{number}" for number in itertools.count())
anyhow: st.SearchStrategy[Status] = st.sampled_from(["success", "failed", "not_called"])


@settings(deadline=None)
@given(st.lists(anyhow, min_size=1, max_size=8))
def test_failures_in_a_row_are_those_since_the_last_success(
    ledger: Ledger, statuses: list[Status]
) -> None:
    name = next(names)
    row = [look(ledger, name, status, 0, 60) for status in statuses][-1]
    since = itertools.takewhile(lambda status: status != "success", reversed(statuses))
    assert row.failures_in_a_row == list(since).count("failed")
    assert (row.successes, row.errors) == (statuses.count("success"), statuses.count("failed"))
