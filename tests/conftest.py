"""What tests of several folders share."""

from pathlib import Path

import hypothesis
import pytest

# A machine that is busy is not a test that fails.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recordings that lies beside a checkout; tests that need it skip without it."""
    folder = Path(__file__).parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("needs the recordings of ../shared, which are not here")
    return folder
