"""API6: what hurts when it is done too often, by a machine, or by mistake."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from resources.ledger import key_changes, keys, sign_ins
from tests.api.described import spec
from tests.api.server import Store, served, until
from tests.api.snapshots import put

# What cannot be taken back, or costs much.
GRAVE = (
    "/api/v2/restore", "/api/v2/backup", "/api/v2/cleanup/cache", "/api/v2/cleanup/history",
    "/api/v2/cleanup/old-data", "/api/admin/collect/trigger", "/api/admin/collect/cancel",
    "/api/diagnostics/run", "/api/auth/keys/{key_id}/rotate", "/api/v2/config/import",
    "/api/v2/schedule/tasks/{api_id}/force-update",
)  # fmt: skip


def at_once(count: int, call: Callable[[int], httpx.Response]) -> Counter[int]:
    with ThreadPoolExecutor(count) as pool:
        return Counter(answer.status_code for answer in pool.map(call, range(count)))


@pytest.mark.parametrize("path", GRAVE)
def test_nothing_grave_is_done_by_a_link(boss: httpx.Client, path: str) -> None:
    """Browsers follow links ahead, and so do programs that look at mails."""
    assert spec()["paths"][path].keys() == {"post"}
    for method in ("GET", "HEAD", "OPTIONS"):
        answer = boss.request(method, path.replace("{key_id}", "x").replace("{api_id}", "binance"))
        assert answer.status_code == 405, method


def test_of_many_who_use_a_link_at_once_one_is_let_in(store: Store) -> None:
    link = sign_ins.new_link(store.ledger)
    with served(store.settings) as client:
        own = {"Origin": f"http://{client.base_url.netloc.decode()}"}
        for _ in range(3):
            assert client.get("/sign-in", params={"token": link}).status_code == 200
        seen = at_once(8, lambda _: client.post("/sign-in", data={"token": link}, headers=own))
    assert seen == {303: 1, 401: 7}


def test_of_many_who_rotate_a_key_at_once_one_gets_the_new_one(
    boss: httpx.Client, store: Store
) -> None:
    made = keys.issue(store.ledger, "turned", ("read",), "free", None)
    seen = at_once(6, lambda _: boss.post(f"/api/auth/keys/{made.key.id}/rotate"))
    assert seen[201] == 1
    assert seen.keys() <= {201, 404, 409}
    valid = [row for row in boss.get("/api/auth/keys").json()["keys"] if row["status"] == "valid"]
    assert [row["name"] for row in valid].count("turned") == 1


def test_the_last_admin_cannot_be_shut_out_by_two_at_once(boss: httpx.Client, store: Store) -> None:
    ids = [boss.get("/api/auth/me").json()["key_id"]]
    ids += [keys.issue(store.ledger, f"b{n}", ("admin",), "free", None).key.id for n in range(3)]
    at_once(4, lambda n: boss.delete(f"/api/auth/keys/{ids[n]}"))
    assert keys.any_admin(store.ledger)


def test_exports_and_backups_are_made_one_at_a_time(boss: httpx.Client, store: Store) -> None:
    put(store.ledger, "binance", b'{"price": 1}')
    for path, done in (("/api/v2/export/json", 200), ("/api/v2/backup", 201)):
        seen = at_once(5, lambda _, path=path: boss.post(path, timeout=120))  # type: ignore[misc]
        assert seen[done] >= 1
        assert seen.keys() <= {done, 409, 503}


def test_what_was_revoked_is_not_renewed(boss: httpx.Client, store: Store) -> None:
    made = keys.issue(store.ledger, "gone", ("read",), "free", None)
    key_changes.revoke(store.ledger, made.key.id, last=False)
    assert boss.post(f"/api/auth/keys/{made.key.id}/rotate").status_code in (404, 409)
    assert keys.find(store.ledger, made.secret) is None


def test_a_cleanup_deletes_nothing_but_what_providers_answered(
    boss: httpx.Client, store: Store
) -> None:
    put(store.ledger, "binance", b"{}")
    before = boss.get("/api/auth/keys").json()["total"]
    for path in GRAVE[2:5]:
        assert boss.post(path).status_code == 200
    assert boss.get("/api/auth/keys").json()["total"] == before
    until(lambda: len(boss.get("/api/audit").json()["entries"]) >= 3)
