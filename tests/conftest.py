"""What tests of several folders share."""

from pathlib import Path

import hypothesis
import pytest

# A machine that is busy is not a test that fails.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

# These start whole platforms, or many runs of Dagster. Begun last, they would keep one worker busy
# for minutes while the others have nothing left to do.
_LONG = ("pipelines", "security", "faults", "assets", "api")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Rooms that take long come first; within a room the order stays."""
    items.sort(key=lambda item: _turn(item.path.relative_to(Path(__file__).parent).parts[0]))


def _turn(room: str) -> int:
    return _LONG.index(room) if room in _LONG else len(_LONG)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recordings that lies beside a checkout; tests that need it skip without it."""
    folder = Path(__file__).parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("needs the recordings of ../shared, which are not here")
    return folder
