"""Pools: who is asked, who replaces whom, and what is said when nobody can answer."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from resources.errors import NoneAvailable, RefusedRequest
from resources.http import Client, Member, Membership, Pick, Pool, StrategyName
from resources.ledger import Ledger
from resources.ledger.breakers import Breakers
from resources.ledger.budgets import Budgets
from resources.ledger.rotations import newest
from resources.providers.base import Call, Provider
from tests.resources.http.played import Played, a_provider, played

Ask = Callable[[Pick], Awaitable[str]]


def everyone(_: Provider) -> bool:
    return True


def one(_: Provider) -> int:
    return 1


@asynccontextmanager
async def a_pool(
    ledger: Ledger, names: str, strategy: StrategyName = "round_robin", **statuses: int
) -> AsyncIterator[tuple[Pool, Ask, Played]]:
    """A pool with a member per letter, which answers its letter unless a status is given."""

    async def handler(request: web.Request) -> web.Response:
        name = request.path.split(".")[1]
        return web.Response(status=statuses.get(name, 200), text=name)

    members = tuple(Member(a_provider(name), priority=ord(name)) for name in names)
    async with (
        played(handler) as server,
        Client(ledger, sandbox_url=server.url, retry_base=0) as client,
    ):

        async def ask(pick: Pick) -> str:
            return (await client.get(pick.provider, Call("/x"), bytes.decode, pick=pick)).value

        membership = Membership(strategy, members)
        yield Pool("letters", lambda: membership, client.permits), ask, server


async def test_members_take_turns(ledger: Ledger) -> None:
    async with a_pool(ledger, "abc") as (pool, ask, _):
        picks = [await pool.first(ask, everyone, one) for _ in range(7)]
    assert "".join(provider.id for provider, _ in picks) == "abcabca"
    assert all(provider.id == value for provider, value in picks)


async def test_questions_at_once_go_to_different_members(ledger: Ledger) -> None:
    async with a_pool(ledger, "abc") as (pool, ask, _):
        picks = await asyncio.gather(*(pool.first(ask, everyone, one) for _ in range(3)))
    assert sorted(provider.id for provider, _ in picks) == ["a", "b", "c"]


async def test_turns_go_on_in_the_next_process(ledger: Ledger) -> None:
    for expected in ("ab", "ca", "bc"):
        async with a_pool(ledger, "abc") as (pool, ask, _):
            picks, _ = await pool.several(2, ask, everyone, one)
        assert {provider.id for provider, _ in picks} == set(expected)


async def test_priority_asks_the_same_one(ledger: Ledger) -> None:
    async with a_pool(ledger, "abc", "priority") as (pool, ask, _):
        assert [(await pool.first(ask, everyone, one))[1] for _ in range(3)] == ["a", "a", "a"]
    assert [turn.to for turn in newest(ledger, 5)] == ["a"]


@pytest.mark.parametrize("status", [404, 429, 500])
async def test_a_member_that_fails_is_replaced_by_the_next(ledger: Ledger, status: int) -> None:
    async with a_pool(ledger, "abc", a=status) as (pool, ask, _):
        provider, value = await pool.first(ask, everyone, one)
    assert (provider.id, value) == ("b", "b")


async def test_a_member_that_has_no_answer_is_not_asked(ledger: Ledger) -> None:
    async with a_pool(ledger, "abc") as (pool, ask, server):
        provider, _ = await pool.first(ask, lambda provider: provider.id == "c", one)
    assert provider.id == "c"
    assert len(server.arrivals) == 1


async def test_members_that_may_not_be_called_are_passed_over(ledger: Ledger) -> None:
    Budgets(ledger).forbid(a_provider("a"), 60_000)
    breakers = Breakers(ledger)
    for _ in range(5):
        breakers.failed("b", None)
    async with a_pool(ledger, "abc") as (pool, ask, server):
        picks = [(await pool.first(ask, everyone, one))[1] for _ in range(3)]
    assert picks == ["c", "c", "c"]
    assert len(server.arrivals) == 3


async def test_a_member_that_recovers_has_its_turn_again(ledger: Ledger) -> None:
    breakers = Breakers(ledger)
    for _ in range(5):
        breakers.failed("b", None)
    async with a_pool(ledger, "abc") as (pool, ask, _):
        assert [(await pool.first(ask, everyone, one))[1] for _ in range(2)] == ["a", "c"]
        ledger.skew_ms += 60_000
        assert [(await pool.first(ask, everyone, one))[1] for _ in range(3)] == ["b", "a", "c"]


async def test_when_nobody_may_be_called_the_earliest_time_is_told(ledger: Ledger) -> None:
    budgets = Budgets(ledger)
    budgets.forbid(a_provider("a"), 90_000)
    earliest = budgets.forbid(a_provider("b"), 60_000)
    async with a_pool(ledger, "abc", c=404) as (pool, ask, server):
        with pytest.raises(NoneAvailable, match="c answered 404") as none:
            await pool.first(ask, everyone, one)
        assert none.value.not_before == earliest
        with pytest.raises(NoneAvailable, match="none is able"):
            await pool.first(ask, lambda _: False, one)
    assert len(server.arrivals) == 1


async def test_several_answer_and_those_that_fail_are_replaced(ledger: Ledger) -> None:
    async with a_pool(ledger, "abcde", b=404, d=404) as (pool, ask, server):
        picks, failures = await pool.several(3, ask, everyone, one)
    assert {value for _, value in picks} == {"a", "c", "e"}
    assert set(failures) == {"b", "d"}
    assert isinstance(failures["b"], RefusedRequest)
    assert len(server.arrivals) == 5


async def test_fewer_than_asked_for_is_an_answer_and_none_is_an_error(ledger: Ledger) -> None:
    async with a_pool(ledger, "abc", b=404, c=404) as (pool, ask, _):
        picks, failures = await pool.several(5, ask, everyone, one)
    assert [value for _, value in picks] == ["a"]
    assert set(failures) == {"b", "c"}
    async with a_pool(ledger, "bc", b=404, c=404) as (pool, ask, _):
        with pytest.raises(NoneAvailable):
            await pool.several(2, ask, everyone, one)


@asynccontextmanager
async def a_limited_pool(
    ledger: Ledger, patience: float, **limits: tuple[int, int]
) -> AsyncIterator[tuple[Pool, Ask, Played]]:
    """Members by name that answer it, within limits of (amount, seconds)."""

    async def handler(request: web.Request) -> web.Response:
        return web.Response(text=request.path.split(".")[1])

    members = tuple(Member(a_provider(name, limit)) for name, limit in limits.items())
    async with played(handler) as server, Client(ledger, sandbox_url=server.url) as client:

        async def ask(pick: Pick) -> str:
            return (
                await client.get(pick.provider, Call("/x"), bytes.decode, max_wait=0, pick=pick)
            ).value

        membership = Membership("priority", members)
        yield Pool("letters", lambda: membership, client.permits, patience=patience), ask, server


async def test_where_a_budget_is_used_up_the_next_member_is_asked_at_once(ledger: Ledger) -> None:
    async with a_limited_pool(ledger, 5, a=(3, 60), b=(2, 60), c=(100, 60)) as (pool, ask, _):
        async with asyncio.timeout(20):
            found = await asyncio.gather(*(pool.first(ask, everyone, one) for _ in range(10)))
    assert Counter(value for _, value in found) == {"a": 3, "b": 2, "c": 5}


async def test_when_all_budgets_are_used_up_the_earliest_is_waited_for(ledger: Ledger) -> None:
    async with a_limited_pool(ledger, 5, a=(1, 60), b=(1, 1)) as (pool, ask, server):
        found = [(await pool.first(ask, everyone, one))[1] for _ in range(3)]
    assert found == ["a", "b", "b"]
    _, at, again = [at for at, _ in server.arrivals]
    assert again - at >= 1


async def test_a_wait_beyond_our_patience_is_not_begun(ledger: Ledger) -> None:
    async with a_limited_pool(ledger, 5, a=(1, 60), b=(1, 20)) as (pool, ask, server):
        for _ in range(2):
            await pool.first(ask, everyone, one)
        async with asyncio.timeout(5):
            with pytest.raises(NoneAvailable, match="used up") as none:
                await pool.first(ask, everyone, one)
    assert none.value.not_before is not None
    assert 5_000 < none.value.not_before - ledger.now() <= 20_300
    assert len(server.arrivals) == 2


async def test_a_short_pause_is_waited_for_and_never_cut_short(ledger: Ledger) -> None:
    async with a_limited_pool(ledger, 5, a=(100, 60)) as (pool, ask, server):
        until = Budgets(ledger).forbid(a_provider("a", (100, 60)), 600)
        assert (await pool.first(ask, everyone, one))[1] == "a"
        assert ledger.now() >= until
    assert len(server.arrivals) == 1


async def test_who_failed_otherwise_is_not_asked_again_after_a_wait(ledger: Ledger) -> None:
    async with a_limited_pool(ledger, 5, a=(100, 60), b=(1, 1)) as (pool, ask, server):
        refused: list[str] = []

        async def picky(pick: Pick) -> str:
            if pick.provider.id == "a":
                refused.append("a")
                raise RefusedRequest("no such market", "a", 404)
            return await ask(pick)

        found = [(await pool.first(picky, everyone, one))[1] for _ in range(2)]
    assert (found, refused) == (["b", "b"], ["a", "a"])
    assert server.calls("api.b.test") == 2


async def test_who_does_not_wait_is_told_when_somebody_may_be_called(ledger: Ledger) -> None:
    async with a_limited_pool(ledger, 7_200, a=(1, 3_600)) as (pool, ask, server):
        await pool.several(1, ask, everyone, one)
        with pytest.raises(NoneAvailable) as none:
            async with asyncio.timeout(20):
                await pool.several(1, ask, everyone, one, follows_up=True)
    assert none.value.not_before
    assert len(server.arrivals) == 1


async def test_the_history_tells_why_another_was_asked(ledger: Ledger) -> None:
    async with a_pool(ledger, "abcd", "priority", a=404, b=429) as (pool, ask, _):
        await pool.first(ask, everyone, one)
    told = [(turn.of, turn.to, turn.reason) for turn in reversed(newest(ledger, 9))]
    assert told == [
        (None, "a", "rotation"), ("a", "b", "failure"), ("b", "c", "rate_limited"),
    ]  # fmt: skip


async def test_several_are_asked_at_once(ledger: Ledger) -> None:
    waiting = asyncio.Barrier(3)  # nobody passes before all three are here
    async with a_pool(ledger, "abc") as (pool, ask, _):

        async def together(pick: Pick) -> str:
            async with asyncio.timeout(5), waiting:
                return await ask(pick)

        picks, _ = await pool.several(3, together, everyone, one)
    assert len(picks) == 3


async def test_an_error_of_our_own_ends_all_questions(ledger: Ledger) -> None:
    cancelled: list[str] = []

    async def ask(pick: Pick) -> str:
        if pick.provider.id == "a":
            raise RuntimeError("a mistake in our own code")
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append(pick.provider.id)
            raise
        return pick.provider.id

    async with a_pool(ledger, "abc") as (pool, _, _):
        with pytest.raises(RuntimeError, match="a mistake"):
            await pool.several(3, ask, everyone, one)
        await asyncio.sleep(0)
    assert sorted(cancelled) == ["b", "c"]
