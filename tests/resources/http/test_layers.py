"""Status, reading, gate and patience, each above a scripted layer."""

import asyncio
import itertools
import operator

import httpx
import polars as pl
import pytest

from resources.errors import (
    BreakerOpen,
    BudgetExhausted,
    MalformedResponse,
    ProviderError,
    RefusedRequest,
    TemporaryError,
)
from resources.http.gate import GateTransport
from resources.http.patience import PatienceTransport
from resources.http.reading import ReadingTransport
from resources.http.status import StatusTransport
from tests.resources.http.played import Scripted, a_provider, a_request

ACME = a_provider()


@pytest.mark.parametrize("status", [200, 201, 204])
async def test_success_is_handed_on(status: int) -> None:
    response = httpx.Response(status, content=b"x")
    stack = StatusTransport(Scripted([response]))
    assert await stack.handle_async_request(a_request(ACME)) is response


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, RefusedRequest),
        (304, RefusedRequest),
        (400, RefusedRequest),
        (401, RefusedRequest),
        (403, RefusedRequest),
        (404, RefusedRequest),
        (451, RefusedRequest),
        (408, TemporaryError),
        (500, TemporaryError),
        (502, TemporaryError),
        (503, TemporaryError),
        (599, TemporaryError),
    ],
)
async def test_other_statuses_say_what_the_caller_must_do(
    status: int, error: type[ProviderError]
) -> None:
    stack = StatusTransport(Scripted([httpx.Response(status, content=b"why\n\n not")]))
    with pytest.raises(error, match=f"acme answered {status}: why not") as raised:
        await stack.handle_async_request(a_request(ACME))
    assert type(raised.value) is error
    assert raised.value.http_status == status


async def test_an_excerpt_is_short() -> None:
    body = b"bad  key\n" + b"\xff<html>" * 1000
    with pytest.raises(RefusedRequest, match="bad key \ufffd<html>") as raised:
        await StatusTransport(Scripted([httpx.Response(401, content=body)])).handle_async_request(
            a_request(ACME)
        )
    assert len(str(raised.value)) < 250


async def test_what_the_parser_makes_of_the_body_travels_with_the_response() -> None:
    request = a_request(ACME)
    request.extensions["parse"] = lambda body: body.decode().split(",")
    response = await ReadingTransport(
        Scripted([httpx.Response(200, content=b"1,2")])
    ).handle_async_request(request)
    assert response.extensions["value"] == ["1", "2"]


@pytest.mark.parametrize(
    "parse",
    [
        bytes.decode,
        int,
        {b"price": 1}.__getitem__,
        operator.itemgetter(99),
        operator.neg,
        lambda _: divmod(1, 0),
        pl.read_json,
    ],
)
async def test_whatever_a_parser_stumbles_over_is_malformed(parse: object) -> None:
    request = a_request(ACME)
    request.extensions["parse"] = parse
    stack = ReadingTransport(Scripted([httpx.Response(200, content=b"\xff<html>")]))
    with pytest.raises(MalformedResponse, match="its parser cannot read") as raised:
        await stack.handle_async_request(request)
    assert raised.value.provider == "acme"


async def test_an_error_that_a_parser_names_itself_passes() -> None:
    def parse(_: bytes) -> None:
        raise TemporaryError("acme is busy", "acme", 200)

    request = a_request(ACME)
    request.extensions["parse"] = parse
    with pytest.raises(TemporaryError, match="busy"):
        await ReadingTransport(Scripted([httpx.Response(200)])).handle_async_request(request)


class Slow(httpx.AsyncBaseTransport):
    """Answers when it is told to, and knows how many wait for it."""

    def __init__(self) -> None:
        self.inside = self.most = 0
        self.go = asyncio.Event()

    async def handle_async_request(self, _: httpx.Request) -> httpx.Response:
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            await self.go.wait()
        finally:
            self.inside -= 1
        return httpx.Response(200)


async def test_a_few_calls_of_a_provider_are_on_their_way_and_the_others_wait() -> None:
    slow = Slow()
    gate = GateTransport(slow, width=3)
    calls = [asyncio.ensure_future(gate.handle_async_request(a_request(ACME))) for _ in range(10)]
    bolt = asyncio.ensure_future(gate.handle_async_request(a_request(a_provider("bolt"))))
    await asyncio.sleep(0.01)
    assert slow.inside == 3 + 1  # bolt waits for nobody
    calls[0].cancel()
    slow.go.set()
    await asyncio.gather(*calls[1:], bolt)
    assert slow.most == 4


async def test_who_waits_at_the_gate_until_the_deadline_was_never_called() -> None:
    gate = GateTransport(Slow(), width=1)
    first = asyncio.ensure_future(gate.handle_async_request(a_request(ACME)))
    await asyncio.sleep(0)
    with pytest.raises(BudgetExhausted, match="too many calls"):
        await gate.handle_async_request(a_request(ACME, seconds=0.05))
    first.cancel()


async def test_a_budget_that_is_free_soon_is_waited_for() -> None:
    clock = itertools.count(1_000, 40)  # each look at it is 40 ms later
    below = Scripted([BudgetExhausted("short", 1_050), BudgetExhausted("short", 1_050), OK])
    patience = PatienceTransport(below, lambda: next(clock))
    assert await patience.handle_async_request(a_request(ACME)) is OK
    assert len(below.requests) == 3


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (BudgetExhausted("beyond max_wait", 3_000), None),
        (BudgetExhausted("beyond the deadline", 1_900), 0.5),
        (BudgetExhausted("nobody knows until when"), None),
        (BreakerOpen("not for the budget", 1_001), None),
    ],
)
async def test_what_is_not_worth_waiting_for_passes_at_once(
    error: Exception, seconds: float | None
) -> None:
    patience = PatienceTransport(Scripted([error]), lambda: 1_000)
    with pytest.raises(type(error)) as raised:
        await patience.handle_async_request(a_request(ACME, seconds=seconds, max_wait=1))
    assert raised.value is error


OK = httpx.Response(200)
