"""A platform of the test's own, in which nothing is wrong."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.resources.diagnostics.patient import Patient, admitted


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Patient]:
    """Prices and candles of now in both stores."""
    with admitted(tmp_path / "home") as made:
        yield made
