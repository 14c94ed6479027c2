"""What Prometheus is told."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping

import httpx
import pytest
import sqlalchemy as sa
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from api.gate import Visit
from api.gate.metrics import Measured
from api.metrics.calls import Growth
from resources.ledger import alerts
from resources.ledger.alerts import News
from resources.ledger.breakers import FAILURES, Breakers
from resources.ledger.statistics import HOUR_MS
from resources.ledger.tables import provider_outcomes
from resources.processes import MARK
from tests.api import watched, world
from tests.api.played_dagster import playing
from tests.api.server import Store, served
from tests.markdown import read, rows, section

Labels = frozenset[tuple[str, str]]
Samples = Mapping[tuple[str, Labels], float]


def samples(text: str) -> Samples:
    """Every sample by its name and labels, as Prometheus reads the text."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def labels(**named: str) -> Labels:
    return frozenset(named.items())


def told(found: Samples, name: str, **named: str) -> float | None:
    return found.get((f"headwater_{name}", labels(**named)))


@pytest.fixture(scope="module")
def client(place: Store) -> Iterator[httpx.Client]:
    """A service that tests may add to, each what no test before it has looked at."""
    world.fill(place.lake, place.ledger)
    watched.fill(place.ledger)
    with served(place.settings) as client:
        client.timeout = httpx.Timeout(60)
        yield client


def fresh_text(client: httpx.Client) -> str:
    """The metrics of now: a text is kept for a second."""
    time.sleep(1.1)
    return client.get("/metrics").text


def fresh(client: httpx.Client) -> Samples:
    return samples(fresh_text(client))


def test_each_metric_is_documented_with_its_kind(client: httpx.Client) -> None:
    """And says what it is."""
    documented = {row[0]: row[1] for row in rows(section(read("docs/metrics.md"), "Metrics"))}
    families = {
        family.name: family
        for family in text_string_to_metric_families(client.get("/metrics").text)
        if family.name.startswith("headwater_")
    }
    assert {f"headwater_{name}" for name in documented} == set(families)
    for name, family in families.items():
        assert family.documentation.endswith("."), name
        assert documented[name.removeprefix("headwater_")] == family.type


class Collections:
    """What a registry asks at each collection."""

    def __init__(self) -> None:
        self.count = 0

    def collect(self) -> list[Metric]:
        self.count += 1
        return []


async def test_many_who_scrape_at_once_cost_one_collection(store: Store) -> None:
    app = create_app(store.settings)
    collections = Collections()
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
    ):
        app.state.metrics.registry.register(collections)
        collections.count = 0  # The registry asks what is registered, once.
        texts = await asyncio.gather(*(client.get("/metrics") for _ in range(20)))
    assert {one.status_code for one in texts} == {200}
    assert len({one.text for one in texts}) == 1
    assert collections.count == 1


def test_tables_and_disk_are_told(place: Store, client: httpx.Client) -> None:
    client.get("/api/ohlcv/history/BTC", headers={"X-API-Key": place.key("read")})
    found = fresh(client)
    assert told(found, "lake_rows", table="candles") == 72
    assert (told(found, "lake_bytes", table="candles") or 0) > 1_000
    assert (told(found, "lake_reads_total", table="candles") or 0) >= 1
    assert told(found, "ledger_rows", table="alerts") == 2
    assert (told(found, "ledger_bytes", table="alerts") or 0) >= 4_096
    for area in ("lake", "ledger"):
        assert (told(found, "disk_used_bytes", area=area) or 0) > 0
    assert told(found, "disk_used_bytes", area="backups") == 0
    assert (told(found, "disk_free_bytes") or 0) < (told(found, "disk_size_bytes") or 0)


def test_requests_are_counted_by_template_method_and_status(client: httpx.Client) -> None:
    for symbol in ("BTC", "ETH", "NOBODY"):
        client.get(f"/api/prices/explain/{symbol}")
    client.head("/api/prices")
    client.post("/api/prices")
    for number in range(50):
        client.get(f"/nothing/{number}")
    text = fresh_text(client)
    found = samples(text)
    counted = "http_request_duration_seconds_count"
    explained = {"route": "/api/prices/explain/{symbol}", "method": "GET"}
    assert told(found, counted, **explained, status="2xx") == 2
    assert told(found, counted, **explained, status="4xx") == 1
    assert told(found, counted, route="/api/prices", method="HEAD", status="2xx") == 1
    assert told(found, counted, route="/api/prices", method="POST", status="4xx") == 1
    assert told(found, counted, route="unmatched", method="GET", status="4xx") == 50
    assert "/nothing" not in text
    assert told(found, "http_area_requests_total", area="unmatched") == 50


def test_what_clients_make_up_makes_no_series() -> None:
    """Not even methods, which a server of another make may let through."""
    registry = CollectorRegistry()
    measured = Measured(registry)
    for number in range(1_000):
        visit = Visit({"type": "http", "method": f"M{number}", "path": f"/{number}"})
        asyncio.run(measured.enter(visit))
        visit.status = 200 + number % 400
        measured.leave(visit)
    kinds = [one.labels for family in registry.collect() for one in family.samples
             if one.name.endswith("_seconds_count")]  # fmt: skip
    assert len(kinds) == 4
    assert {kind["method"] for kind in kinds} == {"other"}


def test_answers_of_too_many_requests_are_counted_by_tier(store: Store) -> None:
    settings = store.settings.model_copy(update={"limit_free_minute": 2})
    with served(settings) as client:
        codes = [client.get("/api/prices").status_code for _ in range(5)]
        found = samples(client.get("/metrics", timeout=60).text)
    refused = codes.count(429)
    assert refused == 3
    assert told(found, "http_rate_limited_requests_total", tier="free") == refused


