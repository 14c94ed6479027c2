"""Failed calls become lines of the ledger's logs, without keys and within bounds."""

import asyncio
from typing import Any

import httpx
import pytest
from aiohttp import web

from resources.errors import BreakerOpen, HeadwaterError, TemporaryError
from resources.http import Client
from resources.http.journal import JournalTransport
from resources.ledger import Ledger, logs
from resources.ledger.logs import Line, Wanted
from resources.providers.base import Auth, Call, Provider
from tests.resources.http.played import Played, Scripted, a_provider, a_request, answers, played


def lines(ledger: Ledger, **wanted: Any) -> list[Line]:
    """The lines of the logs, oldest first."""
    found, _ = logs.read(ledger, Wanted(**wanted), 1000)
    return [entry.line for entry in reversed(found)]


def failing(times: int, name: str = "acme") -> list[httpx.Response | Exception]:
    return [TemporaryError(f"{name} failed", name, 503)] * times


async def fail(journal: JournalTransport, times: int, name: str = "acme") -> None:
    for _ in range(times):
        with pytest.raises(HeadwaterError):
            await journal.handle_async_request(a_request(a_provider(name)))


async def call(ledger: Ledger, server: Played, provider: Provider, what: Call) -> None:
    """A call that fails."""
    async with Client(ledger, sandbox_url=server.url, retry_base=0) as client:
        with pytest.raises(HeadwaterError):
            await client.get(provider, what, bytes)


async def test_a_failed_call_is_a_line_with_its_kind_and_address(ledger: Ledger) -> None:
    async with played(answers(503)) as server:
        await call(ledger, server, a_provider(), Call("/x", {"a": "b"}))
    # Each of the tries failed.
    assert len(server.arrivals) == len(lines(ledger)) == 3
    first = lines(ledger)[0]
    assert (first.log_type, first.level, first.provider, first.category) == (
        "failure", "error", "acme", "exchange",
    )  # fmt: skip
    assert first.details == {
        "kind": "server_error", "http_status": 503, "method": "GET", "host": "api.acme.test",
        "path": "/x",
    }  # fmt: skip


async def test_a_rate_limit_has_its_own_type(ledger: Ledger) -> None:
    async with played(answers(429)) as server:
        await call(ledger, server, a_provider(), Call("/x"))
    (line,) = lines(ledger, log_type="rate_limit")
    assert (line.level, line.details["kind"]) == ("warning", "rate_limited")
    assert lines(ledger, log_type="failure") == []


@pytest.mark.parametrize("kind", ["query", "header", "path"])
async def test_no_line_shows_a_key(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, kind: Any
) -> None:
    secret = "s3cr3t/+key"
    monkeypatch.setenv("HEADWATER_KEY_ACME", secret)

    async def repeat(request: web.Request) -> web.Response:
        return web.Response(status=400, text=f"bad: {request.raw_path} {request.headers} {secret}")

    path = "/x/{key}/y" if kind == "path" else "/x"
    provider = a_provider(auth=Auth(kind, "apikey"))
    async with played(repeat) as server:
        await call(ledger, server, provider, Call(path))
    (line,) = lines(ledger)
    for spelling in (secret, "s3cr3t"):
        assert spelling not in line.message
        assert spelling not in str(line.details)


async def test_what_was_not_sent_is_no_failure(ledger: Ledger) -> None:
    journal = JournalTransport(Scripted([BreakerOpen("left alone", 1)]), ledger)
    await fail(journal, 1)
    await journal.aclose()
    assert lines(ledger) == []


async def test_an_outage_is_cut_short_and_told_how_much_was_left_out(ledger: Ledger) -> None:
    script = Scripted([*failing(30), *failing(2, "other")])
    journal = JournalTransport(script, ledger, per_minute=5)
    await fail(journal, 30)
    await fail(journal, 2, "other")
    await journal.aclose()
    written = lines(ledger)
    assert [line.provider for line in written].count("other") == 2
    of_acme = [line for line in written if line.provider == "acme"]
    assert len(of_acme) == 6
    assert of_acme[-1].message == "25 more calls of acme failed within a minute"
    assert of_acme[-1].details == {"left_out": 25}


async def test_lines_wait_for_a_second_at_most(ledger: Ledger) -> None:
    journal = JournalTransport(Scripted(failing(3)), ledger, per_minute=2, minute=0.5)
    await fail(journal, 3)
    assert lines(ledger) == []
    for _ in range(60):
        await asyncio.sleep(0.05)
        if len(lines(ledger)) == 3:
            break
    assert lines(ledger)[-1].details == {"left_out": 1}
    await journal.aclose()


async def test_a_call_that_failed_raises_its_own_error_though_the_ledger_is_gone(
    ledger: Ledger,
) -> None:
    journal = JournalTransport(Scripted(failing(1)), Ledger("sqlite://"))
    await fail(journal, 1)
    await journal.aclose()
    assert lines(ledger) == []
