"""The whole stack against a played provider, on real sockets."""

import logging
import time
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from aiohttp import web

from resources.errors import (
    BudgetExhausted,
    MalformedResponse,
    RateLimited,
    RefusedRequest,
    TemporaryError,
)
from resources.http import Client
from resources.ledger import Ledger
from resources.providers.base import Auth, Call, Provider
from tests.resources.http.played import Handler, a_provider, answers, played

CALL = Call("/v1/price", {"symbol": "BTC/USDT"})


async def hello(_: web.Request) -> web.Response:
    return web.Response(body=b"hello", headers={"Date": "Tue, 15 Nov 1994 12:00:00 GMT"})


async def test_an_answer_carries_the_value_the_bytes_and_the_times(ledger: Ledger) -> None:
    before = time.time() * 1000
    async with played(hello) as server, Client(ledger, sandbox_url=server.url) as client:
        answer = await client.get(a_provider(), CALL, len)
    assert (answer.value, answer.body) == (5, b"hello")
    assert before - 1 <= answer.sent_at <= answer.fetched_at <= time.time() * 1000
    assert answer.server_time == 784_900_800_000
    assert answer.headers["content-type"] == "application/octet-stream"
    assert server.arrivals[0][1].raw_path == "/api.acme.test/v1/price?symbol=BTC%2FUSDT"


async def test_an_answer_without_a_date_has_no_server_time(ledger: Ledger) -> None:
    async def dateless(_: web.Request) -> web.Response:
        return web.Response(body=b"x", headers={"Date": "yesterday"})

    async with played(dateless) as server, Client(ledger, sandbox_url=server.url) as client:
        assert (await client.get(a_provider(), CALL, bytes)).server_time is None


@pytest.mark.parametrize(("key", "sent"), [("s3cret", "s3cret"), ("", None)])
async def test_a_key_is_sent_where_the_user_has_one_and_never_logged(
    ledger: Ledger,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    key: str,
    sent: str | None,
) -> None:
    monkeypatch.setenv("HEADWATER_KEY_ACME", key)
    caplog.set_level(logging.DEBUG)
    async with played(hello) as server, Client(ledger, sandbox_url=server.url) as client:
        await client.get(a_provider(auth=Auth("header", "X-Key", required=False)), CALL, bytes)
        await client.get(a_provider(), CALL, bytes)
    assert [request.headers.get("X-Key") for _, request in server.arrivals] == [sent, None]
    assert "s3cret" not in caplog.text


@pytest.mark.parametrize(
    ("handler", "error", "calls"),
    [
        (answers(503), TemporaryError, 3),
        (answers(408), TemporaryError, 3),
        (answers(404), RefusedRequest, 1),
        (answers(web.Response(status=302, headers={"Location": "/x"})), RefusedRequest, 1),
        (answers(web.Response(body=b"<html>")), MalformedResponse, 2),
        (answers(web.Response(status=429, headers={"Retry-After": "60"})), RateLimited, 1),
        (answers(web.Response(status=418)), RateLimited, 1),
    ],
)
async def test_errors_are_retried_where_it_is_worth_it(
    ledger: Ledger, handler: Handler, error: type[Exception], calls: int
) -> None:
    async with (
        played(handler) as server,
        Client(ledger, sandbox_url=server.url, retry_base=0) as client,
    ):
        with pytest.raises(error):
            await client.get(a_provider(), CALL, int)
    assert len(server.arrivals) == calls


async def test_a_provider_that_comes_back_is_heard(ledger: Ledger) -> None:
    comes_back = answers(
        503,
        web.Response(status=429, headers={"Retry-After": "0"}),
        web.Response(body=b"42"),
    )
    async with (
        played(comes_back) as server,
        Client(ledger, sandbox_url=server.url, retry_base=0) as client,
    ):
        assert (await client.get(a_provider(), CALL, int)).value == 42
    assert len(server.arrivals) == 3


async def test_a_short_ban_is_waited_for(ledger: Ledger) -> None:
    soon = answers(web.Response(status=429, headers={"Retry-After": "1"}), web.Response(body=b"42"))
    async with (
        played(soon) as server,
        Client(ledger, sandbox_url=server.url, retry_base=0) as client,
    ):
        assert (await client.get(a_provider(), CALL, int)).value == 42
    first, second = (at for at, _ in server.arrivals)
    assert 0.99 < second - first < 2


async def test_a_ban_named_by_a_date_is_obeyed(ledger: Ledger) -> None:
    async def until(_: web.Request) -> web.Response:
        # Its clock is an hour ahead of ours, which must not matter.
        now = ledger.now() / 1000 + 3600
        dates = {
            name: format_datetime(datetime.fromtimestamp(now + later, UTC), usegmt=True)
            for name, later in (("Date", 0), ("Retry-After", 90))
        }
        return web.Response(status=429, headers=dates)

    async with played(until) as server, Client(ledger, sandbox_url=server.url) as client:
        with pytest.raises(RateLimited) as limited:
            await client.get(a_provider(), CALL, bytes)
        assert limited.value.not_before - ledger.now() == pytest.approx(90_000, abs=1_500)
        assert client.blocked_until(a_provider()) == limited.value.not_before
        with pytest.raises(BudgetExhausted):
            await client.get(a_provider(), CALL, bytes)
    assert len(server.arrivals) == 1


@pytest.mark.parametrize(
    ("provider", "call"),
    [
        (a_provider(auth=Auth("header", "X-Key", "Ünï ")), CALL),
        (a_provider(auth=Auth("header", "X-Ké")), CALL),
        (a_provider(auth=Auth("header", "X-Key", "a\nb ")), CALL),
        (a_provider(), Call("/" + "x" * 70_000)),
        (a_provider(), Call("/x", {"a": "\ud800"})),
    ],
    ids=["prefix", "name", "line", "path", "parameter"],
)
async def test_a_call_that_cannot_be_made_is_an_error_of_its_provider(
    ledger: Ledger, provider: Provider, call: Call
) -> None:
    async with played(answers(200)) as server, Client(ledger, sandbox_url=server.url) as client:
        with pytest.raises(RefusedRequest, match="a call of acme cannot be sent") as refused:
            await client.get(provider, call, bytes)
    assert "sandbox" not in str(refused.value)
    assert server.arrivals == []
