"""Diagnoses by the service; what each finds and mends is tried in tests/resources/diagnostics."""

import fcntl
from collections.abc import Iterator

import httpx
import pytest

from resources.ledger.breakers import Breakers
from tests.api.played_dagster import PlayedDagster, playing
from tests.api.server import Store, served
from tests.resources.diagnostics.patient import Patient
from tests.resources.diagnostics.test_limits import stick

RUN, LAST = "/api/diagnostics/run", "/api/diagnostics/last"
KEYS = {
    "timestamp", "total_issues", "critical_issues", "warnings", "info_issues", "issues",
    "fixed_issues", "system_info", "duration_ms",
}  # fmt: skip


@pytest.fixture(scope="module")
def dagster() -> Iterator[PlayedDagster]:
    with playing() as played:
        yield played


@pytest.fixture(scope="module")
def client(place: Store, dagster: PlayedDagster) -> Iterator[httpx.Client]:
    """A client that may do everything."""
    settings = place.settings.model_copy(update={"dagster_port": dagster.port})
    with served(settings) as client:
        client.headers["X-API-Key"] = place.key("admin")
        client.timeout = httpx.Timeout(60)
        yield client


@pytest.fixture
def stuck(place: Store) -> str:
    """The id of the fix of a breaker that is stuck."""
    now = place.ledger.now()
    stick(Patient(place.settings, place.ledger, place.lake, now), "binance")
    return "close_breaker:binance"


def is_open(store: Store) -> bool:
    return Breakers(store.ledger).state("binance").state == "open"


def test_only_an_admin_diagnoses_and_only_a_reader_is_told(
    place: Store, client: httpx.Client
) -> None:
    for path, method, enough in ((RUN, "POST", "admin"), (LAST, "GET", "read")):
        assert client.request(method, path, headers={"X-API-Key": ""}).status_code == 401
        small = {"X-API-Key": place.key("write")}
        refused = 403 if enough == "admin" else 404
        assert client.request(method, path, headers=small).status_code == refused


def test_before_the_first_there_is_none(client: httpx.Client) -> None:
    assert client.get(LAST).status_code == 404


def test_a_diagnosis_is_told_and_kept(client: httpx.Client) -> None:
    answer = client.post(RUN)
    assert answer.status_code == 200
    body = answer.json()
    assert body.keys() >= KEYS
    assert body["timestamp"].endswith("Z")
    assert (body["critical_issues"], body["fixed_issues"]) == (0, [])
    assert client.get(LAST).json() == body


def test_nothing_is_mended_without_being_asked(
    place: Store, client: httpx.Client, stuck: str
) -> None:
    body = client.post(RUN, params={"auto_fix": False}).json()
    [issue] = [one for one in body["issues"] if one["check"] == "breakers_open"]
    assert issue["fix"]["id"] == stuck
    assert issue["fix"]["does"].startswith("close the breaker of binance")
    assert (issue["fixed"], is_open(place)) == (False, True)


@pytest.mark.parametrize("body", [{"auto_fix": True}, {"fixes": ["close_breaker:binance"]}])
def test_what_is_to_be_mended_may_stand_in_the_body(
    place: Store, client: httpx.Client, stuck: str, body: dict[str, object]
) -> None:
    done = client.post(RUN, json=body).json()["fixed_issues"]
    assert [one["fix"] for one in done] == [stuck]
    assert not is_open(place)


@pytest.mark.parametrize("query", ["auto_fix=true", "fixes=close_breaker:binance"])
def test_or_in_the_query(place: Store, client: httpx.Client, stuck: str, query: str) -> None:
    assert client.post(f"{RUN}?{query}").json()["fixed_issues"][0]["fix"] == stuck
    assert not is_open(place)


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("?auto_fix=perhaps", None),
        ("?fixes=close_breaker:okx", None),
        ("?fixes=rm -rf", None),
        ("", {"fixes": "all"}),
        ("", {"commands": ["ls"]}),
        ("", {"auto_fix": "yes"}),
    ],
)
def test_what_cannot_be_done_is_refused(
    client: httpx.Client, query: str, body: dict[str, object] | None
) -> None:
    assert client.post(f"{RUN}{query}", json=body).status_code == 422


def test_two_at_once_are_one(client: httpx.Client, place: Store) -> None:
    with (place.settings.home_dir / "run" / "diagnostics.lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert client.post(RUN).status_code == 409
    assert client.post(RUN).status_code == 200


def test_a_location_is_loaded_anew(client: httpx.Client, dagster: PlayedDagster) -> None:
    dagster.load_error = "ImportError"
    body = client.post(RUN, params={"auto_fix": True}).json()
    assert body["fixed_issues"] == [
        {"fix": "reload_location:headwater", "outcome": "headwater is loaded"}
    ]
    assert dagster.load_error is None
