"""What providers say of their limits is obeyed by all processes, whatever they say and when."""

import asyncio
from collections.abc import Iterator, Sequence

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resources.errors import BudgetExhausted, RateLimited
from resources.http.budget import BudgetTransport
from resources.ledger import Ledger
from resources.ledger.budgets import Budgets
from resources.ledger.leases import slice_for
from resources.providers.base import Limit, Provider
from tests.resources.http.played import Scripted, a_provider, a_request
from tests.resources.ledger.worlds import opened, with_limits

LIMIT = 40
# What two other processes may have leased and not spent when a provider tells what was used.
LEASED = 2 * slice_for([Limit(LIMIT, 60)], 1)


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Ledger]]:
    with opened(tmp_path_factory.mktemp("bans"), 3) as found:
        yield found


# What an answer is: its status and its Retry-After in seconds; and the ms that pass before it.
answers = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from([200, 200, 200, 429, 418, 503]),
        st.sampled_from([None, 0, 1, 30, 300]),
        st.sampled_from([0, 500, 2_000, 29_000, 70_000]),
    ),
    min_size=5,
    max_size=40,
)


def pause(status: int, seconds: int | None) -> int:
    """The ms without calls that such an answer asks for, of a limit per minute."""
    if status == 200:
        return 0
    usual = {429: 60, 418: 120, 503: 0}[status]
    return 1000 * (usual if seconds is None else seconds)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=answers)
def test_no_process_calls_before_the_latest_time_that_any_answer_named(
    ledgers: list[Ledger], history: list[tuple[int, int, int | None, int]]
) -> None:
    provider = with_limits([Limit(100_000, 60)])
    asyncio.run(play(ledgers, provider, history))


async def play(
    ledgers: Sequence[Ledger], provider: Provider, history: list[tuple[int, int, int | None, int]]
) -> None:
    script: list[httpx.Response | Exception] = []
    below = Scripted(iter(script.pop, None))
    stacks = [BudgetTransport(below, Budgets(ledger)) for ledger in ledgers]
    until = 0
    for n, status, seconds, ms in history:
        for ledger in ledgers:
            ledger.skew_ms += ms
        script[:] = [httpx.Response(status, headers=retry_after(seconds))]
        before, sent = ledgers[0].now(), len(below.requests)
        try:
            await stacks[n].handle_async_request(a_request(provider))
        except BudgetExhausted as banned:
            refused = banned
        except RateLimited:
            refused = None
        else:
            refused = None
        now = ledgers[0].now()
        if refused:
            assert before < until == refused.not_before
            assert len(below.requests) == sent
        else:
            assert now >= until
            assert len(below.requests) == sent + 1
            named, ends = pause(status, seconds), Budgets(ledgers[0]).banned_until(provider.id)
            assert before + named <= ends <= now + named or (named < 1_000 and not ends)
            until = max(until, ends)


def retry_after(seconds: int | None) -> dict[str, str]:
    return {} if seconds is None else {"Retry-After": str(seconds)}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    calls=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=LIMIT + 5)
)
def test_weight_that_a_stranger_uses_is_ours_no_more(
    ledgers: list[Ledger], calls: list[tuple[int, int]]
) -> None:
    """The provider counts for all who call with our key, and tells it with each answer."""
    name = with_limits([]).id
    provider = a_provider(name, (LIMIT, 60), used=lambda headers: {60: int(headers["x-used"])})
    asyncio.run(share(ledgers, provider, calls))


async def share(
    ledgers: Sequence[Ledger], provider: Provider, calls: list[tuple[int, int]]
) -> None:
    script: list[httpx.Response | Exception] = []
    below = Scripted(iter(script.pop, None))
    stacks = [BudgetTransport(below, Budgets(ledger)) for ledger in ledgers]
    told = 0
    for n, stranger in calls:
        now_used = told + 1 + stranger
        script[:] = [httpx.Response(200, headers={"X-Used": str(now_used)})]
        try:
            await stacks[n].handle_async_request(a_request(provider))
        except BudgetExhausted:
            assert told >= LIMIT - LEASED
            continue
        assert told < LIMIT + LEASED
        told = now_used
