"""Budgets, logs, alerts, failures, and the service's own database."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from resources.ledger import alerts, logs
from resources.ledger.logs import Line
from resources.ledger.tables import METADATA
from resources.providers import load_providers
from tests.api.server import Store, client_of, opened, paged, served
from tests.api.watched import DEGRADED, OFFLINE, ONLINE, fill

EVERYONE = load_providers()
FILLED = 5  # lines: three changes of providers, a failure, a collection


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with opened(tmp_path_factory.mktemp("watched")) as made:
        fill(made.ledger)
        yield made


@pytest.fixture(scope="module")
def anyone(store: Store) -> Iterator[httpx.Client]:
    with served(store.settings) as client:
        yield client


@pytest.fixture(scope="module")
def client(store: Store, anyone: httpx.Client) -> Iterator[httpx.Client]:
    """One with a key that may write."""
    with client_of(anyone.base_url, store.key("write")) as made:
        yield made


def get(client: httpx.Client, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/stats/export"),
        ("GET", "/api/logs"),
        ("GET", "/api/logs/failure"),
        ("POST", "/api/alerts/1/acknowledge"),
    ],
)
def test_an_anonymous_caller_is_refused(anyone: httpx.Client, method: str, path: str) -> None:
    assert anyone.request(method, path).status_code == 401


def test_a_reader_acknowledges_nothing(store: Store, anyone: httpx.Client) -> None:
    key = {"X-API-Key": store.key("read")}
    assert anyone.post("/api/alerts/1/acknowledge", headers=key).status_code == 403


def test_the_status_counts_everyone_and_their_calls(anyone: httpx.Client) -> None:
    body = get(anyone, "/api/status")
    assert body["total_providers"] == body["total_apis"] == len(EVERYONE)
    assert (body["online"], body["degraded"], body["offline"]) == (1, 1, 1)
    assert body["unknown"] == len(EVERYONE) - 3
    assert (body["total_requests"], body["successful_requests"]) == (110, 98)
    assert body["success_rate"] == 89.09
    assert body["avg_response_time_ms"] > 0
    assert body["system_health"] == body["status"] == "degraded"
    assert body["mode"] == "sandbox"


def test_stored_totals_are_listed(anyone: httpx.Client) -> None:
    (row,) = get(anyone, "/api/status/metrics?hours=1")
    assert row["online"] == 1
    assert row["timestamp"].endswith("Z")


def test_statistics_are_of_those_that_were_called(client: httpx.Client) -> None:
    body = get(client, "/api/stats")
    assert [row["provider"] for row in body["providers"]] == [ONLINE, OFFLINE]
    assert body["summary"]["total_requests"] == 110
    assert isinstance(body["pools"], list)
    file = client.get("/api/stats/export")
    assert "attachment" in file.headers["content-disposition"]
    assert file.json()["summary"] == body["summary"]


def test_every_window_of_every_limit_is_told(anyone: httpx.Client) -> None:
    rows = get(anyone, "/api/rate-limits")
    windows = sum(len(provider.limits) for provider in EVERYONE.values())
    assert len(rows) == windows
    (used,) = [row for row in rows if row["current_usage"]]
    assert used["provider"] == ONLINE
    assert (used["limit_type"], used["limit_value"], used["current_usage"]) == (
        "minute", 6000, 3000,
    )  # fmt: skip
    assert (used["percentage"], used["status"]) == (50, "ok")
    assert 0 < used["reset_in_seconds"] <= 63
    assert [row["reset_time"] for row in rows if not row["current_usage"]].count(
        None
    ) == windows - 1


def test_a_providers_tightest_window_is_told(anyone: httpx.Client) -> None:
    body = get(anyone, f"/api/rate-limits/{ONLINE.upper()}")
    assert (body["provider"], body["percentage"]) == (ONLINE, 50)
    assert len(body["limits"]) == len(EVERYONE[ONLINE].limits)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", FILLED),
        ("level=error", 2),
        ("category=exchange", 2),
        ("provider_id=KRAKEN", 1),
        ("search=STORED", 1),
        ("search=451", 1),
        ("to=2020-01-01", 0),
        ("from=2020-01-01", FILLED),
    ],
)
def test_logs_are_chosen(client: httpx.Client, query: str, found: int) -> None:
    body = get(client, f"/api/logs?{query}")
    assert len(body["logs"]) == body["pagination"]["count"] == found


def test_logs_come_in_pages_newest_first(client: httpx.Client) -> None:
    pages = list(paged(client, "/api/logs?limit=2"))
    ids = [row["id"] for page in pages for row in page["logs"]]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == FILLED


@pytest.mark.parametrize(
    ("log_type", "found"), [("failure", 1), ("CONNECTION", 3), ("collection", 1), ("rate_limit", 0)]
)
def test_logs_of_one_type(client: httpx.Client, log_type: str, found: int) -> None:
    rows = get(client, f"/api/logs/{log_type}")
    assert [row["log_type"] for row in rows] == [log_type.lower()] * found


def test_an_unknown_type_of_logs_is_404_with_the_known_ones(client: httpx.Client) -> None:
    answer = client.get("/api/logs/failures")
    assert answer.status_code == 404
    assert "failure" in answer.json()["nearest"]


@pytest.mark.parametrize(
    "path", ["/api/logs?level=loud", "/api/logs?cursor=x", "/api/alerts?severity=x",
             "/api/logs?limit=0", "/api/status/metrics?hours=0"],
)  # fmt: skip
def test_wrong_parameters_are_422(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 422


@pytest.mark.parametrize("path", ["/api/logs?provider_id=nobody", "/api/logs?category=nothing"])
def test_unknown_names_are_404(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [("", 2), ("severity=critical", 1), (f"provider={OFFLINE}", 1), (f"provider={DEGRADED}", 0)],
)
def test_alerts_are_chosen(anyone: httpx.Client, query: str, found: int) -> None:
    body = get(anyone, f"/api/alerts?{query}")
    assert len(body["alerts"]) == body["total"] == found


def test_an_alert_is_acknowledged_once(client: httpx.Client, store: Store) -> None:
    (alert,) = get(client, "/api/alerts?severity=warning")["alerts"]
    assert not alert["acknowledged"]
    path = f"/api/alerts/{alert['alert_id']}/acknowledge"
    first, second = client.post(path).json(), client.post(path).json()
    assert first["success"]
    assert first["acknowledged_at"] == second["acknowledged_at"]
    assert get(client, "/api/alerts?acknowledged=true")["total"] == 1
    assert get(client, "/api/alerts?acknowledged=false")["total"] == 1
    assert alerts.count(store.ledger, alerts.Wanted(acknowledged=True)) == 1
    assert client.post("/api/alerts/999/acknowledge").status_code == 404
    assert client.post("/api/alerts/0/acknowledge").status_code == 422


def test_failures_are_analysed(anyone: httpx.Client) -> None:
    body = get(anyone, "/api/analytics/failures")
    assert body["error_type_distribution"] == {"client_error": 10, "timeout": 2}
    assert [row["provider"] for row in body["top_failing_providers"]] == [OFFLINE, ONLINE]
    assert body["recent_failures"][0]["provider"] == OFFLINE
    first = body["remediation_suggestions"][0]
    assert (first["provider"], first["http_status"]) == (OFFLINE, 451)
    assert "region" in first["suggestion"]


def test_the_database_says_how_large_it_is(anyone: httpx.Client) -> None:
    body = get(anyone, "/api/database/stats")
    assert body["database_size_mb"] > 0
    assert body["tables"].keys() == METADATA.tables.keys()
    assert body["tables"]["logs"] >= FILLED


def test_the_database_says_that_it_can_be_read(anyone: httpx.Client) -> None:
    assert get(anyone, "/api/database/health")["status"] == "healthy"


def test_the_configuration_is_counted(anyone: httpx.Client) -> None:
    body = get(anyone, "/api/config/stats")
    assert body["total_providers"] == len(EVERYONE)
    assert body["categories"] == len(body["categories_list"])
    assert body["providers_with_keys"] == 0


def test_an_answer_keeps_its_etag_while_nothing_happens(anyone: httpx.Client, store: Store) -> None:
    tag = anyone.get("/api/alerts").headers["etag"]
    assert anyone.get("/api/alerts", headers={"If-None-Match": tag}).status_code == 304
    with store.ledger.write() as connection:
        news = alerts.News("other", "discovery", "info", "news")
        alerts.tell(connection, store.ledger, news)
    assert anyone.get("/api/alerts", headers={"If-None-Match": tag}).status_code == 200
    logs.append(store.ledger, [Line("failure", "error", "x")])
