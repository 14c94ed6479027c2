"""Collections by hand: started, watched, ended."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from resources.ledger import collections, coverage
from resources.ledger.collections import Ending, SymbolState
from resources.plan import COLLECTION_TAG, Window
from tests.api.played_dagster import PlayedDagster, playing
from tests.api.server import Store, served
from tests.api.world import ms

TRIGGER, STATUS, CANCEL = (f"/api/admin/collect/{what}" for what in ("trigger", "status", "cancel"))


@pytest.fixture(scope="module")
def dagster() -> Iterator[PlayedDagster]:
    with playing() as played:
        yield played


@pytest.fixture
def client(store: Store, dagster: PlayedDagster) -> Iterator[httpx.Client]:
    dagster.launched.clear()
    dagster.terminated.clear()
    settings = store.settings.model_copy(update={"dagster_port": dagster.port})
    with served(settings) as opened:
        opened.headers["X-API-Key"] = store.key("admin")
        yield opened


def tags(params: dict[str, Any]) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in params["executionMetadata"]["tags"]}


def config(params: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = params["runConfigData"]["ops"]["ohlcv"]["config"]
    return found


@pytest.mark.parametrize(("method", "path"), [("POST", TRIGGER), ("GET", STATUS), ("POST", CANCEL)])
def test_an_anonymous_caller_and_a_writer_get_nothing(
    service: httpx.Client, world: Store, method: str, path: str
) -> None:
    assert service.request(method, path).status_code == 401
    headers = {"X-API-Key": world.key("write")}
    assert service.request(method, path, headers=headers).status_code == 403


def test_a_collection_is_launched_as_one_run_of_its_months(
    client: httpx.Client, dagster: PlayedDagster, store: Store
) -> None:
    wanted = {
        "mode": "backward",
        "start_date": "2026-01-05",
        "end_date": "2026-03-04",
        "symbols": ["eth-usdt", "BTC"],
        "interval": "1h",
    }
    answer = client.post(TRIGGER, json=wanted)
    assert answer.status_code == 202
    body = answer.json()
    assert (body["success"], body["mode"], body["run_id"]) == (True, "backward", "run-1")
    assert body["status_endpoint"] == STATUS
    [params] = dagster.launched
    [claimed] = collections.newest(store.ledger)
    assert tags(params) == {
        "dagster/asset_partition_range_start": "2026-01-01",
        "dagster/asset_partition_range_end": "2026-03-01",
        "dagster/priority": "-5",
        "headwater/mode": "backward",
        "headwater/origin": "api",
        COLLECTION_TAG: claimed.id,
    }
    assert config(params) == {
        "mode": "backward",
        "symbols": ["BTC/USDT", "ETH/USDT"],
        "interval": "1h",
        "start": "2026-01-05",
        "end": "2026-03-04",
    }
    assert (claimed.run_id, claimed.origin) == ("run-1", "api")


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({}, "body.mode"),
        ({"mode": "sideways"}, "is none of backward, forward, gap_fill"),
        ({"mode": "backward", "start_date": "soon"}, "'soon' is no date"),
        ({"mode": "backward", "start_date": "2026-02-30"}, "'2026-02-30' is no date"),
        ({"mode": "backward", "start_date": "2999-01-01"}, "lies in the future"),
        ({"mode": "backward", "start_date": "2012-12-31"}, "before 2013-01-01"),
        (
            {"mode": "backward", "start_date": "2026-02-02", "end_date": "2026-02-01"},
            "the end 2026-02-01 lies before the start 2026-02-02",
        ),
        ({"mode": "backward", "end_date": "2020-01-01"}, "the start date of the settings"),
        ({"mode": "forward", "symbols": []}, "symbols is an empty list"),
        ({"mode": "forward", "interval": "2h"}, "interval '2h' is none of"),
        ({"mode": "forward", "speed": "high"}, "body.speed"),
        ({"mode": "forward", "symbols": "BTC"}, "body.symbols"),
    ],
)
def test_what_cannot_be_collected_is_told_in_a_sentence(
    client: httpx.Client, dagster: PlayedDagster, wanted: dict[str, Any], words: str
) -> None:
    answer = client.post(TRIGGER, json=wanted)
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    assert words in answer.json()["errors"][0]["msg"] or words.startswith("body.")
    assert dagster.launched == []


def test_symbols_that_mean_nothing_or_several_are_told_as_elsewhere(
    client: httpx.Client, dagster: PlayedDagster
) -> None:
    unknown = client.post(TRIGGER, json={"mode": "forward", "symbols": ["BITCOINN"]})
    assert (unknown.status_code, unknown.json()["nearest"][0]) == (404, "BITCOIN")
    several = client.post(TRIGGER, json={"mode": "forward", "symbols": ["UST"]})
    assert (several.status_code, len(several.json()["candidates"])) == (409, 2)
    assert dagster.launched == []


@pytest.mark.parametrize("state", ["launched", "running"])
def test_a_second_one_is_refused_while_any_is_going_whoever_has_started_it(
    client: httpx.Client, dagster: PlayedDagster, store: Store, state: str
) -> None:
    if state == "launched":
        assert client.post(TRIGGER, json={"mode": "forward"}).status_code == 202
    else:
        collections.begin(store.ledger, None, "gap_fill", "schedule", "another-run")
    before = len(dagster.launched)
    answer = client.post(TRIGGER, json={"mode": "backward"})
    assert answer.status_code == 409
    assert "going already (run " in answer.json()["detail"]
    assert len(dagster.launched) == before


def test_a_run_that_waits_for_its_turn_counts_as_going(store: Store) -> None:
    with playing(status="QUEUED") as dagster:
        settings = store.settings.model_copy(update={"dagster_port": dagster.port})
        with served(settings) as client:
            client.headers["X-API-Key"] = store.key("admin")
            assert client.post(TRIGGER, json={"mode": "forward"}).status_code == 202
            [claimed] = collections.newest(store.ledger)
            collections.end(store.ledger, claimed.id, "failure")
            assert client.post(TRIGGER, json={"mode": "forward"}).status_code == 409


@pytest.mark.parametrize(("began", "status"), [(False, 202), (True, 409)])
def test_one_whose_run_ended_before_it_began_keeps_nobody_waiting(
    client: httpx.Client, dagster: PlayedDagster, store: Store, began: bool, status: int
) -> None:
    assert client.post(TRIGGER, json={"mode": "forward"}).status_code == 202
    [first] = collections.newest(store.ledger)
    if began:
        collections.begin(store.ledger, first.id, "forward", "api", str(first.run_id))
    dagster.status = "FAILURE"
    assert client.post(TRIGGER, json={"mode": "forward"}).status_code == status
    found = collections.find(store.ledger, first.id)
    assert found is not None
    told = ("running", None) if began else ("failure", "its run ended before it began")
    assert (found.state, found.error) == told


def test_without_dagster_nothing_is_claimed(store: Store) -> None:
    with served(store.settings) as client:
        answer = client.post(
            TRIGGER, json={"mode": "forward"}, headers={"X-API-Key": store.key("admin")}
        )
    assert answer.status_code == 503
    assert collections.newest(store.ledger) == []


def test_before_the_first_collection_the_status_is_idle(client: httpx.Client) -> None:
    body = client.get(STATUS).json()
    assert (body["is_running"], body["status"], body["last_results"]) == (False, "idle", None)


def test_the_status_tells_each_market_as_it_goes(client: httpx.Client, store: Store) -> None:
    ledger = store.ledger
    going = collections.begin(ledger, None, "backward", "command line", "run-7")
    hole = Window(ms("2026-01-01T00:00:00"), ms("2026-01-01T05:00:00"))
    told = [
        SymbolState("BTC/USDT", "1d", "complete", 30, 1),
        SymbolState("BTC/USDT", "1h", "partial", 720, 3, (hole,), "kraken timed out"),
        SymbolState("ETH/USDT", "1h", "running", 100),
    ]
    collections.tell(ledger, going, told)
    body = client.get(STATUS).json()
    assert (body["is_running"], body["status"]) == (True, "running")
    assert (body["current_operation"], body["mode"]) == ("backward", "backward")
    assert (body["run_id"], body["origin"]) == ("run-7", "command line")
    assert body["runs_going"] == ["run-7"]
    assert body["elapsed_seconds"] >= 0
    assert body["progress"] == {"done": 2, "total": 3, "percent": 66.7}
    counts = {k: v for k, v in body["last_results"].items() if k != "details"}
    assert counts == {
        "total_cryptos": 2, "complete": 1, "partial": 1, "failed": 0, "skipped": 0, "total_records": 850,
    }  # fmt: skip
    [partial] = [d for d in body["last_results"]["details"] if d["status"] == "partial"]
    assert partial == {
        "symbol": "BTC/USDT", "interval": "1h", "status": "partial", "records": 720, "retries": 3,
        "missing": [{"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T05:00:00Z"}],
        "error": "kraken timed out",
    }  # fmt: skip
    collections.end(ledger, going, "failure", "one market failed")
    body = client.get(STATUS).json()
    assert (body["is_running"], body["status"], body["current_operation"]) == (
        False,
        "failure",
        None,
    )
    assert body["error"] == "one market failed"
    again = client.get(STATUS)
    assert client.get(STATUS, headers={"If-None-Match": again.headers["etag"]}).status_code == 304


@pytest.mark.parametrize(
    ("ending", "told"), [("canceled", "canceled"), ("failure", "the run ended")]
)
def test_the_markets_of_a_collection_that_is_over_add_up(
    client: httpx.Client, store: Store, ending: Ending, told: str
) -> None:
    going = collections.begin(store.ledger, None, "backward", "api", "run-8")
    states = [
        SymbolState("BTC/USDT", "1h", "complete", 30),
        SymbolState("ETH/USDT", "1h", "running", 10),
        SymbolState("SOL/USDT", "1h", "pending"),
    ]
    collections.tell(store.ledger, going, states)
    collections.end(store.ledger, going, ending)
    body = client.get(STATUS).json()
    assert body["progress"] == {"done": 3, "total": 3, "percent": 100.0}
    results = body["last_results"]
    assert (results["complete"], results["partial"], results["failed"]) == (1, 1, 1)
    assert [one["error"] for one in results["details"]] == [None, told, told]


def test_nothing_left_to_collect_is_told_in_a_sentence(client: httpx.Client, store: Store) -> None:
    covered = [("BTC/USDT", Window(0, store.ledger.now()))]
    with store.ledger.write() as connection:
        coverage.extend(connection, "1h", covered)
    wanted = {"mode": "forward", "symbols": ["BTC"], "interval": "1h", "end_date": "2026-01-31"}
    answer = client.post(TRIGGER, json=wanted)
    assert (answer.status_code, answer.json()["title"]) == (422, "Nothing left")
    assert "nothing is left to collect forward" in answer.json()["detail"]


def test_one_that_takes_days_is_told_before_those_that_have_ended_since(
    client: httpx.Client, store: Store
) -> None:
    ledger = store.ledger
    collections.begin(ledger, None, "backward", "api", "long")
    for number in range(60):
        short = collections.begin(ledger, None, "forward", "schedule", f"short-{number}")
        collections.end(ledger, short, "success")
    assert client.get(STATUS).json()["run_id"] == "long"
    assert client.post(TRIGGER, json={"mode": "forward"}).status_code == 409


def test_a_collection_that_is_going_is_ended(
    client: httpx.Client, dagster: PlayedDagster, store: Store
) -> None:
    assert client.post(CANCEL).status_code == 409
    assert client.post(TRIGGER, json={"mode": "forward"}).status_code == 202
    assert client.post(f"{CANCEL}?run_id=another").status_code == 409
    answer = client.post(CANCEL)
    assert (answer.status_code, answer.json()["run_id"]) == (202, "run-1")
    assert dagster.terminated == ["run-1"]
    # It had not begun: nobody else could say that it has ended.
    assert [one.state for one in collections.newest(store.ledger)] == ["canceled"]
    assert client.post(CANCEL).status_code == 409


def test_a_key_in_the_query_is_taken_here_and_is_in_no_log(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    key = store.key("admin")
    with caplog.at_level("DEBUG"), served(store.settings) as client:
        assert client.get(f"{STATUS}?api_key={key}").status_code == 200
        assert client.post(f"{TRIGGER}?api_key={key}x", json={}).status_code == 401
        answer = client.post(f"{TRIGGER}?api_key={key}", json={"mode": "sideways"})
        assert client.get(f"/api/watchlist?api_key={key}").status_code == 401
    assert answer.status_code == 422
    assert key not in answer.text
    told = [record for record in caplog.records if record.name.startswith(("uvicorn", "api"))]
    assert [record.getMessage() for record in told if key in record.getMessage()] == []
