"""The service under a real uvicorn, in a thread of the test's process."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from api.app import create_app
from api.live.conversation import SERVER_OPTIONS
from api.live.hub import Limits
from resources.lake import Lake
from resources.ledger import Ledger, keys
from resources.settings import Settings
from tests.api.described import require_described
from tests.ledgers import ledger_at
from tests.ports import free_port

# Tests ask more often than people.
UNLIMITED = dict.fromkeys(
    ("limit_free_minute", "limit_free_day", "limit_pro_minute", "limit_pro_day"), 1_000_000
)


@dataclass(frozen=True)
class Store:
    """A home folder with an empty ledger and lake."""

    settings: Settings
    ledger: Ledger
    lake: Lake

    def key(self, *scopes: str) -> str:
        return keys.create(self.ledger, " ".join(scopes), scopes)


@contextmanager
def opened(home: Path, **settings: Any) -> Iterator[Store]:
    # No Dagster listens where nothing listened a moment ago.
    ports = {"dagster_port": free_port(), "port": free_port()}
    given = {"home": home, **ports, **UNLIMITED, **settings}
    made = Settings(**given)
    ledger = ledger_at(made.home_dir / "ledger.db")
    try:
        yield Store(made, ledger, Lake(made.lake_url))
    finally:
        ledger.close()


@contextmanager
def served(
    settings: Settings, limits: Limits | None = None, **options: Any
) -> Iterator[httpx.Client]:
    """The service on its port; a client without a key. The options are uvicorn's."""
    given: dict[str, Any] = {**SERVER_OPTIONS, **options}
    config = uvicorn.Config(
        create_app(settings, limits),
        host=settings.host,
        port=settings.port,
        log_config=None,
        proxy_headers=False,
        **given,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started or not thread.is_alive())
        assert server.started
        with client_of(f"http://127.0.0.1:{settings.port}") as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(15)


def client_of(
    address: str | httpx.URL, key: str | None = None, timeout: float = 30
) -> httpx.Client:
    """A client of the service, which takes no answer that /openapi.json does not describe."""
    headers = {} if key is None else {"X-API-Key": key}
    hooks = {"response": [require_described]}
    return httpx.Client(
        base_url=address, headers=headers, timeout=timeout, trust_env=False, event_hooks=hooks,
        # Certificates of all the world take 20 ms, and nobody asks for them here.
        verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    )  # fmt: skip


def paged(client: httpx.Client, path: str) -> Iterator[dict[str, Any]]:
    """Every page of a list; `path` has a query."""
    cursor = ""
    while cursor is not None:
        page = client.get(f"{path}&cursor={cursor}" if cursor else path).json()
        yield page
        cursor = page["next_cursor"]


def until(condition: Callable[[], bool], within: float = 20) -> None:
    """Wait for what a server does in its own time."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not come to pass")
        time.sleep(0.02)
