"""The providers: who they are, how they are, how their calls end."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from pipelines.supervisor import sandbox_config
from resources.ledger import health, proposals, statistics
from resources.ledger.budgets import Budgets
from resources.ledger.tables import provider_outcomes
from resources.monitoring.totals import states_of
from resources.providers import load_providers
from resources.providers.base import CATEGORIES
from sandbox.server import running
from tests.api.server import Store, opened, paged, served
from tests.api.watched import DEGRADED, OFFLINE, ONLINE, fill

EVERYONE = load_providers()


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with opened(tmp_path_factory.mktemp("watched")) as store:
        fill(store.ledger)
        with served(store.settings) as client:
            yield client


def get(client: httpx.Client, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_an_anonymous_caller_may_not_ask_a_provider(watched: httpx.Client) -> None:
    answer = watched.post(f"/api/providers/{ONLINE}/health-check")
    assert answer.status_code == 401


def test_the_default_page_holds_everyone_in_order(watched: httpx.Client) -> None:
    body = get(watched, "/api/providers")
    assert [row["provider_id"] for row in body["providers"]] == sorted(EVERYONE)
    assert (body["total"], body["next_cursor"]) == (len(EVERYONE), None)


def test_pages_hold_everyone_once(watched: httpx.Client) -> None:
    pages = list(paged(watched, f"/api/providers?limit={len(EVERYONE) // 2}"))
    found = [row["provider_id"] for page in pages for row in page["providers"]]
    assert found == sorted(EVERYONE)
    assert len(pages) in (2, 3)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=online", {ONLINE}),
        ("status=degraded", {DEGRADED}),
        ("status=offline", {OFFLINE}),
        ("status=unknown", EVERYONE.keys() - {ONLINE, DEGRADED, OFFLINE}),
        ("search=KRAK", {name for name in EVERYONE if "krak" in name}),
        ("category=Exchange", {n for n, p in EVERYONE.items() if p.category == "exchange"}),
        ("category=exchange&status=offline", set()),
    ],
)
def test_providers_are_chosen(watched: httpx.Client, query: str, found: set[str]) -> None:
    rows = get(watched, f"/api/providers?{query}")["providers"]
    assert {row["provider_id"] for row in rows} >= found
    assert len(rows) >= len(found)


def test_what_was_never_called_is_unknown_and_has_no_rate(watched: httpx.Client) -> None:
    (row,) = [
        row
        for row in get(watched, "/api/providers")["providers"]
        if row["provider_id"] == "coinbase_exchange"
    ]
    unknown = ("success_rate", "avg_response_time_ms", "response_time_ms", "last_check")
    assert row["status"] == "unknown"
    assert row["total_requests"] == 0
    assert [row[name] for name in unknown] == [None] * 4


def test_a_provider_is_told_in_detail_by_id_or_name(watched: httpx.Client) -> None:
    body = get(watched, f"/api/providers/{ONLINE}")
    assert body["success_rate"] == 98
    assert body["total_requests"] == 100
    assert body["breaker"] == {"state": "closed", "failures": 0, "open_until": None}
    assert body["consecutive_failures"] == 0
    assert body["response_time_ms"] == 40
    assert body["last_failure"] is not None
    named = get(watched, f"/api/providers/{EVERYONE[ONLINE].name.upper()}")
    assert named["provider_id"] == ONLINE


@pytest.mark.parametrize(
    "path",
    [
        "/api/providers/binanc",
        "/api/providers/binanc/stats",
        "/api/rate-limits/binanc",
        "/api/alerts?provider=binanc",
    ],
)
def test_an_unknown_provider_is_404_with_near_ones(watched: httpx.Client, path: str) -> None:
    answer = watched.get(path)
    assert answer.status_code == 404
    assert ONLINE in answer.json()["nearest"]


def test_statistics_of_a_provider(watched: httpx.Client) -> None:
    body = get(watched, f"/api/providers/{ONLINE}/stats?hours=1")
    told = {name: body[name] for name in ("total_requests", "successful", "failed", "error_types")}
    assert told == {
        "total_requests": 100, "successful": 98, "failed": 2, "error_types": {"timeout": 2},
    }  # fmt: skip
    assert 2**4.75 <= body["p50_response_time_ms"] <= 2**5
    assert 2**7.25 <= body["p95_response_time_ms"] <= 2**7.5
    assert [hour["total_requests"] for hour in body["by_hour"]] == [100]


@pytest.mark.parametrize("hours", [0, 721, "x"])
def test_hours_have_bounds(watched: httpx.Client, hours: object) -> None:
    assert watched.get(f"/api/providers/{ONLINE}/stats?hours={hours}").status_code == 422


def test_a_category_in_any_spelling(watched: httpx.Client) -> None:
    body = get(watched, "/api/providers/category/EXCHANGE")
    assert body["category"] == "exchange"
    assert body["count"] == len(body["providers"]) > 0
    wrong = watched.get("/api/providers/category/exchanges")
    assert wrong.status_code == 404
    assert "exchange" in wrong.json()["nearest"]


def test_categories_with_their_share_online(watched: httpx.Client) -> None:
    rows = get(watched, "/api/categories")
    assert {row["category"] for row in rows} <= set(CATEGORIES)
    by_name = {row["category"]: row for row in rows}
    exchange = by_name[EVERYONE[ONLINE].category]
    assert exchange["online"] == 1
    assert exchange["online_ratio"] == round(100 / exchange["total"], 1)
    unseen = [row for row in rows if row["unknown"] == row["total"]]
    assert all(row["online_ratio"] is None for row in unseen)


def test_one_that_is_switched_off_and_works_is_marked(store: Store) -> None:
    off = next(name for name, provider in sorted(EVERYONE.items()) if not provider.enabled)
    with store.ledger.write() as connection:
        proposals.propose(connection, store.ledger, off, 12)
    with served(store.settings) as client:
        rows = get(client, "/api/providers")["providers"]
    assert [row["provider_id"] for row in rows if row["proposed"]] == [off]


def test_a_look_that_was_not_made_says_so(store: Store) -> None:
    key = {"X-API-Key": store.key("write")}
    few, budgets = EVERYONE["coingecko"], Budgets(store.ledger)
    budgets.arrived(budgets.reserve(few, few.limits[0].amount))
    with running(sandbox_config()) as url, served(_at(store, url)) as client:
        body = client.post(f"/api/providers/{few.id}/health-check", headers=key).json()
    assert (body["is_healthy"], body["response_time"]) == (None, None)
    assert "not asked" in body["error"]


def test_one_whose_calls_have_all_failed_is_degraded(store: Store) -> None:
    hour = store.ledger.now() // statistics.HOUR_MS * statistics.HOUR_MS
    with store.ledger.write() as connection:
        connection.execute(
            sa.insert(provider_outcomes).values(
                provider=ONLINE, outcome="timeout", hour=hour, count=3, last_at=hour
            )
        )
    assert states_of(store.ledger, [EVERYONE[ONLINE]]) == {ONLINE: "degraded"}


def test_a_provider_is_asked_by_hand(store: Store) -> None:
    key = {"X-API-Key": store.key("write")}
    with running(sandbox_config()) as url, served(_at(store, url)) as client:
        answer = client.post("/api/providers/Binance/health-check", headers=key)
        assert answer.status_code == 200
        body = answer.json()
        assert (body["provider_id"], body["status"]) == (ONLINE, "online")
        assert body["is_healthy"]
        assert body["response_time"] >= 0
        httpx.post(f"{url}/_control/faults", json={"provider": ONLINE, "kind": "html_200"})
        worse = client.post(f"/api/providers/{ONLINE}/health-check", headers=key).json()
        assert (worse["status"], worse["is_healthy"]) == ("degraded", False)
        refused = client.post("/api/providers/nobody/health-check", headers=key)
        assert refused.status_code == 404
    known = health.read(store.ledger, ONLINE)
    assert known is not None
    assert known.finding.status == "degraded"


def _at(store: Store, sandbox: str) -> Any:
    return store.settings.model_copy(update={"sandbox_port": int(sandbox.rpartition(":")[2])})
