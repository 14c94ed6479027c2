"""Webhooks by the API: made, shown without their secrets, tried, removed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from resources.ledger import alerts
from resources.ledger.alerts import News
from tests.api.server import Store, client_of, opened, served, until
from tests.markdown import code, read
from tests.resources.webhooks.receiver import Receiver, receiving

HOOKS = "/api/webhooks"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    home: Path = tmp_path_factory.mktemp("webhooks")
    with opened(home, allowed_addresses=["127.0.0.1"], webhooks_most=3) as made:
        yield made


@pytest.fixture(scope="module")
def served_client(store: Store) -> Iterator[httpx.Client]:
    with (
        served(store.settings) as anonymous,
        client_of(anonymous.base_url, store.key("admin")) as client,
    ):
        yield client


@pytest.fixture
def client(served_client: httpx.Client) -> Iterator[httpx.Client]:
    """An admin; the webhooks that a test has made are gone after it."""
    yield served_client
    for row in served_client.get(HOOKS).json()["webhooks"]:
        served_client.delete(f"{HOOKS}/{row['webhook_id']}")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def shown(client: httpx.Client) -> dict[str, Any]:
    (row,) = client.get(HOOKS).json()["webhooks"]
    return dict(row)


@pytest.mark.parametrize("scopes", [(), ("read",), ("write",)])
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", HOOKS), ("POST", HOOKS), ("DELETE", f"{HOOKS}/x"), ("POST", f"{HOOKS}/x/test")],
)
def test_webhooks_are_for_the_admin(
    store: Store, client: httpx.Client, scopes: tuple[str, ...], method: str, path: str
) -> None:
    with client_of(client.base_url, store.key(*scopes) if scopes else None) as other:
        assert other.request(method, path, json={}).status_code == (403 if scopes else 401)


def test_a_webhook_is_told_and_verified_and_shows_its_secret_once(
    client: httpx.Client, store: Store, receiver: Receiver
) -> None:
    body = {"url": receiver.url, "events": ["alert"], "filter": {"severities": ["critical"]}}
    answer = client.post(HOOKS, json=body)
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    made = answer.json()
    assert {name: made[name] for name in body} == body
    assert len(made["secret"]) >= 43
    for severity in ("warning", "critical"):
        with store.ledger.write() as connection:
            news = News(severity, "stale_feed", severity, severity)
            alerts.tell(connection, store.ledger, news)
    until(lambda: shown(client)["last_delivered_at"] is not None)
    (one,) = receiver.received
    (example,) = code(read("docs/webhooks.md"), "python")
    names: dict[str, Any] = {}
    exec(compile(example, "example", "exec"), names)
    assert names["is_genuine"](made["secret"], one.headers["Headwater-Signature"], one.body)
    assert json.loads(one.body)["data"]["severity"] == "critical"
    listed = client.get(HOOKS)
    assert listed.json()["total"] == 1
    assert (shown(client)["state"], shown(client)["waiting"]) == ("active", 0)
    assert made["secret"] not in listed.text
    for file in store.settings.home_dir.glob("ledger.db*"):
        assert made["secret"].encode() not in file.read_bytes()


def test_the_same_and_one_too_many_are_refused(client: httpx.Client, receiver: Receiver) -> None:
    body = {"url": receiver.url, "events": ["alert", "feed_update"], "filter": {"feeds": ["news"]}}
    assert client.post(HOOKS, json=body).status_code == 201
    again = {**body, "events": ["feed_update", "alert", "alert"]}
    assert client.post(HOOKS, json=again).status_code == 409
    for number in range(2):
        more = {"url": f"{receiver.url}/{number}", "events": ["alert"]}
        assert client.post(HOOKS, json=more).status_code == 201
    refused = client.post(HOOKS, json={"url": f"{receiver.url}/3", "events": ["alert"]})
    assert (refused.status_code, "HEADWATER_WEBHOOKS_MOST" in refused.text) == (409, True)


PRICE = ["price_threshold"]


@pytest.mark.parametrize(
    "change",
    [
        {"url": None}, {"url": 7}, {"url": "http://10.0.0.1/"}, {"url": "http://169.254.169.254/x"},
        {"url": "http://localhost/"}, {"url": "http://user:pass@127.0.0.1/"}, {"url": "ftp://127.0.0.1/"},
        {"events": []}, {"events": ["alert", "ping"]}, {"events": "alert"}, {"events": ["alert"] * 6},
        {"filter": {"severity": "critical"}}, {"filter": {"severities": ["fatal"]}}, {"filter": []},
        {"filter": {"symbols": ["BTC"]}}, {"filter": {"feeds": ["weather"]}},
        {"filter": {"providers": ["nobody"]}}, {"filter": {"feeds": ["x"] * 101}},
        {"filter": {"symbol": "BTC", "above": 1}}, {"secret": "mine"},
        {"events": ["feed_update"], "filter": {"symbols": ["no such thing"]}},
        {"events": PRICE}, {"events": PRICE, "filter": {"symbol": "BTC"}},
        {"events": PRICE, "filter": {"above": 1}}, {"events": PRICE, "filter": {"symbol": "??", "above": 1}},
        {"events": PRICE, "filter": {"symbol": "BTC", "above": 0}},
        {"events": PRICE, "filter": {"symbol": "BTC", "above": "1"}},
        {"events": PRICE, "filter": {"symbol": "BTC", "above": 10**30, "below": -1}},
        {"events": PRICE, "filter": {"symbol": "BTC", "above": 5, "below": 5}},
    ],
)  # fmt: skip
def test_what_is_no_webhook_is_refused(client: httpx.Client, change: dict[str, Any]) -> None:
    body = {"url": "http://127.0.0.1/", "events": ["alert"], **change}
    assert client.post(HOOKS, json=body).status_code == 422
    assert client.get(HOOKS).json()["total"] == 0


def test_names_of_a_filter_become_ours(client: httpx.Client) -> None:
    filter_ = {"symbols": ["btc", "ethusdt", "BTC"], "providers": ["Binance"], "symbol": "bitcoin"}
    events = ["feed_update", "api_update", "price_threshold"]
    body = {"url": "http://127.0.0.1/", "events": events, "filter": {**filter_, "below": 5}}
    told = {"symbols": ["BTC", "ETH/USDT"], "providers": ["binance"], "symbol": "BTC", "below": 5.0}
    assert client.post(HOOKS, json=body).json()["filter"] == told
    assert shown(client)["filter"] == told


def test_a_ping_tells_how_it_went(client: httpx.Client, receiver: Receiver) -> None:
    receiver.answers = [(500, {}, 0), (204, {}, 0)]
    made = client.post(HOOKS, json={"url": receiver.url, "events": ["alert"]}).json()
    path = f"{HOOKS}/{made['webhook_id']}/test"
    answer = client.post(path)
    assert (answer.status_code, "answered 500" in answer.json()["detail"]) == (503, True)
    assert (shown(client)["state"], shown(client)["failures"]) == ("failing", 1)
    answer = client.post(path)
    assert (answer.status_code, answer.json()["http_status"]) == (200, 204)
    assert (shown(client)["state"], shown(client)["last_error"]) == ("active", None)
    assert [one.headers["Headwater-Event"] for one in receiver.received] == ["ping", "ping"]


def test_who_is_removed_is_told_nothing_more(
    client: httpx.Client, store: Store, receiver: Receiver
) -> None:
    receiver.answers = [(500, {}, 0)]
    made = client.post(HOOKS, json={"url": receiver.url, "events": ["alert"]}).json()
    with store.ledger.write() as connection:
        alerts.tell(connection, store.ledger, News("x", "stale_feed", "warning", "x"))
    until(lambda: shown(client)["waiting"] == 1)
    path = f"{HOOKS}/{made['webhook_id']}"
    assert client.delete(path).json()["webhook_id"] == made["webhook_id"]
    assert client.get(HOOKS).json()["total"] == 0
    assert client.delete(path).status_code == client.post(f"{path}/test").status_code == 404
