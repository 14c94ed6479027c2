"""A sandbox, and the assets that ask it."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import httpx
import pytest

from pipelines.supervisor import sandbox_config
from sandbox.server import running
from tests.runs import Platform


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    with running(sandbox_config()) as url:
        yield url


@pytest.fixture
def platform(tmp_path: Path, sandbox: str) -> Iterator[Platform]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield Platform(tmp_path, sandbox, instance)
    httpx.delete(f"{sandbox}/_control/faults").raise_for_status()
