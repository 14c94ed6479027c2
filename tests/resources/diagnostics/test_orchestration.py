"""Dagster, as it answers when something is wrong with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from resources.graphql import Dagster
from tests.api.played_dagster import PlayedDagster, playing
from tests.api.test_health import webserver
from tests.ports import free_port
from tests.resources.diagnostics.patient import Patient


@contextmanager
def under(patient: Patient, **options: Any) -> Iterator[PlayedDagster]:
    """The patient, in which Headwater runs under such a Dagster."""
    with playing(**options) as played:
        patient.dagster = Dagster(f"http://127.0.0.1:{played.port}")
        yield played
        patient.dagster.close()


def test_a_dagster_that_works_is_no_issue(patient: Patient) -> None:
    with under(patient):
        found = {one["check"] for one in patient.diagnose()["issues"]}
    assert found <= {"feeds_fresh"}


def test_a_dagster_that_is_not_reached_is_critical(patient: Patient) -> None:
    patient.dagster = Dagster(f"http://127.0.0.1:{free_port()}")
    report = patient.diagnose()
    patient.dagster.close()
    critical = [one for one in report["issues"] if one["severity"] == "critical"]
    assert [one["check"] for one in critical] == ["dagster_answers"]


@pytest.mark.parametrize("answer", [b"<html>another program</html>", b"[1]", b"{}"])
def test_another_program_is_no_dagster(patient: Patient, answer: bytes) -> None:
    with webserver(answer) as port:
        patient.dagster = Dagster(f"http://127.0.0.1:{port}")
        report = patient.diagnose()
        patient.dagster.close()
    assert report["critical_issues"] == 1


def test_a_scheduler_that_has_stopped_is_critical(patient: Patient) -> None:
    with under(patient, scheduling=False):
        [issue] = patient.found("dagster_answers")
    assert issue["severity"] == "critical"


def test_a_location_that_is_not_loaded_is_loaded_anew(patient: Patient) -> None:
    with under(
        patient, load_error="ImportError: no module named x\n  File /secret/place"
    ) as played:
        [issue] = patient.found("location_loaded")
        assert issue["severity"] == "critical"
        assert issue["message"].endswith("is not loaded: ImportError: no module named x")
        assert played.load_error is not None
        report = patient.diagnose(auto_fix=True)
        assert report["fixed_issues"] == [
            {"fix": "reload_location:headwater", "outcome": "headwater is loaded"}
        ]
        assert patient.found("location_loaded") == []


def test_a_location_that_cannot_be_loaded_stays_an_issue(patient: Patient) -> None:
    with under(patient, load_error="ImportError", mends=False):
        report = patient.diagnose(auto_fix=True)
    [issue] = [one for one in report["issues"] if one["check"] == "location_loaded"]
    assert (issue["fixed"], issue["outcome"]) == (False, "headwater was not loaded: ImportError")
    assert report["fixed_issues"] == []


def test_a_schedule_that_is_off_is_told(patient: Patient) -> None:
    with under(patient, switched_off=["backup_every_day"]):
        [issue] = patient.found("schedules_on")
    assert issue["details"] == {"schedules": ["backup_every_day"]}


def test_a_job_whose_newest_run_has_failed_is_told(patient: Patient) -> None:
    with under(patient, last_status="FAILURE"):
        [issue] = patient.found("runs_succeed")
    assert issue["details"]["job"] == "collect_prices"


def test_a_webserver_of_another_version_is_told(patient: Patient) -> None:
    with under(patient, version="1.0.0"):
        [issue] = patient.found("version_of_dagster")
    assert issue["details"]["the webserver that runs"] == "1.0.0"
