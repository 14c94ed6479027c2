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
from resources.providers.base import Limit, Provider
from tests.resources.http.played import Scripted, a_provider, a_request
from tests.resources.ledger.worlds import opened, with_limits

LIMIT = 40


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
    below = Scripted(iter(lambda: script.pop(), None))
    stacks = [BudgetTransport(below, Budgets(ledger)) for ledger in ledgers]
    until = 0
    for n, status, seconds, ms in history:
        for ledger in ledgers:
            ledger.skew_ms += ms
        headers = {} if seconds is None else {"Retry-After": str(seconds)}
        script[:] = [httpx.Response(status, headers=headers)]
        before, sent = ledgers[0].now(), len(below.requests)
        try:
            await stacks[n].handle_async_request(a_request(provider))
        except RateLimited as limited:
            refused, told = None, limited.not_before or 0
        except BudgetExhausted as banned:
            refused, told = banned.not_before, 0
        else:
            refused, told = None, 0
        now = ledgers[0].now()
        if refused is not None:
            assert before < refused == until
            assert len(below.requests) == sent
            continue
        assert now >= until
        assert len(below.requests) == sent + 1
        if named := pause(status, seconds):
            assert told or status == 503
            until = max(until, told or before + named)
            assert before + named <= until <= now + named or told == 0
            # A 503 is handed on; the time that it named is asked of the ledger.
            until = Budgets(ledgers[0]).banned_until(provider.id)
            assert before + named <= until <= now + named


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
    used = 0
    script: list[httpx.Response | Exception] = []
    stacks = [
        BudgetTransport(Scripted(iter(lambda: script.pop(), None)), Budgets(ledger))
        for ledger in ledgers
    ]
    for n, stranger in calls:
        used += 1 + stranger
        script[:] = [httpx.Response(200, headers={"X-Used": str(used)})]
        try:
            await stacks[n].handle_async_request(a_request(provider))
        except BudgetExhausted:
            used -= 1 + stranger
            break
        assert used - stranger <= LIMIT + slack(len(ledgers))
    with ledgers[0].write() as connection:
        del connection
    assert used <= LIMIT + slack(len(ledgers)) + 3


def slack(processes: int) -> int:
    """What the others have leased and not spent when the provider tells of strangers."""
    return (processes - 1) * 2
