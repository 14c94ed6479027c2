"""A sandbox whose faults are ordered, and homes of runs against it."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import httpx
import pytest

from pipelines.supervisor import sandbox_config
from sandbox.server import running
from tests.runs import Platform

# All have the markets of the tests in USDT, and years of candles in pages of 1,000 or so.
PAIR = ("binance", "bybit")


@pytest.fixture(scope="package")
def sandbox() -> Iterator[str]:
    with running(sandbox_config()) as url:
        yield url


@pytest.fixture
def platform(tmp_path: Path, sandbox: str) -> Iterator[Platform]:
    """Two providers, the first of which is asked first."""
    with dg.DagsterInstance.ephemeral() as instance:
        made = Platform(tmp_path, sandbox, instance)
        made.keep(*PAIR)
        yield made
    for what in ("faults", "requests"):
        httpx.delete(f"{sandbox}/_control/{what}").raise_for_status()
