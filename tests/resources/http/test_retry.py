"""Retries: which errors, how often, until when."""

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
from resources.http.retry import RetryTransport
from tests.resources.http.played import Scripted, a_provider, a_request

ACME = a_provider()
OK = httpx.Response(200)
DOWN = TemporaryError("down", "acme", 503)
LIMITED = RateLimited("slow down", "acme", 429, not_before=1)
UNREADABLE = MalformedResponse("what?", "acme", 200)
REFUSED = RefusedRequest("no such market", "acme", 404)
OPEN = BreakerOpen("open", 1)
SHORT = BudgetExhausted("used up", 1)


@pytest.mark.parametrize(
    ("script", "tries"),
    [
        ([OK], 1),
        ([DOWN, OK], 2),
        ([DOWN, DOWN, OK], 3),
        ([LIMITED, OK], 2),
        ([UNREADABLE, OK], 2),
        ([UNREADABLE, DOWN, OK], 3),
    ],
)
async def test_it_tries_again_until_there_is_an_answer(
    script: list[httpx.Response | Exception], tries: int
) -> None:
    below = Scripted(script)
    assert await RetryTransport(below, base=0).handle_async_request(a_request(ACME)) is OK
    assert len(below.requests) == tries


@pytest.mark.parametrize(
    ("script", "tries", "raised"),
    [
        ([DOWN, DOWN, DOWN, OK], 3, DOWN),
        ([LIMITED, LIMITED, LIMITED, OK], 3, LIMITED),
        ([UNREADABLE, UNREADABLE, OK], 2, UNREADABLE),
        ([REFUSED, OK], 1, REFUSED),
        ([OPEN, OK], 1, OPEN),
        ([SHORT, OK], 1, SHORT),
        # What the provider answered says more than that it may not be asked again.
        ([DOWN, OPEN, OK], 2, DOWN),
        ([LIMITED, SHORT, OK], 2, LIMITED),
    ],
)
async def test_it_gives_up_with_what_the_provider_did(
    script: list[httpx.Response | Exception], tries: int, raised: HeadwaterError
) -> None:
    below = Scripted(script)
    with pytest.raises(type(raised)) as error:
        await RetryTransport(below, base=0).handle_async_request(a_request(ACME))
    assert error.value is raised
    assert len(below.requests) == tries


async def test_no_pause_goes_past_the_deadline() -> None:
    below = Scripted([DOWN, OK])
    with pytest.raises(TemporaryError):
        await RetryTransport(below, base=0).handle_async_request(a_request(ACME, seconds=0))
    assert len(below.requests) == 1
