"""`headwater doctor`, as it is typed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.cli import main
from resources.diagnostics.diagnosis import CHECKS
from resources.lake import Lake
from resources.ledger import diagnoses
from resources.schemas import PRICES
from tests.markdown import read, rows, section
from tests.resources.diagnostics.patient import Patient, admitted
from tests.resources.diagnostics.test_limits import stick


@pytest.fixture
def patient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Patient]:
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    with admitted(tmp_path / "home") as made:
        yield made


def test_what_can_be_done_is_told_and_not_done(
    patient: Patient, capsys: pytest.CaptureFixture[str]
) -> None:
    stick(patient, "binance")
    main(["doctor"])
    said = capsys.readouterr().out
    assert "warning   breakers_open: the breaker of binance is stuck" in said
    assert "--fix close_breaker:binance would close the breaker of binance" in said
    assert "0 critical, 1 warnings" in said
    report = diagnoses.last(patient.ledger)
    assert report is not None
    assert report["fixed_issues"] == []
    main(["doctor", "--fix", "close_breaker:binance"])
    assert "done: the breaker of binance is closed" in capsys.readouterr().out
    assert patient.found("breakers_open") == []


def test_what_is_critical_is_told_to_scripts(
    patient: Patient, capsys: pytest.CaptureFixture[str]
) -> None:
    [file] = Lake(patient.lake.url).files(PRICES)
    Path(file).unlink()
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--auto-fix"])
    assert ended.value.code == 1
    said = capsys.readouterr().out
    assert said.startswith("critical  lake_readable: the table prices of the lake is damaged")


def test_there_must_be_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "nowhere"))
    with pytest.raises(SystemExit, match="there is no home"):
        main(["doctor"])


def test_each_check_is_told() -> None:
    told = rows(section(read("docs/operations.md"), "Diagnostics"))
    names = [name.strip(" `") for row in told for name in row[0].split(",")]
    assert sorted(names) == sorted(CHECKS)
