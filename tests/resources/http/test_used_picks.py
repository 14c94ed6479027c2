"""Picks in use: a call takes what was reserved and nothing more, or gives it back."""

import asyncio
import threading

import pytest
import sqlalchemy as sa
from aiohttp import web

from resources.errors import BreakerOpen, BudgetExhausted, KeyMissing, NoneAvailable, TemporaryError
from resources.http import Client, Permits, Pool
from resources.ledger import Ledger
from resources.ledger.tables import budget_leases
from resources.providers.base import Auth, Call
from tests.resources.http.played import LIMIT, Members, a_provider, answers, played

CALL = Call("/x")


async def test_a_call_uses_what_was_picked_and_reserves_nothing_more(ledger: Ledger) -> None:
    async with (
        played(answers(200)) as server,
        Client(ledger, sandbox_url=server.url) as client,
    ):
        pool = Pool("letters", Members("a", "round_robin", (3, 60)), client.permits)
        for _ in range(3):
            pick = pool.pick()
            await client.get(pick.provider, CALL, bytes, pick=pick)
            assert pick.used
        with pytest.raises(NoneAvailable):
            pool.pick()
    assert len(server.arrivals) == 3


async def test_a_second_try_reserves_for_itself(ledger: Ledger) -> None:
    async with (
        played(answers(503)) as server,
        Client(ledger, sandbox_url=server.url, retry_base=0) as client,
    ):
        pool = Pool("letters", Members("a", "round_robin", (2, 60)), client.permits)
        pick = pool.pick()
        with pytest.raises(TemporaryError):
            await client.get(pick.provider, CALL, bytes, pick=pick)
    assert len(server.arrivals) == 2


async def test_a_call_that_is_not_sent_gives_its_pick_back(ledger: Ledger) -> None:
    locked = a_provider("a", (1, 60), auth=Auth("query", "key"))
    async with Client(ledger) as client:
        permits = client.permits
        for _ in range(3):
            pick = permits.pick(locked, 1)
            with pytest.raises(KeyMissing):
                await client.get(locked, CALL, bytes, pick=pick)
        permits.pick(locked, 1)  # the one call that the limit allows


async def test_a_pick_of_a_provider_that_was_banned_since_is_not_sent(
    ledger: Ledger, other: Permits
) -> None:
    async with played(answers(200)) as server, Client(ledger, sandbox_url=server.url) as client:
        pool = Pool("letters", Members("ab"), client.permits)
        picks = {pick.provider.id: pick for pick in (pool.pick(), pool.pick())}
        other.budgets.forbid(a_provider("a", LIMIT), 60_000)
        for _ in range(5):
            other.breakers.failed("b", None)
        with pytest.raises(BudgetExhausted):
            await client.get(picks["a"].provider, CALL, bytes, pick=picks["a"])
        with pytest.raises(BreakerOpen):
            await client.get(picks["b"].provider, CALL, bytes, pick=picks["b"])
    assert not server.arrivals


async def test_a_pick_that_was_kept_too_long_is_reserved_anew(ledger: Ledger) -> None:
    provider = a_provider("a", (40, 1))  # leases last 250 ms
    async with played(answers(200)) as server, Client(ledger, sandbox_url=server.url) as client:
        pick = client.permits.pick(provider, 1)
        await asyncio.sleep(0.3)
        await client.get(provider, CALL, bytes, pick=pick)
    with ledger.read() as connection:
        spent = connection.execute(sa.select(budget_leases.c.amount)).scalars().all()
    assert spent == [1, 1]


async def test_a_pick_for_less_or_for_another_is_refused(ledger: Ledger) -> None:
    async with Client(ledger) as client:
        pick = client.permits.pick(a_provider("a", LIMIT), 1)
        for provider, call in ((a_provider("b"), CALL), (pick.provider, Call("/x", weight=2))):
            with pytest.raises(ValueError, match="the pick is of"):
                await client.get(provider, call, bytes, pick=pick)


async def test_a_member_that_is_removed_in_a_call_finishes_it(ledger: Ledger) -> None:
    arrived, removed = threading.Event(), threading.Event()

    async def slow(_: web.Request) -> web.Response:
        arrived.set()
        members.keep("b")
        pool.rotate("manual")
        removed.set()
        return web.Response(body=b"whole")

    members = Members("ab", "priority")
    async with played(slow) as server, Client(ledger, sandbox_url=server.url) as client:
        pool = Pool("letters", members, client.permits)
        pick = pool.pick()
        answer = await client.get(pick.provider, CALL, bytes, pick=pick)
        assert (answer.value, pick.provider.id) == (b"whole", "a")
        assert removed.is_set()
        assert pool.pick().provider.id == "b"
