"""Whether providers work: what is asked, what is not, and what is made of it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiohttp import web

from resources.http import Client
from resources.ledger import Ledger, alerts, custom_providers, health, logs
from resources.ledger.breakers import Breakers
from resources.ledger.health import Finding
from resources.ledger.statistics import HOUR_MS, Statistics
from resources.ledger.tables import provider_outcomes
from resources.monitoring.health import INTERVAL_MS, check_all, check_one, interval_of, judge
from resources.providers.base import Auth, Call, Provider
from tests.resources.http.played import Played, a_provider, answers, played

OK = web.Response(body=b'{"ok": true}')


def checked(name: str = "acme", *limits: tuple[int, int]) -> Provider:
    return replace(a_provider(name, *limits), health=Call("/ping"))


async def check(ledger: Ledger, server: Played, provider: Provider, times: int = 1) -> list[str]:
    """The status after each of some checks."""
    found: list[str] = []
    async with Client(ledger, sandbox_url=server.url, retry_base=0) as client:
        for _ in range(times):
            one = await check_one(client, ledger, provider)
            found.append(one.finding.status if one else "unknown")
    return found


async def check_everyone(
    ledger: Ledger, server: Played, providers: Sequence[Provider], spread: float = 0
) -> dict[str, int]:
    async with Client(ledger, sandbox_url=server.url, retry_base=0) as client:
        return await check_all(client, ledger, providers, spread=spread)


def answered(ledger: Ledger, provider: str, outcome: str, ago_ms: int, count: int = 1) -> None:
    at = ledger.now() - ago_ms
    values = {"provider": provider, "hour": at // HOUR_MS * HOUR_MS, "outcome": outcome}
    with ledger.write() as connection:
        connection.execute(sa.insert(provider_outcomes).values(**values, count=count, last_at=at))


async def test_a_provider_that_answers_is_online_with_its_time(ledger: Ledger) -> None:
    async with played(answers(OK)) as server:
        assert await check(ledger, server, checked()) == ["online"]
    stored = health.read(ledger, "acme")
    assert stored is not None
    assert stored.finding.response_ms is not None
    assert [request.path for _, request in server.arrivals] == ["/api.acme.test/ping"]


@pytest.mark.parametrize(
    "bad",
    [
        web.Response(body=b"<!DOCTYPE html><html>soon back</html>"),
        web.Response(body=b""),
        web.Response(status=404),
        web.Response(status=503),
    ],
    ids=["page", "empty", "404", "503"],
)
async def test_a_failed_check_degrades_and_three_in_a_row_are_offline(
    ledger: Ledger, bad: web.Response
) -> None:
    async with played(answers(bad)) as server:
        assert await check(ledger, server, checked(), 3) == ["degraded", "degraded", "offline"]
    stored = health.read(ledger, "acme")
    assert stored is not None
    assert stored.finding.error


async def test_a_provider_that_works_again_is_online_at_once(ledger: Ledger) -> None:
    async with played(answers(404, 404, 404, OK)) as server:
        found = await check(ledger, server, checked(), 4)
    assert found == ["degraded", "degraded", "offline", "online"]
    changes, _ = logs.read(ledger, logs.Wanted(log_type="connection"), 10)
    assert [line.line.details["new_status"] for line in reversed(changes)] == [
        "degraded", "offline", "online",
    ]  # fmt: skip
    told, _ = alerts.read(ledger, alerts.Wanted(), 10)
    assert [alert.news.severity for alert in reversed(told)] == ["critical", "info"]


async def test_a_provider_that_limits_us_is_degraded_and_not_asked_while_banned(
    ledger: Ledger,
) -> None:
    limited = web.Response(status=429, headers={"Retry-After": "60"})
    async with played(answers(limited)) as server:
        assert await check(ledger, server, checked(), 3) == ["degraded"] * 3
        assert len(server.arrivals) == 1


async def test_a_provider_whose_breaker_is_open_is_offline_and_not_asked(ledger: Ledger) -> None:
    for _ in range(5):
        Breakers(ledger).failed("acme", None)
    async with played(answers(OK)) as server:
        assert await check(ledger, server, checked()) == ["offline"]
        assert not server.arrivals
        ledger.skew_ms = 61_000
        assert await check(ledger, server, checked()) == ["online"]


async def test_a_provider_without_its_key_stays_unknown(ledger: Ledger) -> None:
    locked = replace(checked(), auth=Auth("header", "X-Key"))
    async with Client(ledger) as client:
        assert await check_one(client, ledger, locked) is None
    assert health.read_all(ledger) == {}


async def test_a_used_up_budget_is_no_news(ledger: Ledger) -> None:
    async with played(answers(OK)) as server:
        assert await check(ledger, server, checked("acme", (1, 60)), 2) == ["online", "online"]
        assert len(server.arrivals) == 1


async def test_who_has_nothing_to_be_asked_is_unknown(ledger: Ledger) -> None:
    async with played(answers(OK)) as server:
        assert await check(ledger, server, a_provider()) == ["unknown"]


@pytest.mark.parametrize(
    ("took", "outcomes", "last_failure", "status"),
    [
        (50, {}, None, "online"),
        (3_000, {}, None, "online"),
        (3_001, {}, None, "degraded"),
        (50, {"ok": 7, "timeout": 3}, 0, "degraded"),
        (50, {"ok": 90, "timeout": 10}, 0, "online"),
        (50, {"ok": 1, "timeout": 3}, 0, "online"),
        (50, {"ok": 7, "timeout": 3}, -1_000_000, "online"),
    ],
)
def test_slow_and_failing_providers_are_degraded(
    took: int, outcomes: dict[str, int], last_failure: int | None, status: str
) -> None:
    now = 10_000_000
    at = None if last_failure is None else now + last_failure
    recent = Statistics(dict(outcomes), {}, None, at)
    assert judge(Finding("online", took), recent, now).status == status


async def test_who_was_heard_lately_is_not_asked(ledger: Ledger) -> None:
    answered(ledger, "heard", "ok", 60_000)
    answered(ledger, "silent", "ok", INTERVAL_MS + 60_000)
    answered(ledger, "failing", "timeout", 60_000)
    answered(ledger, "worked", "ok", 60_000)
    answered(ledger, "worked", "server_error", 30_000)
    providers = [checked(name) for name in ("heard", "silent", "failing", "worked")]
    async with played(answers(OK)) as server:
        assert await check_everyone(ledger, server, providers) == {"online": 4}
        assert sorted(request.path.split("/")[1] for _, request in server.arrivals) == [
            "api.failing.test", "api.silent.test", "api.worked.test",
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("limits", "minutes"),
    [
        ((), 5),
        (((10, 1),), 5),
        (((10, 60),), 5),
        (((100, 86_400),), 144),
        (((10, 1), (1_000, 86_400)), 14.4),
    ],
)
def test_checks_use_a_tenth_of_a_limit_at_most(
    limits: tuple[tuple[int, int], ...], minutes: float
) -> None:
    assert interval_of(checked("acme", *limits)) == minutes * 60_000


async def test_one_that_allows_little_is_asked_less_often(ledger: Ledger) -> None:
    scarce = checked("acme", (100, 86_400))
    async with played(answers(OK)) as server:
        for minutes in (0, 6, 100, 150):
            ledger.skew_ms = minutes * 60_000
            await check_everyone(ledger, server, [scarce])
        assert len(server.arrivals) == 2


async def test_checks_are_spread_and_never_all_at_once(ledger: Ledger) -> None:
    providers = [checked(f"provider_{n}") for n in range(12)]
    underway: list[int] = [0, 0]

    async def slow(_: web.Request) -> web.Response:
        underway[0] += 1
        underway[1] = max(underway)
        await asyncio.sleep(0.1)
        underway[0] -= 1
        return web.Response(body=b"{}")

    async with played(slow) as server:
        started = time.monotonic()
        await check_everyone(ledger, server, providers, spread=1.2)
        assert time.monotonic() - started >= 1.1  # when the last of the twelve begins
    assert len(server.arrivals) == 12
    assert underway[1] <= 4


async def test_one_that_fails_does_not_end_the_checks_of_others(ledger: Ledger) -> None:
    handlers: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {
        "api.good.test": answers(OK),
        "api.bad.test": answers(500),
    }

    async def either(request: web.Request) -> web.StreamResponse:
        return await handlers[request.path.split("/")[1]](request)

    async with played(either) as server:
        counts = await check_everyone(ledger, server, [checked("good"), checked("bad")])
    assert counts == {"online": 1, "degraded": 1}


async def test_one_that_cannot_be_asked_at_all_does_not_end_the_checks_of_others(
    ledger: Ledger, tmp_path: Path
) -> None:
    unsendable = replace(checked("unsendable"), auth=Auth("header", "X-Key", "Ünï "))
    endless = replace(checked("endless"), health=Call("/" + "x" * 70_000))
    heavy = replace(checked("heavy", (5, 60)), health=Call("/ping", weight=6))
    locked = replace(checked("locked"), auth=Auth("header", "X-Key"))
    custom_providers.add(ledger, locked, "s3cret-s3cret")
    (tmp_path / "secret.key").write_text("another")
    async with played(answers(OK)) as server:
        found = await check_everyone(
            ledger, server, [unsendable, endless, heavy, locked, checked("good")]
        )
        assert len(server.arrivals) == 1
    assert found == {"degraded": 4, "online": 1}
    error = health.read_all(ledger)["unsendable"].finding.error
    assert error == "a call of unsendable cannot be sent: UnicodeEncodeError"
