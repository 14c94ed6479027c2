"""What a diagnosis is, whatever it finds."""

import fcntl

import pytest

from resources.diagnostics.diagnosis import CHECKS, FIXES
from resources.errors import Conflict, InvalidInput
from resources.ledger import diagnoses
from tests.resources.diagnostics.patient import Patient
from tests.resources.diagnostics.test_limits import stick


def test_nothing_is_wrong_with_what_was_just_made(patient: Patient) -> None:
    """But that nothing was collected of most feeds, and that Headwater does not run."""
    report = patient.diagnose()
    told = {(one["check"], one["severity"]) for one in report["issues"]}
    assert told <= {
        ("feeds_fresh", "info"),
        ("dagster_answers", "info"),
        ("feeds_fresh", "warning"),
    }
    assert report["critical_issues"] == 0
    assert report["total_issues"] == len(report["issues"])
    assert report["system_info"]["checks"] == len(CHECKS)
    assert report["duration_ms"] > 0


def test_looking_changes_nothing(patient: Patient) -> None:
    stick(patient, "binance")
    before = patient.dump()
    report = patient.diagnose()
    assert [one["fix"]["id"] for one in report["issues"] if one["fix"]] == ["close_breaker:binance"]
    assert report["fixed_issues"] == []
    assert patient.dump() == before


def test_only_the_chosen_fix_is_done(patient: Patient) -> None:
    stick(patient, "binance")
    stick(patient, "kraken")
    report = patient.diagnose(chosen=("close_breaker:kraken",))
    assert report["fixed_issues"] == [
        {"fix": "close_breaker:kraken", "outcome": "the breaker of kraken is closed"}
    ]
    [left] = patient.found("breakers_open")
    assert left["details"]["provider"] == "binance"


def test_a_fix_that_is_not_offered_is_refused_and_nothing_is_done(patient: Patient) -> None:
    stick(patient, "binance")
    before = patient.dump()
    with pytest.raises(InvalidInput, match="close_breaker:okx; offered: close_breaker:binance"):
        patient.diagnose(auto_fix=True, chosen=("close_breaker:okx",))
    assert patient.dump() == before


def test_there_is_one_at_a_time(patient: Patient) -> None:
    patient.diagnose()
    with (patient.settings.home_dir / "run" / "diagnostics.lock").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Conflict):
            patient.diagnose()
    assert patient.diagnose()["issues"]


def test_the_newest_reports_are_kept(patient: Patient) -> None:
    assert diagnoses.last(patient.ledger) is None
    for number in range(diagnoses.KEPT + 5):
        diagnoses.keep(patient.ledger, {"number": number})
    assert diagnoses.last(patient.ledger) == {"number": diagnoses.KEPT + 4}
    with patient.ledger.read() as connection:
        count = connection.exec_driver_sql("SELECT count(*) FROM diagnoses").scalar()
    assert count == diagnoses.KEPT
    report = patient.diagnose()
    assert diagnoses.last(patient.ledger) == report


def test_the_fixes_are_an_enumerated_few() -> None:
    assert set(FIXES) == {
        "compact", "rebuild", "reload_location", "close_breaker", "end_leases", "end_collection",
        "clear_lock",
    }  # fmt: skip
