"""The whole platform as a user starts it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipelines.demo import Demo


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A running `headwater demo` in an empty home, shared by the tests of a module."""
    running = Demo(Path(tmp_path_factory.mktemp("home")))
    running.start()
    try:
        yield running
    finally:
        running.stop()
        running.close()
