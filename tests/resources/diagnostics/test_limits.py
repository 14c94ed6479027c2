"""Breakers, bans and leases that keep providers from being called."""

import pytest
import sqlalchemy as sa

from resources.ledger.breakers import FAILURES, LONGEST_OPEN_MS, Breakers
from resources.ledger.budgets import Budgets
from resources.ledger.tables import breakers, budget_leases
from resources.providers import load_providers
from tests.resources.diagnostics.patient import Patient

HOUR = 3_600_000


def stick(patient: Patient, provider: str, open_until: int = 2 * LONGEST_OPEN_MS) -> None:
    """Open a breaker by failures; it says that it stays so until `open_until` ms from now."""
    watching = Breakers(patient.ledger)
    for _ in range(FAILURES):
        watching.failed(provider, None)
    mine = sa.update(breakers).where(breakers.c.provider == provider)
    patient.execute(mine.values(open_until=patient.now + open_until))


@pytest.mark.parametrize("open_until", [2 * LONGEST_OPEN_MS, -2 * HOUR])
def test_a_breaker_that_is_stuck_is_closed(patient: Patient, open_until: int) -> None:
    stick(patient, "binance", open_until)
    [issue] = patient.found("breakers_open")
    assert (issue["severity"], issue["fix"]["safe"]) == ("warning", True)
    patient.diagnose(auto_fix=True)
    assert patient.found("breakers_open") == []
    assert Breakers(patient.ledger).enter("binance") is None


def test_a_breaker_that_has_just_opened_is_left_to_itself(patient: Patient) -> None:
    stick(patient, "binance", 60_000)
    assert patient.found("breakers_open") == []


def test_a_breaker_that_opens_again_and_again_is_closed_only_when_chosen(patient: Patient) -> None:
    stick(patient, "binance", 60_000)
    patient.execute(sa.update(breakers).values(opens=5))
    report = patient.diagnose(auto_fix=True)
    [issue] = [one for one in report["issues"] if one["check"] == "breakers_open"]
    assert (issue["fix"]["safe"], issue["fixed"]) == (False, False)
    assert "5 times in a row" in issue["message"]
    patient.diagnose(chosen=("close_breaker:binance",))
    assert patient.found("breakers_open") == []


def test_leases_of_a_clock_that_was_set_back_are_ended(patient: Patient) -> None:
    budgets, binance = Budgets(patient.ledger), load_providers()["binance"]
    budgets.arrived(budgets.reserve(binance, 100))
    patient.execute(sa.update(budget_leases).values(expires_at=patient.now + 5 * HOUR))
    [issue] = patient.found("leases_stale")
    assert issue["details"] == {"provider": "binance", "leases": 1}
    patient.diagnose(auto_fix=True)
    assert patient.found("leases_stale") == []


def test_a_long_ban_is_told(patient: Patient) -> None:
    Budgets(patient.ledger).forbid(load_providers()["binance"], 3 * HOUR)
    [issue] = patient.found("budgets_spent")
    assert issue["severity"] == "info"
    assert issue["message"].startswith("binance wants no call for 3.0 h")


def test_a_budget_of_a_day_that_is_used_up_is_told(patient: Patient) -> None:
    daily = next(
        one
        for one in load_providers().values()
        if len(one.limits) == 1 and one.limits[0].seconds == 86_400
    )
    Budgets(patient.ledger).reserve(daily, daily.limits[0].amount)
    [issue] = patient.found("budgets_spent")
    assert issue["details"] == {"provider": daily.id, "window": "day"}
