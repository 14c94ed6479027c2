"""The jobs, and runs of them by hand."""

import asyncio

import httpx
import pytest

from resources.cadence import FEED_JOB_NAMES
from resources.ledger import provider_schedules
from tests.api.played_dagster import playing
from tests.api.server import Store, served, until

TRIGGER = "/api/scheduler/trigger"


def test_an_anonymous_caller_starts_nothing(service: httpx.Client) -> None:
    assert service.post(f"{TRIGGER}/prices").status_code == 401


def test_a_reader_starts_nothing(reader: httpx.Client) -> None:
    assert reader.post(f"{TRIGGER}/prices").status_code == 403


def test_jobs_are_told_with_what_dagster_knows(store: Store) -> None:
    with playing() as dagster:
        settings = store.settings.model_copy(update={"dagster_port": dagster.port})
        with served(settings) as client:
            # Dagster is waited for no longer than the answer is worth.
            until(lambda: client.get("/api/scheduler/status").json()["is_running"])
            body = client.get("/api/scheduler/status").json()
    jobs = {job["id"]: job for job in body["jobs"]}
    assert body["is_running"] is True
    assert body["total_jobs"] == len(jobs) == 13
    assert jobs["market_data"] == {
        "id": "market_data",
        "name": "Market data: the present prices",
        "next_run": "2027-01-15T08:01:00Z",
        "trigger": "cron: * * * * *",
        "last_run": "2027-01-15T08:00:00.500Z",
        "last_status": "success",
    }
    never = {"next_run": None, "trigger": None, "last_run": None, "last_status": None}
    assert jobs["ohlcv"] == {"id": "ohlcv", "name": "Candles", **never}


def test_without_dagster_the_jobs_are_told_all_the_same(service: httpx.Client) -> None:
    body = service.get("/api/scheduler/status").json()
    assert (body["is_running"], body["total_jobs"]) == (None, 13)


def test_looks_at_categories_are_told_from_the_ledger(store: Store) -> None:
    with store.ledger.write() as connection:
        began = 1_800_000_000_000
        provider_schedules.note(connection, "alternative_me", "success", began, lambda _: 3_600.0)
    with served(store.settings) as client:
        jobs = client.get("/api/scheduler/status").json()["jobs"]
    [found] = [job for job in jobs if job["id"] == "sentiment_collection"]
    assert (found["last_run"], found["last_status"]) == ("2027-01-15T08:00:00Z", "success")
    assert found["next_run"] == "2027-01-15T09:00:00Z"


@pytest.mark.parametrize(
    ("job", "name"),
    [
        ("health_checks", "health_checks"),
        ("market_data", "collect_prices"),
        ("Prices", "collect_prices"),
        ("ohlcv", "collect_ohlcv"),
        ("market_overview", "collect_market"),
        ("hourly_feeds", "collect_hourly"),
        ("news_collection", "collect_news"),
        ("sentiment_collection", "collect_snapshots"),
        ("provider_snapshots", "collect_snapshots"),
    ],
)
def test_a_job_is_started_by_hand(store: Store, job: str, name: str) -> None:
    with playing() as dagster:
        settings = store.settings.model_copy(update={"dagster_port": dagster.port})
        with served(settings) as client:
            headers = {"X-API-Key": store.key("write")}
            answer = client.post(f"{TRIGGER}/{job}", headers=headers)
    assert answer.status_code == 202
    body = answer.json()
    assert (body["success"], body["job_id"], body["run_id"]) == (True, job.lower(), "run-1")
    assert dagster.jobs == [name]
    [params] = dagster.launched
    tags = {tag["key"] for tag in params["executionMetadata"]["tags"]}
    assert {"key": "dagster/priority", "value": "-5"} in params["executionMetadata"]["tags"]
    assert ("dagster/partition" in tags) == (name in ("collect_prices", *FEED_JOB_NAMES))
    assert ("dagster/asset_partition_range_end" in tags) == (name == "collect_ohlcv")
    configured = params["runConfigData"].get("ops")
    assert bool(configured) == (job in {"sentiment_collection", "ohlcv"})


@pytest.mark.parametrize(("status", "runs"), [("QUEUED", 1), ("STARTED", 1), ("SUCCESS", 5)])
def test_a_job_that_was_triggered_and_has_not_ended_is_not_started_again(
    store: Store, status: str, runs: int
) -> None:
    headers = {"X-API-Key": store.key("write")}

    async def ask(url: str) -> list[httpx.Response]:
        async with httpx.AsyncClient(headers=headers, timeout=30, trust_env=False) as client:
            return await asyncio.gather(*(client.post(url) for _ in range(5)))

    with playing(status=status, seconds=0.1) as dagster:
        settings = store.settings.model_copy(update={"dagster_port": dagster.port})
        with served(settings) as client:
            answers = asyncio.run(ask(f"{client.base_url}{TRIGGER}/prices"))
            other = client.post(f"{TRIGGER}/market_data", headers=headers)
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["run_id"] for answer in answers}) == runs
    told = [answer.json()["message"].endswith("has not ended") for answer in answers]
    assert told.count(False) == runs
    # Another trigger of the same job has other providers, or the like.
    assert other.json()["run_id"] == f"run-{runs + 1}"


def test_the_collection_of_candles_that_is_going_is_not_started_again(store: Store) -> None:
    with playing() as dagster:
        settings = store.settings.model_copy(update={"dagster_port": dagster.port})
        with served(settings) as client:
            headers = {"X-API-Key": store.key("write")}
            first, second = (client.post(f"{TRIGGER}/ohlcv", headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert second.json()["run_id"] == first.json()["run_id"] == "run-1"
    assert second.json()["message"].endswith("has not ended")
    [params] = dagster.launched
    assert params["runConfigData"]["ops"]["ohlcv"]["config"]["mode"] == "forward"


def test_an_unknown_job_is_told_with_near_ones(store: Store) -> None:
    with served(store.settings) as client:
        headers = {"X-API-Key": store.key("write")}
        answer = client.post(f"{TRIGGER}/news_colection", headers=headers)
    assert answer.status_code == 404
    assert answer.json()["nearest"][0] == "news_collection"


def test_without_dagster_nothing_is_started(store: Store) -> None:
    with served(store.settings) as client:
        headers = {"X-API-Key": store.key("write")}
        answer = client.post(f"{TRIGGER}/prices", headers=headers)
    assert answer.status_code == 503
    assert "Dagster does not answer" in answer.json()["detail"]
