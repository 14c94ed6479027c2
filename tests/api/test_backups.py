"""Backups by API: made while all goes on, verified and laid ready before anything is replaced."""

import fcntl
from collections.abc import Iterator

import httpx
import pytest

from resources import backups
from resources.ledger import Ledger, commits
from resources.schemas import PRICES
from tests.api.server import Store, served
from tests.resources.maintenance.frames import DAY, prices

BACKUP, RESTORE = "/api/v2/backup", "/api/v2/restore"


@pytest.fixture
def client(store: Store) -> Iterator[httpx.Client]:
    store.lake.merge(PRICES, prices([DAY]))
    with served(store.settings) as client:
        client.timeout = httpx.Timeout(60)
        client.headers["X-API-Key"] = store.key("admin")
        yield client


@pytest.mark.parametrize("path", [BACKUP, f"{RESTORE}?backup_file=x"])
def test_only_an_admin_makes_and_restores_them(
    store: Store, client: httpx.Client, path: str
) -> None:
    with httpx.Client(base_url=client.base_url, trust_env=False, timeout=60) as anonymous:
        assert anonymous.post(path).status_code == 401
        assert anonymous.post(path, headers={"X-API-Key": store.key("write")}).status_code == 403
    assert not store.settings.backup_dir.exists()


def test_a_backup_is_made_downloaded_whole_and_for_an_admin_alone(
    store: Store, client: httpx.Client
) -> None:
    answer = client.post(BACKUP)
    assert answer.status_code == 201
    body = answer.json()
    assert body["status"] == "success"
    name = body["backup_file"].removeprefix("backups/")
    assert backups.verify(store.settings.backup_dir, name) == []
    file = client.get(body["download_url"])
    assert file.headers["content-type"] == "application/x-tar"
    assert file.content == (store.settings.backup_dir / name).read_bytes()
    assert file.headers["etag"] == client.head(body["download_url"]).headers["etag"]
    reader = {"X-API-Key": store.key("read")}
    assert client.get(body["download_url"], headers=reader).status_code == 403


def test_a_restore_is_laid_ready_and_put_in_place_by_the_next_start(
    store: Store, client: httpx.Client
) -> None:
    file = client.post(BACKUP).json()["backup_file"]
    store.lake.merge(PRICES, prices([DAY.replace(hour=1)]))
    answer = client.post(RESTORE, params={"backup_file": file})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["status"], body["restarting"]) == ("success", False)
    assert "the next start" in body["message"]
    assert store.lake.scan(PRICES, {}).collect().height == 2
    assert client.post(RESTORE, params={"backup_file": file}).status_code == 409
    assert backups.waits(store.settings.home_dir)


def test_the_supervisor_is_told_of_where_there_is_one(store: Store, client: httpx.Client) -> None:
    file = client.post(BACKUP).json()["backup_file"]
    lock = store.settings.home_dir / "run" / "lock"
    lock.parent.mkdir()
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.write("3000")
        held.flush()
        body = client.post(RESTORE, params={"backup_file": file}).json()
    assert body["restarting"]
    assert "starts again" in body["message"]


@pytest.mark.parametrize(
    "file",
    ["", "x", "backups/", "../ledger.db", "backups/../ledger.db", "/etc/passwd", "\0",
     "backups/20200101T000000Z.tar", "20200101T000000Z", "backups/backups/20200101T000000Z"],
)  # fmt: skip
def test_what_is_no_backup_of_this_home_is_not_found(client: httpx.Client, file: str) -> None:
    assert client.post(RESTORE, params={"backup_file": file}).status_code == 404


def test_a_damaged_one_is_refused_and_all_goes_on(store: Store, client: httpx.Client) -> None:
    name = client.post(BACKUP).json()["backup_file"]
    path = store.settings.home_dir / name
    data = bytearray(path.read_bytes())
    data[-5_000] ^= 1
    path.write_bytes(data)
    answer = client.post(RESTORE, params={"backup_file": name})
    assert answer.status_code == 503
    assert "damaged" in answer.json()["detail"]
    assert not backups.waits(store.settings.home_dir)
    assert store.lake.scan(PRICES, {}).collect().height == 1


def test_after_a_restore_clients_see_no_lower_number(store: Store) -> None:
    with store.ledger.write() as connection:
        commits.record(connection, store.ledger, PRICES.name, 0, [{"symbol": "BTC"}], 1)
    store.lake.merge(PRICES, prices([DAY]))
    home = store.settings.home_dir
    made = backups.create(
        store.settings.backup_dir, store.lake, store.ledger,
        mode="sandbox", origin="command line", whole=True,
    )  # fmt: skip
    newest = 0
    for _ in range(3):
        with store.ledger.write() as connection:
            newest = commits.record(connection, store.ledger, PRICES.name, 1, [], 1)
    backups.lay_ready(home, backups.path_of(store.settings.backup_dir, made.id), mode="sandbox")
    store.ledger.close()
    assert backups.put_in_place(home) is not None
    with served(store.settings) as client:
        assert client.get("/readyz").status_code == 200
    again = Ledger(store.settings.ledger_url)
    assert commits.newest_seq(again) > newest
    again.close()
