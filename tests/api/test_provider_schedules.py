"""Schedules of providers, and looks that are asked for by hand."""

import asyncio
import time
from collections.abc import Iterator

import httpx
import pytest

from resources.ledger import Ledger, forced_updates, provider_schedules
from resources.providers import load_providers
from resources.schedules import minimum_interval
from resources.settings import Settings
from tests.api.played_dagster import playing
from tests.api.server import Store, served
from tests.ports import free_port

TASKS = "/api/v2/schedule/tasks"
SLOW = max(load_providers().values(), key=minimum_interval)


@pytest.fixture
def writer(store: Store) -> Iterator[httpx.Client]:
    """A client of an empty store that may write."""
    with served(store.settings) as client:
        client.headers["X-API-Key"] = store.key("write")
        yield client


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", f"{TASKS}/binance"),
        ("POST", f"{TASKS}/binance/force-update"),
        ("GET", "/api/v2/schedule/export"),
    ],
)
def test_an_anonymous_caller_is_refused(service: httpx.Client, method: str, path: str) -> None:
    assert service.request(method, path).status_code == 401


def test_a_reader_changes_nothing(reader: httpx.Client) -> None:
    assert reader.put(f"{TASKS}/binance", params={"enabled": False}).status_code == 403
    assert reader.post(f"{TASKS}/binance/force-update").status_code == 403


def test_every_provider_has_a_schedule(service: httpx.Client) -> None:
    tasks = service.get(TASKS).json()
    assert tasks.keys() == load_providers().keys()
    assert {task["last_status"] for task in tasks.values()} == {"unknown"}
    assert tasks["binance"] == {
        "api_id": "binance",
        "name": "Binance",
        "category": "exchange",
        "interval": 60,
        "minimum_interval": 60,
        "update_type": "realtime",
        "enabled": True,
        "key_missing": False,
        "last_update": None,
        "next_update": None,
        "last_status": "unknown",
        "success_count": 0,
        "error_count": 0,
        "failures_in_a_row": 0,
    }


def test_a_schedule_tells_how_the_last_looks_went(store: Store, writer: httpx.Client) -> None:
    with store.ledger.write() as connection:
        for began, status in ((1_800_000_000_000, "success"), (1_800_000_060_000, "failed")):
            kind: provider_schedules.Status = "success" if status == "success" else "failed"
            provider_schedules.note(connection, "binance", kind, began, lambda _: 120.0)
    task = writer.get(f"{TASKS}/Binance").json()
    assert (task["last_update"], task["next_update"]) == (
        "2027-01-15T08:01:00Z",
        "2027-01-15T08:03:00Z",
    )
    counts = (
        task["last_status"],
        task["success_count"],
        task["error_count"],
        task["failures_in_a_row"],
    )
    assert counts == ("failed", 1, 1, 1)


@pytest.mark.parametrize(
    "given",
    [
        {"params": {"interval": 300, "enabled": False}},
        {"json": {"interval": 300, "enabled": False}},
        {"params": {"interval": 300}, "json": {"interval": 99, "enabled": False}},
    ],
)
def test_a_change_holds_at_once(writer: httpx.Client, given: dict[str, object]) -> None:
    answer = writer.put(f"{TASKS}/binance", **given)  # type: ignore[arg-type]  # httpx's own keywords
    assert answer.status_code == 200
    task = answer.json()["task"]
    assert (task["interval"], task["enabled"]) == (300, False)
    assert writer.get(f"{TASKS}/binance").json() | {"timestamp": ""} == task | {"timestamp": ""}
    again = writer.put(f"{TASKS}/binance", params={"enabled": True}).json()["task"]
    assert (again["interval"], again["enabled"]) == (300, True)


def test_an_interval_below_the_minimum_is_refused_with_it(writer: httpx.Client) -> None:
    least = minimum_interval(SLOW)
    assert least > 60
    answers = [
        writer.put(f"{TASKS}/{SLOW.id}", params={"interval": seconds})
        for seconds in (least - 1, 0, -5)
    ]
    assert [answer.status_code for answer in answers] == [422] * 3
    assert f"at least {least}" in answers[0].json()["detail"]
    assert writer.put(f"{TASKS}/{SLOW.id}", params={"interval": least}).status_code == 200


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"json": {}},
        {"params": {"interval": "soon"}},
        {"json": {"interval": 10**30}},
        {"json": {"interval": 300, "x": 1}},
        {"json": [1]},
    ],
)
def test_a_change_that_cannot_be_is_refused(writer: httpx.Client, given: dict[str, object]) -> None:
    assert writer.put(f"{TASKS}/binance", **given).status_code == 422  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize("path", [f"{TASKS}/binanse", f"{TASKS}/binanse/force-update"])
def test_an_unknown_provider_is_told_with_near_ones(writer: httpx.Client, path: str) -> None:
    answer = writer.post(path) if "force" in path else writer.get(path)
    assert answer.status_code == 404
    assert "binance" in answer.json()["nearest"]


def test_all_schedules_are_a_file(writer: httpx.Client) -> None:
    answer = writer.get("/api/v2/schedule/export")
    assert answer.headers["content-disposition"].startswith('attachment; filename="schedules_')
    assert answer.json() == writer.get(TASKS).json()


def at(store: Store, dagster_port: int) -> Settings:
    """The same home, served on a port of its own."""
    return store.settings.model_copy(update={"port": free_port(), "dagster_port": dagster_port})


