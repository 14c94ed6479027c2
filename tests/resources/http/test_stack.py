"""How the layers of the stack work together, on real sockets."""

import asyncio
import gzip
import time

import pytest
from aiohttp import web

from resources.errors import (
    BreakerOpen,
    BudgetExhausted,
    MalformedResponse,
    TemporaryError,
)
from resources.http import Client
from resources.ledger import Ledger
from resources.providers.base import Call
from tests.resources.http.played import a_provider, answers, played

CALL = Call("/v1/price", {"symbol": "BTC/USDT"})


async def hello(_: web.Request) -> web.Response:
    return web.Response(body=b"hello", headers={"Date": "Tue, 15 Nov 1994 12:00:00 GMT"})


async def test_five_503_and_no_call_while_open_then_recovery_within_a_second_of_a_minute(
    ledger: Ledger,
) -> None:
    handler = answers(*[503] * 5, web.Response(body=b"42"))
    async with (
        played(handler) as server,
        Client(ledger, sandbox_url=server.url, retry_base=0) as client,
    ):
        for _ in range(2):
            with pytest.raises(TemporaryError):
                await client.get(a_provider(), CALL, int)
        assert len(server.arrivals) == 5
        ledger.skew_ms += 59_000
        for _ in range(10):
            with pytest.raises(BreakerOpen):
                await client.get(a_provider(), CALL, int)
        assert len(server.arrivals) == 5
        ledger.skew_ms += 1_000
        assert (await client.get(a_provider(), CALL, int)).value == 42
        assert client.blocked_until(a_provider()) == 0


async def test_an_unreadable_200_opens_the_breaker(ledger: Ledger) -> None:
    async with (
        played(answers(web.Response(body=b"<html>"))) as server,
        Client(ledger, sandbox_url=server.url, retry_base=0) as client,
    ):
        for _ in range(3):
            with pytest.raises(MalformedResponse):
                await client.get(a_provider(), CALL, int)
        with pytest.raises(BreakerOpen):
            await client.get(a_provider(), CALL, int)
    assert len(server.arrivals) == 5


async def test_many_calls_at_once_send_nothing_after_the_breaker_has_opened(
    ledger: Ledger,
) -> None:
    async with (
        played(answers(503)) as server,
        Client(ledger, sandbox_url=server.url, retry_base=0) as client,
    ):
        calls = (client.get(a_provider(), CALL, int) for _ in range(100))
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {TemporaryError, BreakerOpen}
    assert len(server.arrivals) <= 5 + 16  # those that were on their way when the fifth came back


async def test_an_open_breaker_spends_no_budget(ledger: Ledger) -> None:
    provider = a_provider("acme", (8, 600))
    handler = answers(*[503] * 5, web.Response(body=b"42"))
    async with (
        played(handler) as server,
        Client(ledger, sandbox_url=server.url, retry_base=0, deadline=1) as client,
    ):
        for _ in range(2):
            with pytest.raises(TemporaryError):
                await client.get(provider, CALL, int)
        for _ in range(20):
            with pytest.raises(BreakerOpen):
                await client.get(provider, CALL, int)
        ledger.skew_ms += 60_000
        for _ in range(3):
            assert (await client.get(provider, CALL, int)).value == 42
        with pytest.raises(BudgetExhausted):
            await client.get(provider, CALL, int)
    assert len(server.arrivals) == 8


async def test_a_short_budget_is_waited_for_and_a_long_wait_is_not_begun(ledger: Ledger) -> None:
    provider, slow = a_provider("acme", (2, 1)), a_provider("bolt", (2, 60))
    async with played(hello) as server, Client(ledger, sandbox_url=server.url) as client:
        started = time.monotonic()
        await asyncio.gather(*(client.get(provider, CALL, bytes) for _ in range(3)))
        assert time.monotonic() - started > 1
        started = time.monotonic()
        outcomes = await asyncio.gather(
            *(client.get(slow, CALL, bytes) for _ in range(3)), return_exceptions=True
        )
        assert time.monotonic() - started < 30  # half of what there would be to wait for
    assert [type(outcome).__name__ for outcome in outcomes].count("BudgetExhausted") == 1
    assert len(server.arrivals) == 5


async def test_a_caller_may_refuse_to_wait(ledger: Ledger) -> None:
    provider = a_provider("acme", (1, 1))
    async with played(hello) as server, Client(ledger, sandbox_url=server.url) as client:
        await client.get(provider, CALL, bytes)
        with pytest.raises(BudgetExhausted):
            await client.get(provider, CALL, bytes, max_wait=0)


async def test_one_deadline_bounds_tries_and_pauses_together(ledger: Ledger) -> None:
    async def hang(_: web.Request) -> web.Response:
        await asyncio.sleep(1.2)
        return web.Response(status=503)

    started = time.monotonic()
    async with (
        played(hang) as server,
        Client(ledger, sandbox_url=server.url, deadline=2, retry_base=0) as client,
    ):
        with pytest.raises(TemporaryError):
            await client.get(a_provider(), CALL, bytes)
    assert time.monotonic() - started > 1.9
    assert len(server.arrivals) == 2  # the second was cut short


async def test_a_slow_drip_counts_as_a_failure(ledger: Ledger) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b".")
            await asyncio.sleep(0.02)

    async with (
        played(drip) as server,
        Client(ledger, sandbox_url=server.url, deadline=0.1) as client,
    ):
        for _ in range(5):
            with pytest.raises(TemporaryError):
                await client.get(a_provider(), CALL, bytes)
        with pytest.raises(BreakerOpen):
            await client.get(a_provider(), CALL, bytes)


async def test_a_slow_provider_holds_up_nobody_else(ledger: Ledger) -> None:
    async def acme_hangs(request: web.Request) -> web.Response:
        await asyncio.sleep(30 if "acme" in request.path else 0)
        return web.Response(body=b"ok")

    async with played(acme_hangs) as server, Client(ledger, sandbox_url=server.url) as client:
        hanging = [asyncio.ensure_future(client.get(a_provider(), CALL, bytes)) for _ in range(40)]
        await asyncio.sleep(0.05)
        await client.get(a_provider("bolt"), CALL, bytes)
        assert not any(call.done() for call in hanging)
        for call in hanging:
            call.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)


async def test_a_gzip_bomb_is_malformed(ledger: Ledger) -> None:
    async def bomb(_: web.Request) -> web.Response:
        packed = gzip.compress(bytes(20_000_000))
        return web.Response(body=packed, headers={"Content-Encoding": "gzip"})

    async with (
        played(bomb) as server,
        Client(ledger, sandbox_url=server.url, max_response_mb=2, retry_base=0) as client,
    ):
        with pytest.raises(MalformedResponse, match="larger than 2 MB"):
            await client.get(a_provider(), CALL, bytes)


async def test_a_call_that_is_cancelled_leaves_no_trace(ledger: Ledger) -> None:
    arrived = asyncio.Event()

    async def hang(_: web.Request) -> web.Response:
        arrived.set()
        await asyncio.sleep(5)
        return web.Response()

    async with played(hang) as server, Client(ledger, sandbox_url=server.url) as client:
        call = asyncio.ensure_future(client.get(a_provider(), CALL, bytes))
        await arrived.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert client.blocked_until(a_provider()) == 0
