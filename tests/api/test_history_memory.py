"""A long file does not take more memory than a short one."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from tests.api.minutes import put_minutes
from tests.api.server import Store, opened, until
from tests.ports import free_port

ROWS = 2_000_000
PATH = "/api/ohlcv/history/BTC/USDT?interval=1m&start=2019-01-01&end=2030-01-01"


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with opened(tmp_path_factory.mktemp("years")) as store:
        put_minutes(store, "BTC/USDT", range(ROWS))
        yield store


@pytest.mark.parametrize("form", ["csv", "arrow"])
def test_the_memory_of_the_service_stays_far_below_the_file(years: Store, form: str) -> None:
    with own_process(years) as (process, client):
        assert len(client.get(f"{PATH}&format={form}&limit=1000").content) < 1_000_000
        before = process.memory_info().rss
        with peak_of(process) as peak:
            size = received(client, f"{PATH}&format={form}")
    assert size > 100 * ROWS
    assert peak[0] - before < size / 2


@contextmanager
def own_process(store: Store) -> Iterator[tuple[psutil.Process, httpx.Client]]:
    port = free_port()
    settings = {"HEADWATER_HOME": str(store.settings.home), "HEADWATER_PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-m", "api"],
        cwd=Path(__file__).parents[2],
        env={**os.environ, **settings},
        stderr=subprocess.DEVNULL,
    )
    headers = {"X-API-Key": store.key("read"), "Accept-Encoding": "identity"}
    with (
        process,
        httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60, trust_env=False
        ) as client,
    ):
        try:
            until(lambda: answers(client), within=60)
            yield psutil.Process(process.pid), client
        finally:
            process.terminate()


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/livez").status_code == 200
    except httpx.ConnectError:
        return False


def received(client: httpx.Client, path: str) -> int:
    with client.stream("GET", path) as answer:
        assert answer.status_code == 200
        return sum(map(len, answer.iter_raw()))


@contextmanager
def peak_of(process: psutil.Process) -> Iterator[list[int]]:
    peak, ended = [0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.01):
            peak[0] = max(peak[0], process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        ended.set()
        watcher.join()
