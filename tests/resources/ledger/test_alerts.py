"""Alerts: told once, resolved, acknowledged, kept within bounds."""

from collections.abc import Iterator

import pytest

from resources.errors import NotFound
from resources.ledger import Ledger, alerts, commits, health, metrics, proposals, retention
from resources.ledger.alerts import News, Wanted
from resources.ledger.health import Finding
from tests.resources.http.played import a_provider


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    opened = Ledger("sqlite://")
    opened.migrate()
    yield opened
    opened.close()


def tell(
    ledger: Ledger, key: str = "k", severity: alerts.Severity = "warning", provider: str = "acme"
) -> int | None:
    with ledger.write() as connection:
        return alerts.tell(
            connection, ledger, News(key, "stale_feed", severity, "what happened", provider)
        )


def resolve(ledger: Ledger, *keys: str) -> None:
    with ledger.write() as connection:
        alerts.resolve(connection, ledger, *keys)


def test_the_same_thing_is_told_once_until_it_is_resolved(ledger: Ledger) -> None:
    first = tell(ledger)
    assert first is not None
    assert tell(ledger) is None
    resolve(ledger, "k")
    second = tell(ledger)
    assert second is not None
    found, following = alerts.read(ledger, Wanted(), 10)
    assert ([alert.id for alert in found], following) == ([second, first], None)
    assert [alert.resolved_at is None for alert in found] == [True, False]


def test_each_alert_is_a_commit_that_the_tail_sees(ledger: Ledger) -> None:
    tail = commits.Tail(ledger, 0)
    told = tell(ledger)
    tell(ledger)
    assert [(c.table, list(c.keys)) for c in tail.poll()] == [(alerts.TABLE, [{"id": told}])]


def test_an_alert_is_acknowledged_once_by_hand(ledger: Ledger) -> None:
    told = tell(ledger) or 0
    at = alerts.acknowledge(ledger, told)
    ledger.skew_ms = 60_000
    assert alerts.acknowledge(ledger, told) == at
    with pytest.raises(NotFound, match="there is no alert 77"):
        alerts.acknowledge(ledger, 77)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), 3),
        (Wanted(acknowledged=True), 1),
        (Wanted(acknowledged=False), 2),
        (Wanted(severity="critical"), 1),
        (Wanted(provider="other"), 1),
        (Wanted(since=5_000_000_000_000), 0),
    ],
)
def test_alerts_are_chosen(ledger: Ledger, wanted: Wanted, found: int) -> None:
    alerts.acknowledge(ledger, tell(ledger, "a") or 0)
    tell(ledger, "b", "critical")
    tell(ledger, "c", provider="other")
    assert len(alerts.read(ledger, wanted, 10)[0]) == found
    assert alerts.count(ledger, wanted) == found


def test_open_alerts_outlive_the_clean_up(ledger: Ledger) -> None:
    tell(ledger, "open")
    tell(ledger, "ended")
    resolve(ledger, "ended")
    assert alerts.count(ledger, Wanted(), unresolved=True) == 1
    ledger.skew_ms = alerts.KEPT_MS + 60_000
    assert retention.clean_up(ledger, 10**9)["alerts"] == 1
    assert [alert.news.key for alert in alerts.read(ledger, Wanted(), 10)[0]] == ["open"]


def statuses(ledger: Ledger) -> list[tuple[str, bool]]:
    """The severities of status alerts, oldest first, and whether each is open."""
    found, _ = alerts.read(ledger, Wanted(), 10)
    return [(a.news.severity, a.resolved_at is None) for a in reversed(found)]


def test_a_status_is_stored_with_since_when_it_holds(ledger: Ledger) -> None:
    provider = a_provider()
    assert health.read(ledger, provider.id) is None
    first = health.note(ledger, provider, Finding("online", 12))
    ledger.skew_ms = 60_000
    again = health.note(ledger, provider, Finding("online", 15))
    assert again.checked_at > first.checked_at
    assert again.changed_at == first.changed_at
    assert health.read_all(ledger) == {provider.id: again}


def test_a_change_of_status_is_an_alert_that_ends_the_one_before(ledger: Ledger) -> None:
    provider = a_provider()
    for status in ("online", "online", "degraded", "offline", "offline", "online"):
        health.note(ledger, provider, Finding(status))
    assert statuses(ledger) == [("warning", False), ("critical", False), ("info", False)]


@pytest.mark.parametrize(("status", "told"), [("online", 0), ("degraded", 0), ("offline", 1)])
def test_the_first_look_is_news_only_where_nothing_works(
    ledger: Ledger, status: health.Status, told: int
) -> None:
    health.note(ledger, a_provider(), Finding(status))
    assert len(statuses(ledger)) == told


def test_a_proposal_is_news_once(ledger: Ledger) -> None:
    def propose() -> bool:
        with ledger.write() as connection:
            return proposals.propose(connection, ledger, "acme", 12)

    assert [propose(), propose()] == [True, False]
    with ledger.write() as connection:
        proposals.withdraw(connection, "acme")
    assert [one.state for one in proposals.read(ledger)] == ["withdrawn"]
    assert propose()


def test_totals_are_read_by_kind_and_kept_for_their_time(ledger: Ledger) -> None:
    metrics.record(ledger, "metrics", {"online": 1})
    metrics.record(ledger, "rate_limits", {"windows": []})
    assert [totals for _, totals in metrics.read(ledger, "metrics", 24)] == [{"online": 1}]
    ledger.skew_ms = metrics.KEPT_MS["rate_limits"] + 60_000
    assert retention.clean_up(ledger, 10**9)["metrics"] == 1
    assert metrics.read(ledger, "metrics", 24) == []
    assert len(metrics.read(ledger, "metrics", 24 * 30)) == 1
