"""Custom providers as files: exported, and imported."""

from typing import Any

import httpx

from resources.ledger.custom_providers import StoredKeys
from tests.api.entries import ACME, APIS, IMPORT, KEY, upload
from tests.api.server import Store


def test_what_was_exported_is_what_an_import_takes(admin: httpx.Client) -> None:
    admin.post(APIS, json={**ACME, "interval": 90, "enabled": False})
    exported = admin.get("/api/v2/config/export")
    assert exported.headers["content-disposition"] == 'attachment; filename="providers.json"'
    (entry,) = exported.json()["providers"]
    assert (entry["key"], entry["interval"], entry["enabled"]) == ("***", 90, False)
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
    answer = upload(admin, second, mode="replace").json()
    assert (answer["updated"], answer["removed"]) == (1, 1)
    nothings: tuple[Any, ...] = ([], {}, {"providers": []})
    for nothing in nothings:
        assert upload(admin, nothing, mode="replace").status_code == 422
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
