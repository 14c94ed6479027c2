"""One service over the hand-made market for all tests that only read it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.api.asking import CANARY
from tests.api.entries import APIS
from tests.api.server import Store, client_of, opened, served
from tests.api.world import fill


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The hand-made market. Nothing may be written to it."""
    with opened(tmp_path_factory.mktemp("world")) as store:
        fill(store.lake, store.ledger)
        yield store


@pytest.fixture(scope="session")
def service(world: Store) -> Iterator[httpx.Client]:
    """The service over it; the client sends no key."""
    with served(world.settings) as client:
        yield client


@pytest.fixture(scope="session")
def reader(world: Store, service: httpx.Client) -> Iterator[httpx.Client]:
    """A client of it that may read."""
    with client_of(service.base_url, world.key("read")) as client:
        yield client


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store of the test's own."""
    with opened(tmp_path / "home") as made:
        yield made


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with opened(tmp_path_factory.mktemp("config")) as store:
        yield store


@pytest.fixture(scope="module")
def anonymous(place: Store) -> Iterator[httpx.Client]:
    with served(place.settings) as client:
        yield client


@pytest.fixture(scope="module")
def everything(place: Store, anonymous: httpx.Client) -> Iterator[httpx.Client]:
    with client_of(anonymous.base_url, place.key("admin")) as client:
        yield client


@pytest.fixture
def admin(everything: httpx.Client) -> Iterator[httpx.Client]:
    """A client that may do everything; what a test has added is gone after it."""
    yield everything
    for row in everything.get(APIS).json()["apis"]:
        if row["custom"]:
            everything.delete(f"{APIS}/{row['id']}")


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The hand-made market, and a file beside it."""
    home = tmp_path_factory.mktemp("query")
    with opened(home, query_seconds=120, query_memory_mb=128, query_rows=1_000) as store:
        fill(store.lake, store.ledger)
        (home / "secret.csv").write_text(f"a,b\n{CANARY},{CANARY}\n")
        yield store


@pytest.fixture(scope="module")
def asker(market: Store) -> Iterator[httpx.Client]:
    with served(market.settings) as client:
        client.headers["X-API-Key"] = market.key("read")
        yield client


@pytest.fixture(scope="module")
def hurried(market: Store) -> Iterator[httpx.Client]:
    """A client of a service over the same, where statements may take little time."""
    home = market.settings.home_dir
    with (
        opened(home, query_seconds=5, query_memory_mb=128) as store,
        served(store.settings) as client,
    ):
        client.headers["X-API-Key"] = market.key("read")
        yield client