def claim_for(ledger: Ledger, provider: str, run_id: str | None) -> None:
    """An update of a provider that was asked for, and its run where one was launched."""
    claim = forced_updates.claim(ledger, provider, 10)
    assert claim is not None
    assert claim.mine
    if run_id is not None:
        forced_updates.launched(ledger, claim, run_id)


def test_few_updates_of_different_providers_go_at_once(store: Store) -> None:
    headers = {"X-API-Key": store.key("write")}
    names = ["binance", "kraken", "coingecko", "coinbase_exchange"]
    with playing() as dagster, served(at(store, dagster.port)) as client:
        client.headers.update(headers)
        answers = [client.post(f"{TASKS}/{name}/force-update") for name in names]
        assert [answer.status_code for answer in answers] == [202, 202, 202, 503]
        assert answers[3].json()["type"] == "urn:headwater:busy"
        assert 1 <= int(answers[3].headers["retry-after"]) <= 10
        again = client.post(f"{TASKS}/binance/force-update")
        assert again.json()["run_id"] == "run-1"
        forced_updates.ended(store.ledger, "run-2")
        assert client.post(f"{TASKS}/{names[3]}/force-update").json()["run_id"] == "run-4"
    for params in dagster.launched:
        assert {"key": "dagster/priority", "value": "-5"} in params["executionMetadata"]["tags"]


def test_runs_that_were_killed_leave_room_for_others(store: Store) -> None:
    early = Ledger(store.settings.ledger_url, skew_ms=-60_000)
    for name, run_id in (("kraken", "killed"), ("coingecko", "killed"), ("okx", None)):
        claim_for(early, name, run_id)
    early.close()
    headers = {"X-API-Key": store.key("write")}
    with playing(status="FAILURE") as dagster, served(at(store, dagster.port)) as client:
        assert client.post(f"{TASKS}/binance/force-update", headers=headers).status_code == 202
    assert [claim.provider for claim in forced_updates.claims(store.ledger)] == ["binance"]


def test_a_hundred_at_once_in_two_processes_are_one_run(store: Store) -> None:
    headers = {"X-API-Key": store.key("write")}

    async def ask(*urls: str) -> list[httpx.Response]:
        async with httpx.AsyncClient(headers=headers, timeout=30, trust_env=False) as client:
            return await asyncio.gather(*(client.post(url) for url in urls))

    with playing(seconds=0.3) as dagster:
        one, two = at(store, dagster.port), at(store, dagster.port)
        with served(one) as first, served(two) as second:
            # An application builds its routes at the first request, and two of them in threads of
            # one process must not do so at once.
            assert {c.post(f"{TASKS}/x/force-update").status_code for c in (first, second)} == {401}
            urls = [f"http://127.0.0.1:{s.port}{TASKS}/binance/force-update" for s in (one, two)]
            answers = asyncio.run(ask(*urls * 50))
            assert {answer.status_code for answer in answers} == {202}
            assert {answer.json()["run_id"] for answer in answers} == {"run-1"}
            body = answers[0].json()
            assert (body["status"], body["task"]["api_id"]) == ("launched", "binance")
            # The run says that it is over: now there may be another one.
            forced_updates.ended(store.ledger, "run-1")
            [again] = asyncio.run(ask(urls[1]))
            assert again.json()["run_id"] == "run-2"
    config = {"providers": ["binance"]}
    assert dagster.launched[0]["runConfigData"] == {
        "ops": {"provider_snapshots": {"config": config}}
    }


@pytest.mark.parametrize(("status", "run_id"), [("STARTED", "killed"), ("FAILURE", "run-1")])
def test_a_run_that_ended_without_a_word_is_asked_after(
    store: Store, status: str, run_id: str
) -> None:
    # The claim was made a minute ago.
    early = Ledger(store.settings.ledger_url, skew_ms=-60_000)
    claim_for(early, "binance", "killed")
    early.close()
    with playing(status=status) as dagster, served(at(store, dagster.port)) as client:
        headers = {"X-API-Key": store.key("write")}
        answer = client.post(f"{TASKS}/binance/force-update", headers=headers)
    assert answer.json()["run_id"] == run_id


def test_a_launch_that_was_never_finished_is_made_up_for(store: Store) -> None:
    early = Ledger(store.settings.ledger_url, skew_ms=-60_000)
    claim_for(early, "binance", None)
    early.close()
    with playing() as dagster, served(at(store, dagster.port)) as client:
        headers = {"X-API-Key": store.key("write")}
        answer = client.post(f"{TASKS}/binance/force-update", headers=headers)
    assert answer.json()["run_id"] == "run-1"


def test_without_dagster_no_claim_is_left(store: Store, writer: httpx.Client) -> None:
    assert writer.post(f"{TASKS}/binance/force-update").status_code == 503
    assert forced_updates.claims(store.ledger) == []


def test_one_that_is_disabled_is_not_looked_at(writer: httpx.Client) -> None:
    writer.put(f"{TASKS}/binance", params={"enabled": False})
    answer = writer.post(f"{TASKS}/binance/force-update")
    assert answer.status_code == 409
    assert "disabled" in answer.json()["detail"]


def test_a_change_of_another_process_holds_within_ten_seconds(
    store: Store, writer: httpx.Client
) -> None:
    assert writer.get(f"{TASKS}/binance").json()["enabled"] is True
    provider_schedules.change(store.ledger, "binance", enabled=False)
    changed = time.monotonic()
    assert writer.get(f"{TASKS}/binance").json()["enabled"] is False
    assert time.monotonic() - changed < 10