def test_calls_of_providers_are_told(client: httpx.Client) -> None:
    found = samples(client.get("/metrics", timeout=60).text)
    assert told(found, "provider_calls_total", provider="binance", outcome="ok") == 98
    assert told(found, "provider_calls_total", provider="binance", outcome="timeout") == 2
    seconds = "provider_call_duration_seconds"
    # 90 took at most 2 ** (20 / 4) ms, 8 at most 2 ** (30 / 4).
    assert told(found, f"{seconds}_bucket", provider="binance", le="0.064") == 90
    assert told(found, f"{seconds}_bucket", provider="binance", le="0.256") == 98
    assert told(found, f"{seconds}_count", provider="binance") == 98
    assert told(found, "provider_limit_used_ratio", provider="binance", window="minute") == 0.5
    assert told(found, "providers", state="offline") == 1


def test_counts_of_calls_only_go_up() -> None:
    """Whatever the ledger deletes, and when an hour begins."""
    growth = Growth[str]()
    growth.take([("a", 0, 5), ("a", HOUR_MS, 2)], HOUR_MS)
    assert growth.totals == {"a": 7}
    growth.take([("a", HOUR_MS, 6)], HOUR_MS + 1)
    growth.take([("a", HOUR_MS, 1), ("b", HOUR_MS, 1)], HOUR_MS + 2)
    assert growth.totals == {"a": 11, "b": 1}
    assert growth.since == 0
    growth.take([("a", 5 * HOUR_MS, 1)], 5 * HOUR_MS)
    assert (growth.totals["a"], growth.since) == (12, 4 * HOUR_MS)


def test_a_call_that_another_process_counts_is_told(place: Store, client: httpx.Client) -> None:
    client.get("/metrics")
    with place.ledger.write() as connection:
        mine = provider_outcomes.c.provider == "binance", provider_outcomes.c.outcome == "ok"
        connection.execute(sa.update(provider_outcomes).where(*mine).values(count=100))
    found = fresh(client)
    assert told(found, "provider_calls_total", provider="binance", outcome="ok") == 100


def test_breakers_feeds_alerts_and_sockets_are_told(place: Store, client: httpx.Client) -> None:
    for _ in range(FAILURES):
        Breakers(place.ledger).failed("kraken", None)
    with place.ledger.write() as connection:
        alerts.tell(connection, place.ledger, News("x", "backup", "critical", "none was made"))
    found = fresh(client)
    assert told(found, "breaker_state", provider="kraken") == 2
    assert told(found, "alerts_open", severity="critical") == 2
    assert told(found, "feed_target_seconds", feed="prices") == 300
    assert (told(found, "feed_age_seconds", feed="prices") or 0) > 86_400
    assert told(found, "feed_age_seconds", feed="news") is None
    assert told(found, "websocket_clients") == 0
    # Nothing is said of what is not known.
    assert told(found, "scheduler_up") is None
    assert told(found, "backup_age_seconds") is None


def test_the_processes_of_the_home_are_told(store: Store) -> None:
    command = [sys.executable, "-c", "import time; print(1, flush=True); time.sleep(60)"]
    marked = {MARK: str(store.settings.home_dir)}
    with subprocess.Popen(command, env=marked, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.read(1)
        with served(store.settings) as client:
            found = samples(client.get("/metrics", timeout=60).text)
        child.kill()
    assert told(found, "home_processes", process="api") == 1
    assert told(found, "home_processes", process="other") == 1
    assert (told(found, "home_resident_memory_bytes", process="api") or 0) > 10_000_000
    assert (told(found, "home_cpu_seconds_total") or 0) > 0
    assert found[("process_open_fds", frozenset())] > 0


def test_runs_are_told_as_dagster_says(store: Store) -> None:
    with playing(last_status="FAILURE") as dagster:
        settings = store.settings.model_copy(update={"dagster_port": dagster.port})
        with served(settings) as client:
            found = samples(client.get("/metrics", timeout=60).text)
    assert told(found, "scheduler_up") == 1
    assert told(found, "job_last_run_failed", job="collect_prices") == 1
    assert told(found, "job_last_run_timestamp_seconds", job="collect_prices") == 1_800_000_000.5
    assert told(found, "job_last_run_failed", job="collect_ohlcv") is None


def test_a_store_that_is_gone_hides_only_what_comes_of_it(store: Store) -> None:
    with served(store.settings) as client:
        with store.ledger.write() as connection:
            connection.exec_driver_sql("DROP TABLE breakers")
        found = samples(client.get("/metrics", timeout=60).text)
    assert told(found, "scrape_failed", part="providers") == 1
    assert told(found, "scrape_failed", part="disk") == 0
    assert (told(found, "disk_free_bytes") or 0) > 0


def test_two_services_of_one_process_count_apart(store: Store, client: httpx.Client) -> None:
    client.get("/api/prices")
    with served(store.settings) as other:
        found = samples(other.get("/metrics", timeout=60).text)
    assert told(found, "http_area_requests_total", area="market") is None


def test_a_key_is_needed_where_the_settings_say_so(store: Store) -> None:
    settings = store.settings.model_copy(update={"metrics_key_required": True})
    with served(settings) as client:
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", headers={"X-API-Key": "hw_guess"}).status_code == 401
        key = {"X-API-Key": store.key("read")}
        assert client.get("/metrics", headers=key).status_code == 200
