"""The map of risks names every test of this folder, and none that is not there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text()


def test_every_test_that_is_named_is_there() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", TEXT))
    assert len(named) > 20
    assert [file for file in named if not (ROOT / file).is_file()] == []
    for file in named:
        assert re.search(r"^(async )?def test_", (ROOT / file).read_text(), re.MULTILINE), file


def test_every_risk_has_a_row_with_a_test_of_its_own() -> None:
    for number in range(1, 11):
        (row,) = re.findall(rf"^\| API{number} .*$", TEXT, re.MULTILINE)
        assert f"tests/security/test_api{number}_" in row
        assert len(row.split("|")) == 6


def test_every_test_of_this_folder_is_named() -> None:
    here = {f"tests/security/{file.name}" for file in Path(__file__).parent.glob("test_*.py")}
    named = set(re.findall(r"`(tests/security/\w+\.py)`", TEXT))
    assert here - named == {"tests/security/test_documented.py"}
