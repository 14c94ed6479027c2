"""Providers that are added, changed and removed while the service runs."""

import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from resources.directory import Directory
from resources.ledger.custom_providers import StoredKeys
from resources.providers import load_providers
from tests.api.entries import ACME, APIS, IMPORT, KEY, upload
from tests.api.server import Store


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", APIS),
        ("PUT", f"{APIS}/acme"),
        ("DELETE", f"{APIS}/acme"),
        ("GET", "/api/v2/config/export"),
        ("POST", IMPORT),
    ],
)
def test_an_anonymous_caller_is_refused(
    anonymous: httpx.Client, place: Store, method: str, path: str
) -> None:
    assert anonymous.request(method, path).status_code == 401
    if method != "GET":
        headers = {"X-API-Key": place.key("read", "write")}
        assert anonymous.request(method, path, headers=headers).status_code == 403


def test_built_in_providers_are_told(anonymous: httpx.Client) -> None:
    answer = anonymous.get(APIS).json()
    assert answer["total"] == len(answer["apis"]) == len(load_providers())
    told = anonymous.get(f"{APIS}/KRAKEN").json()
    assert told["base_url"] == load_providers()["kraken"].base_url
    assert (told["id"], told["update_type"], told["custom"]) == ("kraken", "realtime", False)
    assert told["limits"] == [{"amount": 15, "seconds": 15}]


def test_providers_are_filtered_by_category_and_update(anonymous: httpx.Client) -> None:
    exchanges = anonymous.get(f"{APIS}/category/Exchange").json()
    assert exchanges["category"] == "exchange"
    assert {row["category"] for row in exchanges["apis"]} == {"exchange"}
    query = {"category": "EXCHANGE", "update_type": "realtime"}
    filtered = anonymous.get(APIS, params=query).json()["apis"]
    assert filtered == [row for row in exchanges["apis"] if row["update_type"] == "realtime"]
    answer = anonymous.get("/api/v2/config/categories").json()
    assert answer["stats"]["exchange"]["total"] == exchanges["count"]


@pytest.mark.parametrize("path", [f"{APIS}/krakn", f"{APIS}/category/exchang"])
def test_what_is_not_there_is_told_with_what_is_near(anonymous: httpx.Client, path: str) -> None:
    answer = anonymous.get(path)
    assert answer.status_code == 404
    assert {"kraken", "exchange"} & set(answer.json()["nearest"])


def test_a_provider_is_added_and_its_key_shown_to_nobody(admin: httpx.Client, place: Store) -> None:
    answer = admin.post(APIS, json=ACME)
    assert answer.status_code == 201
    assert answer.json()["status"] == "success"
    shown = admin.get(f"{APIS}/Acme").json()
    assert (shown["category"], shown["key"], shown["interval"]) == ("My own", "***", 60)
    answers = [answer, *map(admin.get, (APIS, f"{APIS}/acme", "/api/v2/config/export"))]
    assert not any(KEY in one.text for one in answers)
    assert StoredKeys(place.ledger).get("acme") == KEY
    stored = Path(place.ledger.url.removeprefix("sqlite:///"))
    files = [stored, *stored.parent.glob("ledger.db-wal")]
    assert not any(KEY.encode() in file.read_bytes() for file in files)


