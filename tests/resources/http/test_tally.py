"""What is counted of calls: how they ended, how long they took, and what strategies see of it."""

import httpx
import pytest
import sqlalchemy as sa
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from resources.errors import (
    BreakerOpen,
    HeadwaterError,
    MalformedResponse,
    RateLimited,
    RefusedRequest,
    TemporaryError,
)
from resources.http import Client, Member, Membership, Permits, Pool
from resources.http.outcome import OUTCOMES, Outcome, outcome_of
from resources.http.tally import Tally, TallyTransport
from resources.ledger import Ledger, outcomes
from resources.ledger.tables import provider_latencies, provider_outcomes
from resources.providers.base import Call
from tests.resources.http.played import Scripted, a_provider, a_request, answers, played

HOUR = 3_600_000
ACME = a_provider()
ERRORS: dict[Outcome, Exception | None] = {
    "ok": None,
    "rate_limited": RateLimited("slow down", "acme", 429, 1),
    "timeout": TemporaryError("late", "acme", kind="timeout"),
    "connection": TemporaryError("reset", "acme", kind="connection"),
    "server_error": TemporaryError("down", "acme", 503),
    "client_error": RefusedRequest("what?", "acme", 404),
    "malformed": MalformedResponse("<html>", "acme", 200),
}


def counted(ledger: Ledger, provider: str = "acme") -> dict[str, int]:
    with ledger.read() as connection:
        rows = sa.select(provider_outcomes.c.outcome, provider_outcomes.c.count)
        found = connection.execute(rows.where(provider_outcomes.c.provider == provider))
        return {row[0]: row[1] for row in found}


def durations(ledger: Ledger) -> dict[int, int]:
    with ledger.read() as connection:
        rows = sa.select(provider_latencies.c.bucket, provider_latencies.c["count"])
        return {row[0]: row[1] for row in connection.execute(rows)}


def test_each_error_of_a_provider_is_one_outcome() -> None:
    assert {outcome: outcome_of(error) for outcome, error in ERRORS.items()} == {
        outcome: outcome for outcome in OUTCOMES
    }
    with pytest.raises(ValueError, match="BreakerOpen is no outcome"):
        outcome_of(BreakerOpen("left alone", 1))


async def test_each_try_that_was_sent_is_counted_once(ledger: Ledger) -> None:
    tally = Tally(ledger)
    script = [error or httpx.Response(200) for error in ERRORS.values()]
    stack = TallyTransport(Scripted([*script, BreakerOpen("left alone", 1)]), tally)
    for _ in range(len(script) + 1):
        try:
            await stack.handle_async_request(a_request(ACME))
        except HeadwaterError:
            continue
    await stack.aclose()
    assert counted(ledger) == dict.fromkeys(OUTCOMES, 1)
    assert sum(durations(ledger).values()) == 5  # those that were answered


async def test_tries_are_counted_through_the_whole_stack(ledger: Ledger) -> None:
    handler = answers(web.Response(body=b"<html>"), 503, web.Response(body=b"42"))
    async with (
        played(handler) as server,
        Client(ledger, sandbox_url=server.url, retry_base=0) as client,
    ):
        assert (await client.get(ACME, Call("/x"), int)).value == 42
    assert counted(ledger) == {"server_error": 1, "malformed": 1, "ok": 1}
    async with Client(ledger, sandbox_url="http://127.0.0.1:9", retry_base=0) as client:
        with pytest.raises(TemporaryError):
            await client.get(ACME, Call("/x"), int)
    assert counted(ledger)["connection"] == 3


@given(st.floats(0.01, 1_000_000))
def test_a_duration_falls_into_the_bucket_that_the_table_names(ms: float) -> None:
    tally = Tally(Ledger("sqlite://"))
    tally._write_at = float("inf")
    tally.record("acme", "ok", ms)
    (n,) = (n for n, count in enumerate(tally.figures("acme").buckets) if count)
    assert ms <= 2 ** (n / 4)
    assert n == 0 or ms > 2 ** ((n - 1) / 4)


def test_counts_of_several_processes_add_up(ledger: Ledger) -> None:
    for _ in range(3):
        tally = Tally(ledger)
        for _ in range(10):
            tally.record("acme", "ok", 100.0)
        tally.record("acme", "timeout", 9_000.0)
        tally.write()
        tally.write()  # nothing is counted twice
    assert counted(ledger) == {"ok": 30, "timeout": 3}
    assert durations(ledger) == {27: 30}


def test_at_most_one_write_in_two_seconds(ledger: Ledger) -> None:
    tally = Tally(ledger)
    for _ in range(1_000):
        tally.record("acme", "ok", 1.0)
    assert counted(ledger) == {"ok": 1}
    tally.write()
    assert counted(ledger) == {"ok": 1_000}


def test_recent_calls_are_those_of_a_sliding_hour(ledger: Ledger) -> None:
    into = ledger.now() % HOUR
    ledger.skew_ms = HOUR - into  # an hour begins
    tally = Tally(ledger)
    for _ in range(100):
        tally.record("acme", "ok", 100.0)
    tally.write()
    for minutes, expected in ((30, 100.0), (75, 75.0), (90, 50.0), (119, 1.7), (121, 0.0)):
        ledger.skew_ms = HOUR - into + minutes * 60_000
        seen = outcomes.recent(ledger, ["acme", "bolt"])
        calls = seen["acme"].calls if "acme" in seen else 0.0
        assert calls == pytest.approx(expected, abs=2)


def test_least_used_counts_what_other_processes_called(ledger: Ledger) -> None:
    others = Tally(ledger)
    for _ in range(20):
        others.record("a", "ok", 1.0)
    others.write()
    members = tuple(Member(a_provider(name)) for name in "ab")
    pool = Pool("letters", lambda: Membership("least_used", members), Permits(ledger))
    assert {pool.pick().provider.id for _ in range(15)} == {"b"}


@pytest.mark.parametrize(
    ("outcome", "ms"), [("ok", 900.0), ("timeout", 20.0), ("server_error", 3.0)]
)
def test_who_is_slow_or_fails_is_not_the_fastest(
    ledger: Ledger, outcome: Outcome, ms: float
) -> None:
    others = Tally(ledger)
    for _ in range(5):
        others.record("a", outcome, ms)
        others.record("b", "ok", 200.0)
    others.write()
    members = tuple(Member(a_provider(name)) for name in "ab")
    pool = Pool("letters", lambda: Membership("fastest_response", members), Permits(ledger))
    assert [pool.pick().provider.id for _ in range(10)] == ["b"] * 10
