"""The services that the tests of the API ask."""

from collections.abc import Iterator

import httpx
import pytest

from tests.api.conftest import admin, anonymous, everything, place, reader, service, store, world
from tests.api.server import Store, client_of, served

__all__ = ["admin", "anonymous", "everything", "place", "reader", "service", "store", "world"]


@pytest.fixture
def boss(store: Store) -> Iterator[httpx.Client]:
    """A client that may do everything, of a service over an empty store of the test's own."""
    with (
        served(store.settings) as client,
        client_of(client.base_url, store.key("admin")) as made,
    ):
        yield made
