"""`python -m api` as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.api.server import Store, until

ROOT = Path(__file__).parents[2]


@contextmanager
def started(store: Store, **settings: str) -> Iterator[httpx.Client]:
    """The service as it is started, on the port of a store; a client without a key. What it says
    goes to api.log in the home folder's parent."""
    home, port = store.settings.home_dir, store.settings.port
    given = {
        "HEADWATER_HOME": str(home),
        "HEADWATER_PORT": str(port),
        "HEADWATER_LIMIT_FREE_MINUTE": "1000000",
        "HEADWATER_LIMIT_FREE_DAY": "1000000",
        **settings,
    }
    url = f"http://127.0.0.1:{port}"
    with (home.parent / "api.log").open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "api"],
            cwd=ROOT,
            env={**os.environ, **given},
            stdout=said,
            stderr=said,
        )
    with process, httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        try:
            until(lambda: process.poll() is not None or _answers(client), within=60)
            yield client
        finally:
            process.terminate()
            process.wait(20)


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/livez").status_code == 200
    except httpx.TransportError:
        return False
