"""The breaker layer: what counts as a failure, and what is not sent."""

import httpx
import pytest

from resources.errors import (
    BreakerOpen,
    BudgetExhausted,
    HeadwaterError,
    MalformedResponse,
    RateLimited,
    RefusedRequest,
    TemporaryError,
)
from resources.http.breaker import BreakerTransport
from resources.ledger import Ledger
from resources.ledger.breakers import Breaker, Breakers
from tests.resources.http.played import Scripted, a_provider, a_request

ACME = a_provider()
OK = httpx.Response(200)
DOWN = TemporaryError("down", "acme", 503)
UNREADABLE = MalformedResponse("what?", "acme", 200)
REFUSED = RefusedRequest("no such market", "acme", 404)
LIMITED = RateLimited("slow down", "acme", 429, not_before=1)
SHORT = BudgetExhausted("used up", 1)


async def send(stack: BreakerTransport, times: int) -> list[str]:
    """What became of each call."""
    seen = []
    for _ in range(times):
        try:
            await stack.handle_async_request(a_request(ACME))
            seen.append("answered")
        except HeadwaterError as error:
            seen.append(type(error).__name__)
    return seen


@pytest.mark.parametrize("failure", [DOWN, UNREADABLE])
async def test_five_failures_in_a_row_and_nothing_is_sent(
    ledger: Ledger, failure: Exception
) -> None:
    below = Scripted([failure] * 9)
    seen = await send(BreakerTransport(below, Breakers(ledger)), 8)
    assert seen == [type(failure).__name__] * 5 + ["BreakerOpen"] * 3
    assert len(below.requests) == 5


@pytest.mark.parametrize("innocent", [REFUSED, LIMITED, SHORT])
async def test_what_is_no_failure_never_opens_it(ledger: Ledger, innocent: Exception) -> None:
    below = Scripted([innocent] * 30)
    await send(BreakerTransport(below, Breakers(ledger)), 30)
    assert len(below.requests) == 30


async def test_half_of_ten_calls_failing_opens_it_too(ledger: Ledger) -> None:
    below = Scripted([OK, DOWN] * 6)
    seen = await send(BreakerTransport(below, Breakers(ledger)), 12)
    assert seen == ["answered", "TemporaryError"] * 5 + ["BreakerOpen"] * 2


async def test_it_recovers_after_a_minute_by_one_answer(ledger: Ledger) -> None:
    below, breakers = Scripted([OK, DOWN] * 7), Breakers(ledger)
    stack = BreakerTransport(below, breakers)
    assert (await send(stack, 11))[-1] == "BreakerOpen"
    ledger.skew_ms += 60_000
    # The failures from before do not count again: the one after the probe is the first.
    assert await send(stack, 3) == ["answered", "TemporaryError", "answered"]


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (OK, "closed"),
        (REFUSED, "closed"),
        (DOWN, "open"),
        (UNREADABLE, "open"),
        (LIMITED, "half_open"),
        (SHORT, "half_open"),
    ],
)
async def test_the_probe_decides(
    ledger: Ledger, outcome: httpx.Response | Exception, state: str
) -> None:
    breakers = Breakers(ledger)
    stack = BreakerTransport(Scripted([*[DOWN] * 5, outcome, OK]), breakers)
    await send(stack, 5)
    ledger.skew_ms += 60_000
    await send(stack, 1)
    assert breakers.state("acme").state == state
    # Where it is closed or proved nothing the next call may go at once.
    if state == "open":
        with pytest.raises(BreakerOpen):
            await stack.handle_async_request(a_request(ACME))
    else:
        assert await stack.handle_async_request(a_request(ACME)) is OK
        assert breakers.state("acme") == Breaker()
