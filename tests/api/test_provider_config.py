"""Providers that are added, changed, removed, exported and imported while the service runs."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from resources.directory import Directory
from resources.ledger.custom_providers import StoredKeys
from resources.providers import load_providers
from tests.api.server import Store, opened, served

KEY = "k3y-that-nobody-may-see"
ACME = {
    "id": "acme",
    "name": "Acme",
    "category": "My own",
    "base_url": "https://api.acme.example/v1",
    "auth": {"kind": "header", "name": "X-Acme", "key": KEY},
    "endpoints": [{"feed": "prices", "path": "/prices", "params": {"of": "btc"}}],
    "update_type": "periodic",
}
APIS = "/api/v2/config/apis"
IMPORT = "/api/v2/config/import"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with opened(tmp_path_factory.mktemp("config")) as store:
        yield store


@pytest.fixture(scope="module")
def anonymous(place: Store) -> Iterator[httpx.Client]:
    with served(place.settings) as client:
        yield client


@pytest.fixture(scope="module")
def everything(place: Store, anonymous: httpx.Client) -> Iterator[httpx.Client]:
    headers = {"X-API-Key": place.key("admin")}
    with httpx.Client(base_url=anonymous.base_url, headers=headers, trust_env=False) as client:
        yield client


@pytest.fixture
def admin(everything: httpx.Client) -> Iterator[httpx.Client]:
    """A client that may do everything; what a test has added is gone after it."""
    yield everything
    for row in everything.get(APIS).json()["apis"]:
        if row["custom"]:
            everything.delete(f"{APIS}/{row['id']}")


def upload(client: httpx.Client, document: Any, **form: str) -> httpx.Response:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return client.post(IMPORT, files={"file": ("list.json", content)}, data=form)


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


def test_what_was_exported_is_what_an_import_takes(admin: httpx.Client) -> None:
    admin.post(APIS, json=ACME)
    exported = admin.get("/api/v2/config/export")
    assert exported.headers["content-disposition"] == 'attachment; filename="providers.json"'
    assert exported.json()["providers"][0]["key"] == "***"
    before = admin.get(f"{APIS}/acme").json()
    merged = upload(admin, exported.content).json()
    assert (merged["added"], merged["updated"], merged["rejected"]) == (0, 1, 0)
    admin.delete(f"{APIS}/acme")
    assert upload(admin, exported.content).json()["added"] == 1
    after = admin.get(f"{APIS}/acme").json()
    assert {**before, "key": None, "timestamp": None} == {**after, "timestamp": None}


def test_an_import_is_all_or_nothing(admin: httpx.Client) -> None:
    good = {"name": "Good", "url": "https://good.example"}
    bad = {"name": "Bad", "url": "http://10.0.0.1", "rate_limit": "5/sec"}
    worse = {"name": "Worse", "update_type": "never"}
    answer = upload(admin, [good, bad, worse, {**good, "id": "kraken"}, good])
    assert answer.status_code == 422
    errors = {(error["entry"], error["field"]) for error in answer.json()["errors"]}
    assert errors == {
        ("bad", "base_url"), ("worse", "base_url"), ("worse", "update"), ("kraken", "id"),
        ("good", "id"),
    }  # fmt: skip
    assert answer.json()["rejected"] == 4
    assert admin.get(f"{APIS}/good").status_code == 404


def test_replace_removes_the_others_and_merge_does_not(admin: httpx.Client) -> None:
    first = [{"name": "One", "url": "https://one.example"}]
    second = [{"name": "Two", "url": "https://two.example"}]

    def held() -> set[str]:
        return {row["id"] for row in admin.get(APIS).json()["apis"] if row["custom"]}

    upload(admin, first)
    assert held() == {"one"}
    upload(admin, second, mode="merge")
    assert held() == {"one", "two"}
    assert upload(admin, second, mode="replace").json()["updated"] == 1
    assert held() == {"two"}
    assert admin.post(f"{IMPORT}?mode=replace", json=first).status_code == 200
    assert held() == {"one"}
    assert upload(admin, first, mode="mend").status_code == 422


def test_keys_in_a_file_are_dropped_with_a_warning(admin: httpx.Client, place: Store) -> None:
    entry = {"name": "One", "url": "https://one.example", "auth": {"type": "query", "key": KEY}}
    answer = upload(admin, {"providers": [entry]})
    assert answer.status_code == 200
    assert any("HEADWATER_KEY_ONE" in warning for warning in answer.json()["warnings"])
    assert KEY not in answer.text
    assert StoredKeys(place.ledger).get("one") is None


def test_a_file_is_bounded_and_must_be_one(admin: httpx.Client) -> None:
    assert upload(admin, b" " * 10_000_001).status_code == 413
    assert upload(admin, b" " * 10_200_001).status_code == 413
    assert upload(admin, b"{").status_code == 422
    assert admin.post(IMPORT, data={"mode": "merge"}, files={"x": ""}).status_code == 422
    assert admin.post(IMPORT, headers={"content-type": "multipart/form-data"}).status_code in (
        400, 422,
    )  # fmt: skip


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
