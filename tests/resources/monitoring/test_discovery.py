"""Providers that are switched off: those that work are proposed, and nothing else happens."""

from dataclasses import replace

from aiohttp import web

from resources.http import Client
from resources.ledger import Ledger, alerts, health, proposals
from resources.monitoring.discovery import discover
from resources.providers.base import Auth, Call, Provider
from tests.resources.http.played import Handler, a_provider, answers, played

OK = web.Response(body=b'{"ok": true}')


def switched_off(name: str = "acme") -> Provider:
    return replace(a_provider(name), health=Call("/ping"), enabled=False)


async def found(ledger: Ledger, handler: Handler, *providers: Provider) -> list[str]:
    async with played(handler) as server:
        client = Client(ledger, sandbox_url=server.url, retry_base=0)
        async with client:
            return await discover(client, ledger, providers, pause=0)


def open_alerts(ledger: Ledger) -> list[str | None]:
    told, _ = alerts.read(ledger, alerts.Wanted(), 10)
    return [alert.news.provider for alert in told if alert.resolved_at is None]


async def test_one_that_works_is_proposed_once(ledger: Ledger) -> None:
    assert await found(ledger, answers(OK), switched_off()) == ["acme"]
    assert await found(ledger, answers(OK), switched_off()) == []
    (proposal,) = proposals.read(ledger)
    assert (proposal.provider, proposal.state) == ("acme", "proposed")
    assert open_alerts(ledger) == ["acme"]
    assert health.read_all(ledger) == {}


async def test_one_that_fails_is_not_proposed_any_more(ledger: Ledger) -> None:
    await found(ledger, answers(OK), switched_off())
    assert await found(ledger, answers(404), switched_off()) == []
    assert [proposal.state for proposal in proposals.read(ledger)] == ["withdrawn"]
    assert open_alerts(ledger) == []


async def test_one_that_cannot_be_asked_keeps_nobody_from_the_others(ledger: Ledger) -> None:
    heavy = replace(a_provider("heavy", (5, 60)), health=Call("/ping", weight=6))
    endless = replace(switched_off("endless"), health=Call("/" + "x" * 70_000))
    assert await found(ledger, answers(OK), heavy, endless, switched_off()) == ["acme"]


async def test_one_whose_key_is_missing_is_passed_over(ledger: Ledger) -> None:
    locked = replace(switched_off(), auth=Auth("header", "X-Key"))
    async with Client(ledger) as client:
        assert await discover(client, ledger, [locked], pause=0) == []
