"""Looks that are killed: what was acknowledged is stored, and nothing else."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from pipelines.supervisor import sandbox_config
from resources.directory import Directory
from resources.http import Client
from resources.ledger import Ledger, commits, provider_schedules
from resources.ledger.snapshots import Bounds
from resources.ledger.tables import snapshot_bodies, snapshots
from resources.providers.base import Auth, Call, Provider
from resources.schedules import Schedules
from resources.snapshots import Looks, is_news
from sandbox.server import running
from tests.ledgers import ledger_at
from tests.resources.http.played import a_provider, answers, played

LOOKING = """
import asyncio, sys
from resources.directory import Directory
from resources.http.client import Client
from resources.ledger import Ledger
from resources.ledger.snapshots import Bounds
from resources.schedules import Schedules
from resources.snapshots import Looks

async def main(url, sandbox):
    ledger = Ledger(url)
    schedules = Schedules(ledger, Directory(ledger), sandboxed=True)
    async with Client(ledger, sandbox_url=sandbox) as client:
        looks = Looks(client, ledger, schedules, Bounds(1_000, 30), 1_000_000)
        await looks.when_due(schedules.due(ledger.now()))

asyncio.run(main(*sys.argv[1:]))
"""


@given(
    st.sampled_from(["binance", "kraken", "alternative_me"]),
    st.integers(0, 10**12),
    st.lists(st.integers(60_000, 200_000), min_size=10, max_size=40),
)
def test_of_many_looks_one_in_ten_minutes_is_news(name: str, at: int, waits: list[int]) -> None:
    assert is_news(name, None, at)
    news = []
    for wait in waits:
        if is_news(name, at, at + wait):
            news.append(at + wait)
        at += wait
    gaps = [later - earlier for earlier, later in pairwise(news)]
    assert all(600_000 - 200_000 < gap < 600_000 + 200_000 for gap in gaps)


@given(st.integers(0, 10**12), st.integers(600_000, 10**9))
def test_a_look_after_ten_minutes_is_news(at: int, wait: int) -> None:
    assert is_news("binance", at, at + wait)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    with running(sandbox_config()) as url:
        yield url


@pytest.mark.parametrize("after", [1, 4])
def test_a_kill_loses_nothing_that_was_acknowledged(
    tmp_path: Path, sandbox: str, after: int
) -> None:
    ledger = ledger_at(tmp_path / "ledger.db")
    looking = subprocess.Popen([sys.executable, "-c", LOOKING, ledger.url, sandbox])
    heard: list[commits.Commit] = []
    tail = commits.Tail(ledger, 0)
    while len(heard) < after:
        heard += tail.poll()
        assert looking.poll() is None
        time.sleep(0.01)
    looking.send_signal(signal.SIGKILL)
    looking.wait()
    acknowledged = [
        (commit.seq, str(key["provider"]))
        for commit in commits.read_commits(ledger, 0, 1_000)
        for key in commit.keys
    ]
    with ledger.read() as connection:
        rows = connection.execute(sa.select(snapshots).order_by(snapshots.c.id)).all()
        bodies = connection.execute(sa.select(snapshot_bodies)).all()
    assert len(heard) >= after
    assert sorted((row.seq, row.provider) for row in rows) == sorted(acknowledged)
    assert {(row.provider, row.digest) for row in rows} == {(b.provider, b.digest) for b in bodies}
    looked = provider_schedules.read(ledger)
    assert {row.provider for row in rows} == {name for name, one in looked.items() if one.last_at}
    ledger.close()


async def test_one_that_cannot_be_asked_does_not_end_the_looks_at_others(tmp_path: Path) -> None:
    ledger = ledger_at(tmp_path / "ledger.db")
    faulty = {
        "unsendable": replace(
            a_provider("unsendable", auth=Auth("header", "X-Key", "Ünï ")), health=Call("/x")
        ),
        "heavy": replace(a_provider("heavy", (5, 60)), health=Call("/x", weight=6)),
        "good": replace(a_provider("good"), health=Call("/x")),
    }
    schedules = Schedules(ledger, _Listed(ledger, faulty), sandboxed=True)
    async with played(answers(200)) as server, Client(ledger, sandbox_url=server.url) as client:
        looks = Looks(client, ledger, schedules, Bounds(10, 30), 1_000_000)
        done = await looks.now(list(faulty))
    ledger.close()
    assert {look.provider.id: look.status for look in done} == {
        "unsendable": "failed", "heavy": "failed", "good": "success",
    }  # fmt: skip


class _Listed(Directory):
    """A directory of some providers, faults of which no entry may have."""

    def __init__(self, ledger: Ledger, found: Mapping[str, Provider]) -> None:
        super().__init__(ledger)
        self._found = found

    def providers(self) -> Mapping[str, Provider]:
        return self._found
