"""A sandbox, and the assets that ask it."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import httpx
import pytest

from pipelines.supervisor import sandbox_config
from sandbox.server import running
from tests.runs import Platform

# Enough for a quorum. Binance is asked for candles first.
FEW = ("binance", "coinbase_exchange", "coingecko", "kraken")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    with running(sandbox_config()) as url:
        yield url


@pytest.fixture
def platform(tmp_path: Path, sandbox: str) -> Iterator[Platform]:
    with dg.DagsterInstance.ephemeral() as instance:
        made = Platform(tmp_path, sandbox, instance)
        made.keep(*FEW)
        yield made
    httpx.delete(f"{sandbox}/_control/faults").raise_for_status()


@pytest.fixture
def everyone(tmp_path: Path, sandbox: str) -> Iterator[Platform]:
    """As `platform`, with all members of the pools."""
    with dg.DagsterInstance.ephemeral() as instance:
        yield Platform(tmp_path, sandbox, instance)
    httpx.delete(f"{sandbox}/_control/faults").raise_for_status()