def test_an_id_is_taken_once(admin: httpx.Client) -> None:
    assert admin.post(APIS, json={**ACME, "id": "Acme"}).status_code == 201
    assert admin.post(APIS, json=ACME).status_code == 409
    assert admin.post(APIS, json={**ACME, "id": "kraken"}).status_code == 409
    assert admin.delete(f"{APIS}/kraken").status_code == 409
    assert admin.put(f"{APIS}/kraken", json=ACME).status_code == 409


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": "no/path"}, "id"),
        ({"id": None}, "id"),
        ({"name": 7}, "name"),
        ({"base_url": "ftp://acme.example"}, "base_url"),
        ({"base_url": f"https://me:{KEY}@acme.example"}, "base_url"),
        ({"base_url": "http://127.0.0.1:8000"}, "base_url"),
        ({"base_url": "http://localhost"}, "base_url"),
        ({"base_url": "http://[64:ff9b::a00:1]/"}, "base_url"),
        ({"base_url": "http://2130706433/"}, "base_url"),
        ({"ws_url": "ws://169.254.169.254/"}, "ws_url"),
        ({"update_type": "often"}, "update"),
        ({"interval": 1.5}, "interval"),
        ({"endpoints": [{"path": 1}]}, "endpoints[0].path"),
        ({"endpoints": [{"path": "/x", "body": "{"}]}, "endpoints[0].body"),
        ({"auth": {"kind": "smoke"}}, "auth.kind"),
        ({"auth": {"kind": "header", "name": "X", "key": "new\nline-in-it"}}, "auth"),
        ({"limits": [{"amount": 0, "seconds": 1}]}, "limits[0].amount"),
        ({"limits": [{"amount": 9, "seconds": 31 * 86_400 + 1}]}, "limits[0].seconds"),
        ({"limits": [{"amount": 1, "seconds": 31 * 86_400}]}, "limits"),
        ({"endpoints": [{"path": "/x", "weight": 61}]}, "endpoints[0].weight"),
        ({"health": {"path": "/x", "weight": 61}}, "health.weight"),
        (
            {
                "endpoints": [
                    {"path": "/x", "params": {"a": "x" * 9_999, "b": "x" * 9_999, "c": "ü" * 9_999}}
                ]
            },
            "endpoints[0]",
        ),
        ({"interval": 5}, "interval"),
        ({"base_url": "https://acme.example?x=1"}, "base_url"),
        ({"base_url": "https://acme.example/#x"}, "base_url"),
        ({"auth": {"kind": "header", "name": "X-Ü", "key": KEY}}, "auth.name"),
        ({"auth": {"kind": "header", "name": "Content-Length", "key": KEY}}, "auth.name"),
        ({"auth": {"kind": "header", "name": "X", "prefix": "Ünï ", "key": KEY}}, "auth.prefix"),
        ({"auth": {"kind": "header", "name": "X", "prefix": f"Bearer {KEY}"}}, "auth.prefix"),
        ({"auth": {"kind": "header", "name": "X", "prefix": KEY}}, "auth.prefix"),
        ({"ws_url": f"wss://me:{KEY}@acme.example"}, "ws_url"),
        ({"ws_url": f"wss://acme.example/?token={KEY}"}, "ws_url"),
        ({"ws_url": "wss://acme.example/ws/v3/0f1e2d3c4b5a69788796a5b4c3d2e1f0"}, "ws_url"),
        ({"ws_url": f"wss://acme.example/?key={KEY}"}, "ws_url"),
        ({"docs_url": f"https://acme.example/docs?x=1&api_key={KEY}"}, "docs_url"),
        (
            {"endpoints": [{"path": "/x", "body": f'{{"a": [{{"apiKey": "{KEY}"}}]}}'}]},
            "endpoints[0].body",
        ),
        ({"endpoints": [{"path": "/x", "body": {"auth": {"password": KEY}}}]}, "endpoints[0].body"),
    ],
)
def test_what_is_wrong_is_told_by_its_field(
    admin: httpx.Client, change: dict[str, Any], field: str
) -> None:
    answer = admin.post(APIS, json={**ACME, **change})
    assert answer.status_code == 422, answer.text
    assert field in {error["field"] for error in answer.json()["errors"]}
    assert KEY not in answer.text
    assert admin.get(f"{APIS}/acme").status_code == 404


@pytest.mark.parametrize("name", ["api_key", "key", "token", "secret", "password", "appid", "auth"])
def test_a_key_among_parameters_is_kept_as_one(
    admin: httpx.Client, place: Store, name: str
) -> None:
    endpoint = {"feed": "prices", "path": "/prices", "params": {"of": "btc", name: KEY}}
    answer = admin.post(APIS, json={**ACME, "auth": None, "endpoints": [endpoint]})
    assert answer.status_code == 201
    assert KEY not in answer.text + admin.get(APIS).text + admin.get("/api/v2/config/export").text
    assert StoredKeys(place.ledger).get("acme") == KEY


@pytest.mark.parametrize("value", ["usdc", "BTC,ETH", "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"])
def test_a_parameter_named_token_may_ask_for_a_coin(admin: httpx.Client, value: str) -> None:
    endpoint = {"feed": "prices", "path": "/prices", "params": {"token": value}}
    assert admin.post(APIS, json={**ACME, "endpoints": [endpoint]}).status_code == 201
    assert admin.get(f"{APIS}/acme").json()["endpoints"] == [endpoint]


def test_a_name_is_of_one_provider(admin: httpx.Client) -> None:
    assert admin.post(APIS, json={**ACME, "name": "KRAKEN"}).status_code == 409
    assert admin.post(APIS, json=ACME).status_code == 201
    assert admin.post(APIS, json={**ACME, "id": "other", "name": "aCME"}).status_code == 409
    assert upload(admin, [{**ACME, "id": "other"}]).status_code == 409
    assert admin.put(f"{APIS}/acme", json=ACME).status_code == 200


