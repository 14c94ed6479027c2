"""A sandbox that answers at once, and its venues without a socket."""

import functools
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from resources.ledger import Ledger
from resources.market import load_registry
from resources.providers import load_providers
from sandbox import venues
from sandbox.exchange import Exchange
from sandbox.listings import list_markets
from sandbox.server import running
from sandbox.venue import Venue
from tests.ledgers import ledger_at

# The providers that have a venue, by id.
HOSTS = {
    name: str(urlsplit(provider.base_url).hostname)
    for name, provider in load_providers().items()
    if find_spec(f"{venues.__name__}.{name}")
}
# 2026-03-04 05:06:07.800 UTC
NOW = 1_772_600_767_800
HOUR, DAY = 3_600_000, 86_400_000


@functools.cache
def venue(name: str) -> Venue:
    """A venue that plays the model, within 6,000 a minute."""
    play: type[Venue] = import_module(f"sandbox.venues.{name}").VENUE
    markets = list_markets(play.same_as or name, play.rules, load_registry())
    return play(Exchange(markets), [(6_000, 60)])


@pytest.fixture(scope="session")
def base_url() -> Iterator[str]:
    providers = {name: {"host": host, "limits": [[100_000, 60]]} for name, host in HOSTS.items()}
    with running({"providers": providers, "latency_ms": 0}) as url:
        yield url


@pytest.fixture
def client(base_url: str) -> Iterator[httpx.Client]:
    """Speaks to a sandbox without faults, bans and counts."""
    with httpx.Client(base_url=base_url, timeout=10) as client:
        client.delete("/_control/faults")
        client.delete("/_control/requests")
        yield client


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = ledger_at(tmp_path / "ledger.db")
    yield opened
    opened.close()
