"""Processes that are killed while they call: limits hold all the same, and the others go on."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from aiohttp import web

from resources.ledger import Ledger
from tests.resources.http.played import ROOT, Callers, played
from tests.resources.http.test_processes import fullest_window

LIMIT = (20, 1)
SECONDS = 4


@pytest.fixture
def victims() -> Iterator[list["subprocess.Popen[str]"]]:
    """Two processes that wait for an order."""
    command = [sys.executable, "-m", "tests.resources.http.caller"]
    pipe = subprocess.PIPE
    started = [
        subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) for _ in range(2)
    ]
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    yield started
    for process in started:
        process.kill()
        process.communicate()


async def test_no_window_is_overdrawn_when_processes_are_killed_and_the_rest_use_what_is_left(
    ledger: Ledger, victims: list["subprocess.Popen[str]"]
) -> None:
    async def slow(_: web.Request) -> web.Response:
        await asyncio.sleep(0.05)
        return web.Response(body=b"ok")

    callers = Callers(2)
    async with played(slow) as server:
        order = {
            "ledger": ledger.url,
            "sandbox": server.url,
            "limits": [LIMIT],
            "seconds": SECONDS,
            "workers": 4,
        }
        calling = asyncio.ensure_future(callers.run(order))
        for process in victims:
            assert process.stdin
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
        began = asyncio.get_running_loop().time()
        for process in victims:
            await asyncio.sleep(0.7)
            process.kill()
        seen = await calling
    callers.close()
    arrivals = [(at, 1) for at, _ in server.arrivals]
    assert fullest_window(arrivals, LIMIT[1]) <= LIMIT[0]
    # Nobody gave back what the killed had leased: a window later it is there again.
    late = [at for at, _ in arrivals if at > began + SECONDS - 1.5]
    assert len(late) > LIMIT[0] / 2
    assert all("answered" in outcomes for outcomes in seen)