@pytest.mark.parametrize("enabled", [True, False])
def test_those_that_are_enabled_are_told_apart(admin: httpx.Client, enabled: bool) -> None:
    admin.post(APIS, json={**ACME, "auth": None, "enabled": enabled})
    found = admin.get(APIS, params={"enabled": enabled}).json()["apis"]
    assert {row["enabled"] for row in found} == {enabled}
    assert "acme" in {row["id"] for row in found}
    assert admin.get(APIS, params={"enabled": "perhaps"}).status_code == 422


def test_one_that_was_switched_off_is_on_again_by_its_schedule_alone(admin: httpx.Client) -> None:
    admin.post(APIS, json={**ACME, "auth": None, "enabled": False})
    places = (f"{APIS}/acme", "/api/v2/schedule/tasks/acme")
    assert [admin.get(path).json()["enabled"] for path in places] == [False, False]
    assert provider_of(admin)["enabled"] is False
    admin.put("/api/v2/schedule/tasks/acme", json={"enabled": True})
    assert [admin.get(path).json()["enabled"] for path in places] == [True, True]
    assert provider_of(admin)["enabled"] is True


def provider_of(client: httpx.Client) -> dict[str, Any]:
    rows = client.get("/api/providers", params={"category": "My own"}).json()["providers"]
    return next(dict(row) for row in rows if row["provider_id"] == "acme")


def test_an_interval_below_the_minimum_is_told_with_it(admin: httpx.Client) -> None:
    answer = admin.post(APIS, json={**ACME, "interval": 5})
    assert answer.status_code == 422
    assert "at least 60" in answer.json()["detail"]


def test_interval_and_enabled_are_its_schedule(admin: httpx.Client) -> None:
    admin.post(APIS, json={**ACME, "interval": 90, "enabled": False})
    task = admin.get("/api/v2/schedule/tasks/acme").json()
    assert (task["interval"], task["enabled"]) == (90, False)
    admin.delete(f"{APIS}/acme")
    admin.post(APIS, json=ACME)
    task = admin.get("/api/v2/schedule/tasks/acme").json()
    assert (task["interval"], task["enabled"]) == (60, True)


def test_a_changed_provider_keeps_its_key_only_at_its_address(
    admin: httpx.Client, place: Store
) -> None:
    keyless = {**ACME, "auth": {"kind": "header", "name": "X-Acme"}}
    admin.post(APIS, json=ACME)
    for change, key in (
        ({"name": "Acme & Sons"}, KEY),
        ({"base_url": "https://elsewhere.example"}, None),
    ):
        assert admin.put(f"{APIS}/acme", json={**keyless, **change}).status_code == 200
        assert StoredKeys(place.ledger).get("acme") == key


def test_a_body_is_bounded_and_must_be_json(admin: httpx.Client) -> None:
    large = {**ACME, "name": "x" * 1_000_001}
    assert admin.post(APIS, json=large).status_code == 413
    chunks = (b" " * 100_000 for _ in range(20))
    assert admin.post(APIS, content=chunks).status_code == 413
    for content in (b"", b"[]", b"{", b"[" * 100_000):
        assert admin.post(APIS, content=content).status_code == 422


def test_a_provider_is_removed_while_others_ask_for_it(admin: httpx.Client) -> None:
    statuses: set[int] = set()
    admin.post(APIS, json=ACME)
    stop = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=admin.base_url, trust_env=False) as client:
            while not stop.is_set():
                statuses.update(client.get(path).status_code for path in (APIS, f"{APIS}/acme"))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        admin.delete(f"{APIS}/acme")
        admin.post(APIS, json=ACME)
    stop.set()
    for thread in threads:
        thread.join()
    assert statuses <= {200, 404}


def test_a_stored_provider_that_can_no_longer_be_read_is_left_out(
    admin: httpx.Client, place: Store
) -> None:
    admin.post(APIS, json=ACME)
    with place.ledger.write() as connection:
        connection.exec_driver_sql('UPDATE custom_providers SET entry = \'{"id": "acme"}\'')
    assert admin.get(f"{APIS}/acme").status_code == 404
    assert "kraken" in Directory(place.ledger).providers()
    with place.ledger.write() as connection:
        connection.exec_driver_sql("DELETE FROM custom_providers")
