"""How much of a budget is used, and alerts once per crossing."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.errors import BudgetExhausted
from resources.ledger import Ledger, alerts, usage
from resources.ledger.alerts import Wanted
from resources.ledger.budgets import Budgets
from resources.providers.base import Provider
from tests.resources.http.played import a_provider

PROVIDER = a_provider("acme", (100, 60), (1_000, 86_400))


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    opened = Ledger("sqlite://")
    opened.migrate()
    yield opened
    opened.close()


def told(ledger: Ledger) -> list[tuple[str, object, object]]:
    """(severity, window, level) of every alert, oldest first."""
    found, _ = alerts.read(ledger, Wanted(), 500)
    return [
        (a.news.severity, a.news.details["window"], a.news.details["level"])
        for a in reversed(found)
    ]


def spend(budgets: Budgets, provider: Provider, weight: int) -> None:
    budgets.arrived(budgets.reserve(provider, weight))


def test_each_level_is_told_when_it_is_crossed(ledger: Ledger) -> None:
    budgets = Budgets(ledger)
    spend(budgets, PROVIDER, 79)
    assert told(ledger) == []
    spend(budgets, PROVIDER, 1)
    assert told(ledger) == [("warning", "minute", 80)]
    spend(budgets, PROVIDER, 10)
    assert told(ledger) == [("warning", "minute", 80)]
    spend(budgets, PROVIDER, 10)
    assert told(ledger) == [("warning", "minute", 80), ("critical", "minute", 95)]


def test_a_crossing_is_told_again_after_the_window_has_passed(ledger: Ledger) -> None:
    budgets = Budgets(ledger)
    spend(budgets, PROVIDER, 90)
    budgets.give_back()
    ledger.skew_ms = 70_000
    spend(budgets, PROVIDER, 10)
    spend(budgets, PROVIDER, 80)
    assert told(ledger).count(("warning", "minute", 80)) == 2


def test_processes_tell_of_a_crossing_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('shared') / 'ledger.db'}"
    ledgers = [Ledger(url) for _ in range(3)]
    ledgers[0].migrate()
    shared = [Budgets(ledger) for ledger in ledgers]
    for budgets in shared * 12:
        with_room = usage.usage(ledgers[0], [PROVIDER])[0].used <= 95
        if with_room:
            spend(budgets, PROVIDER, 3)
    assert [level for *_, level in told(ledgers[0])] == [80, 95]
    for ledger in ledgers:
        ledger.close()


def test_weight_that_the_provider_reports_counts_at_once(ledger: Ledger) -> None:
    budgets = Budgets(ledger)
    spend(budgets, PROVIDER, 1)
    budgets.correct(PROVIDER, {60: 85})
    assert told(ledger) == [("warning", "minute", 80)]


def test_a_window_that_is_meant_to_be_filled_is_not_told_of(ledger: Ledger) -> None:
    spend(Budgets(ledger), a_provider("acme", (10, 1), (600, 60)), 10)
    assert told(ledger) == []


def test_a_limit_with_nothing_between_free_and_used_up_is_not_told_of(ledger: Ledger) -> None:
    spend(Budgets(ledger), a_provider("small", (1, 60)), 1)
    assert told(ledger) == []


class Model:
    """When a level is told, as the documentation says."""

    def __init__(self) -> None:
        self.open = {80: False, 95: False}
        self.told = {80: 0, 95: 0}

    def see(self, percentage: float) -> None:
        for level, is_open in self.open.items():
            if not is_open and percentage >= level:
                self.open[level] = True
                self.told[level] += 1
            elif is_open and percentage < level - 20:
                self.open[level] = False


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 110), st.integers(0, 1_100)), max_size=40)
)
def test_whoever_looks_each_crossing_is_told_once(
    history: list[tuple[int, int, int]],
) -> None:
    """Random usage of two windows, seen by three users of one ledger in any order."""
    ledger = Ledger("sqlite://")
    ledger.migrate()
    minute, day = Model(), Model()
    for skew, in_minute, in_day in history:
        ledger.skew_ms = skew
        with ledger.write() as connection:
            usage.crossed(connection, ledger, PROVIDER, {60: in_minute, 86_400: in_day})
        minute.see(in_minute)
        day.see(in_day / 10)
    counts = told(ledger)
    for name, model in (("minute", minute), ("day", day)):
        for level, times in model.told.items():
            assert sum(one[1:] == (name, level) for one in counts) == times
    still = alerts.count(ledger, Wanted(), unresolved=True)
    assert still == sum([*minute.open.values(), *day.open.values()])
    ledger.close()


def test_the_usage_of_each_window_is_told_with_its_reset(ledger: Ledger) -> None:
    budgets = Budgets(ledger)
    spend(budgets, PROVIDER, 60)
    minute, day = usage.usage(ledger, [PROVIDER])
    assert (minute.window, minute.used, minute.percentage, minute.status) == (
        "minute",
        60,
        60,
        "ok",
    )
    assert (day.window, day.used, day.percentage) == ("day", 60, 6)
    assert minute.reset_at is not None
    assert day.reset_at is not None
    assert 55_000 < minute.reset_at - ledger.now() <= 63_000
    assert day.reset_at > minute.reset_at


@pytest.mark.parametrize(
    ("used", "status"),
    [(0, "ok"), (79, "ok"), (80, "warning"), (95, "critical"), (100, "exhausted")],
)
def test_a_status_says_how_little_is_left(ledger: Ledger, used: int, status: str) -> None:
    if used:
        spend(Budgets(ledger), PROVIDER, used)
    assert usage.usage(ledger, [PROVIDER])[0].status == status


def test_a_banned_provider_says_so(ledger: Ledger) -> None:
    budgets = Budgets(ledger)
    until = budgets.forbid(PROVIDER, 60_000)
    assert usage.usage(ledger, [PROVIDER])[0].status == "banned"
    assert usage.usage(ledger, [PROVIDER])[0].banned_until == until
    with pytest.raises(BudgetExhausted):
        budgets.reserve(PROVIDER, 1)


def test_alerts_of_windows_that_have_emptied_are_ended_without_a_call(ledger: Ledger) -> None:
    spend(Budgets(ledger), PROVIDER, 100)
    usage.settle(ledger, [PROVIDER])
    assert alerts.count(ledger, Wanted(), unresolved=True) == 2
    ledger.skew_ms = 70_000
    usage.settle(ledger, [PROVIDER])
    assert alerts.count(ledger, Wanted(), unresolved=True) == 0
