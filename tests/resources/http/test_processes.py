"""Limits, bans and breakers hold across processes: four of them, one ledger, real sockets."""

import asyncio
from collections.abc import Iterator, Sequence

import pytest
from aiohttp import web

from resources.http import Client
from resources.ledger import Ledger
from resources.ledger.breakers import Breakers
from resources.ledger.budgets import Budgets
from resources.providers.base import Call
from tests.resources.http.played import Callers, a_provider, answers, played


@pytest.fixture(scope="module")
def callers() -> Iterator[Callers]:
    started = Callers(4)
    yield started
    started.close()


def fullest_window(arrivals: Sequence[tuple[float, int]], seconds: float) -> int:
    """The most weight that arrived in any [t, t + seconds), arrivals in order."""
    most = begin = inside = 0
    for at, weight in arrivals:
        inside += weight
        while arrivals[begin][0] <= at - seconds:
            inside -= arrivals[begin][1]
            begin += 1
        most = max(most, inside)
    return most


async def ok(_: web.Request) -> web.Response:
    return web.Response(body=b"ok")


@pytest.mark.parametrize(
    ("limits", "heaviest"), [([(20, 1)], 1), ([(12, 1), (30, 3)], 1), ([(40, 2)], 5)]
)
async def test_four_processes_never_exceed_a_limit_in_any_sliding_window(
    ledger: Ledger, callers: Callers, limits: list[tuple[int, int]], heaviest: int
) -> None:
    async with played(ok) as server:
        order = {
            "ledger": ledger.url,
            "sandbox": server.url,
            "limits": limits,
            "heaviest": heaviest,
            "seconds": 3,
            "workers": 4,
        }
        seen = await callers.run(order)
    arrivals = [(at, int(request.query["weight"])) for at, request in server.arrivals]
    for amount, seconds in limits:
        assert fullest_window(arrivals, seconds) <= amount
    # Careful, but not idle: over half of what the tightest limit allows in three seconds.
    assert sum(weight for _, weight in arrivals) > min(a / s for a, s in limits) * 3 / 2
    assert all("answered" in outcomes for outcomes in seen)


async def test_a_ban_written_by_one_process_is_obeyed_by_all(
    ledger: Ledger, callers: Callers
) -> None:
    provider = a_provider()
    async with played(answers(web.Response(status=429, headers={"Retry-After": "3600"}))) as server:
        async with Client(ledger, sandbox_url=server.url, retry_base=0) as client:
            with pytest.raises(Exception, match="asked for a pause of 3600 s"):
                await client.get(provider, Call("/x"), bytes)
        order = {"ledger": ledger.url, "sandbox": server.url, "calls": 20, "workers": 4}
        seen = await callers.run(order)
        assert seen == [["BudgetExhausted"] * 20] * 4
        assert len(server.arrivals) == 1


async def test_a_ban_is_seen_by_a_process_that_is_calling_already(
    ledger: Ledger, callers: Callers
) -> None:
    provider, budgets, many = a_provider("acme", (100_000, 60)), Budgets(ledger), asyncio.Event()

    async def busy(_: web.Request) -> web.Response:
        if len(server.arrivals) == 50:
            many.set()
        return web.Response(body=b"ok")

    async with played(busy) as server:
        order = {
            "ledger": ledger.url,
            "sandbox": server.url,
            "limits": [(100_000, 60)],
            "until_error": True,
        }
        calling = asyncio.ensure_future(callers.run(order))
        await many.wait()
        budgets.forbid(provider, 3_600_000)
        banned_at = asyncio.get_running_loop().time()
        seen = await calling
    late = [at for at, _ in server.arrivals if at > banned_at]
    assert len(late) <= 4  # those that were on their way
    assert all(outcomes[-1] == "BudgetExhausted" for outcomes in seen)


async def test_a_breaker_opened_here_is_open_everywhere_and_lets_one_probe_through(
    ledger: Ledger, callers: Callers
) -> None:
    breakers = Breakers(ledger)
    for _ in range(5):
        breakers.failed("acme", None)

    async def slow(_: web.Request) -> web.Response:
        await asyncio.sleep(1.5)
        return web.Response(body=b"ok")

    async with played(slow) as server:
        order = {"ledger": ledger.url, "sandbox": server.url, "calls": 5}
        assert await callers.run(order) == [["BreakerOpen"] * 5] * 4
        assert not server.arrivals

        order |= {"skew_ms": 60_000, "calls": 1}
        seen = await callers.run(order)
        assert sorted(seen) == [["BreakerOpen"]] * 3 + [["answered"]]
        assert len(server.arrivals) == 1
    assert breakers.state("acme").state == "closed"
