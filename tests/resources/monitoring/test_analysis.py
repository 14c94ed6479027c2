"""Why calls fail, and what is suggested."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from resources.http.outcome import OUTCOMES
from resources.ledger import Ledger, logs
from resources.ledger.statistics import HOUR_MS
from resources.ledger.tables import provider_outcomes
from resources.monitoring import analysis
from resources.monitoring.totals import State, system_health
from tests.markdown import read, rows, section


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    opened = Ledger("sqlite://")
    opened.migrate()
    yield opened
    opened.close()


def failed(ledger: Ledger, provider: str, kind: str, count: int, status: int | None) -> None:
    now = ledger.now()
    values: dict[str, Any] = {"provider": provider, "hour": now // HOUR_MS * HOUR_MS}
    values |= {"outcome": kind, "count": count, "last_at": now}
    with ledger.write() as connection:
        connection.execute(sa.insert(provider_outcomes).values(**values))
    kind_of: logs.LogType = "rate_limit" if kind == "rate_limited" else "failure"
    details = {"kind": kind, "http_status": status}
    line = logs.Line(kind_of, "error", f"{provider} failed", provider, "news", details)
    logs.append(ledger, [line])


def test_without_failures_there_is_nothing_to_say(ledger: Ledger) -> None:
    found = analysis.failures(ledger, 24)
    assert (found.kinds, found.top, found.recent, found.suggestions) == ({}, [], [], [])


def test_failures_are_counted_and_the_worst_comes_first(ledger: Ledger) -> None:
    failed(ledger, "locked", "client_error", 3, 401)
    failed(ledger, "far", "client_error", 9, 451)
    failed(ledger, "far", "timeout", 1, None)
    failed(ledger, "eager", "rate_limited", 5, 429)
    found = analysis.failures(ledger, 24)
    assert found.kinds == {"client_error": 12, "rate_limited": 5, "timeout": 1}
    assert list(found.kinds) == ["client_error", "rate_limited", "timeout"]
    assert [name for name, _ in found.top] == ["far", "eager", "locked"]
    assert [entry.line.provider for entry in found.recent] == ["eager", "far", "far", "locked"]
    assert [(one.provider, one.kind, one.http_status) for one in found.suggestions] == [
        ("far", "client_error", 451),
        ("eager", "rate_limited", 429),
        ("locked", "client_error", 401),
        ("far", "timeout", None),
    ]
    assert "region" in found.suggestions[0].action
    assert "HEADWATER_KEY_" in found.suggestions[2].action


@pytest.mark.parametrize("kind", [outcome for outcome in OUTCOMES if outcome != "ok"])
def test_each_kind_of_failure_has_a_suggestion(kind: str) -> None:
    assert analysis.action_for(kind, None) == analysis.BY_KIND[kind]


def test_each_suggestion_stands_in_the_documentation() -> None:
    told = {row[0] for row in rows(section(read("docs/operations.md"), "Monitoring"))}
    assert analysis.BY_KIND.keys() <= {cell.strip("`") for cell in told}
    numbers = {int(word) for cell in told for word in cell.split() if word.isdigit()}
    assert analysis.BY_STATUS.keys() <= numbers


@pytest.mark.parametrize(
    ("states", "health"),
    [
        ([], "unknown"),
        (["unknown"], "unknown"),
        (["online", "unknown"], "healthy"),
        (["online"] * 9 + ["offline"], "healthy"),
        (["online"] * 8 + ["offline", "degraded"], "degraded"),
        (["degraded"], "degraded"),
        (["offline", "unknown"], "unhealthy"),
    ],
)
def test_the_system_is_as_well_as_its_providers(states: list[State], health: str) -> None:
    assert system_health(dict(zip("abcdefghijkl", states, strict=False))) == health
