"""No name that is sent leads to a file that was not meant (API1, API8)."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from pipelines.cli import main
from resources import backups
from resources.errors import NotFound
from tests.api.server import Store, client_of, served
from tests.api.snapshots import put
from tests.security.raw import asked, status_of

SECRET = b"c4n4ry-of-files-" + os.urandom(8).hex().encode()
# Ways out of a folder, to `{target}` that lies beside it; {whole} is its absolute path.
SPELLINGS = (
    "../{target}", "../../{target}", "../../../../../../../../..{whole}", "./../{target}",
    "x/../../{target}", "..//{target}", "/{whole}", "{whole}", "//{whole}", "file://{whole}",
    "..%2f{target}", "%2e%2e/{target}", "%2e%2e%2f{target}", ".%2e/{target}", "%2e./{target}",
    "%252e%252e%252f{target}", "..%252f{target}", "%25252e%25252e/{target}", "..%c0%af{target}",
    "%c0%ae%c0%ae/{target}", "..%e0%80%af{target}", "%uff0e%uff0e/{target}", "..\\{target}",
    "..%5c{target}", "%2e%2e%5c{target}", "....//{target}", "..;/{target}", "..%00/{target}",
    "../{target}%00", "../{target}%00.json", "../{target}%0a", "..%ef%bc%8f{target}",
    "\N{FULLWIDTH FULL STOP}\N{FULLWIDTH FULL STOP}/{target}", "..\N{DIVISION SLASH}{target}",
    "..\N{FRACTION SLASH}{target}", "~/{target}", "$HOME/{target}", "link", "link.json",
    "folder/{target}", "../{target}?", "../{target}#", "../{target}/.", "C:{target}",
    "\\\\localhost{whole}", "../{target}:$DATA", "|cat {whole}", "`cat {whole}`",
)  # fmt: skip


@dataclass(frozen=True)
class House:
    """A service whose home holds files that nobody may read, and links to them everywhere."""

    store: Store
    client: httpx.Client
    target: Path

    def spelt(self) -> Iterator[str]:
        for spelling in SPELLINGS:
            yield spelling.format(target=self.target.name, whole=self.target)

    def get(self, path: str) -> bytes:
        return asked(self.client, quote(path, safe="/%\\?#:;$&=~|`.@!"))


@pytest.fixture(scope="module")
def house(place: Store) -> Iterator[House]:
    home = place.settings.home_dir
    target = home / "secret.txt"
    target.write_bytes(SECRET)
    put(place.ledger, "binance", b'{"price": 1}')
    for folder in (place.settings.export_dir, place.settings.backup_dir):
        folder.mkdir()
        for name in ("link", "link.json", "link.tar", "20260101T000000Z.tar"):
            (folder / name).symlink_to(target)
        (folder / "folder").symlink_to(home)
    with served(place.settings) as client, client_of(client.base_url, place.key("admin")) as admin:
        yield House(place, admin, target)


def test_the_table_has_enough_ways() -> None:
    assert len(set(SPELLINGS)) >= 45


@pytest.mark.parametrize("folder", ["exports/", "backups/", "", "exports/json_", "backups/2026"])
def test_no_download_leads_out_of_its_folder(house: House, folder: str) -> None:
    for spelling in house.spelt():
        as_value = house.client.get("/api/v2/download", params={"file": folder + spelling})
        assert as_value.status_code == 404, spelling
        assert SECRET not in as_value.content
        as_it_is = house.get(f"/api/v2/download?file={folder}{spelling}")
        assert status_of(as_it_is) in (400, 404, 422), spelling
        assert SECRET not in as_it_is


def test_what_was_exported_is_had_by_its_own_name_alone(house: House) -> None:
    made = house.client.post("/api/v2/export/json").json()
    assert house.client.get(made["download_url"]).status_code == 200
    name = made["filepath"].partition("/")[2]
    for other in (f"exports/./{name}", f"./exports/{name}", f"exports//{name}", f"exports/{name}/",
                  f"exports/x/../{name}", f"exports/{name.upper()}", f"exports/{name}\0",
                  f"backups/{name}", f"EXPORTS/{name}", f"{house.target.parent}/exports/{name}"):  # fmt: skip
        assert house.client.get("/api/v2/download", params={"file": other}).status_code == 404


def test_an_export_that_was_replaced_by_a_link_is_not_followed(house: House) -> None:
    made = house.client.post("/api/v2/export/json").json()
    file = house.store.settings.export_dir / made["filepath"].partition("/")[2]
    file.unlink()
    file.symlink_to(house.target)
    answer = house.client.get(made["download_url"])
    assert answer.status_code == 404
    file.unlink()
    file.mkdir()
    assert house.client.get(made["download_url"]).status_code == 404


@pytest.mark.parametrize(
    "below",
    ["/docs-files/", "/docs-files/x/", "/docs/", "/", "/api/v2/data/history/", "/api/v2/data/cached/",
     "/api/v2/config/apis/", "/api/providers/", "/api/pools/", "/api/logs/", "/api/defi/",
     "/api/ohlcv/history/", "/api/prices/history/"],
)  # fmt: skip
def test_no_path_leads_to_a_file(house: House, below: str) -> None:
    for spelling in house.spelt():
        answer = house.get(below + spelling)
        assert SECRET not in answer, spelling
        assert status_of(answer) not in (500, 502, 503, 0), (spelling, answer)
        if below.startswith("/docs-files"):
            assert status_of(answer) in (400, 404), spelling


def test_a_file_of_the_documentation_is_there(house: House) -> None:
    """What the tests above ask for is refused for where it lies."""
    assert status_of(house.get("/docs-files/swagger-ui.css")) == 200


def test_no_name_of_a_backup_leads_elsewhere(house: House) -> None:
    for spelling in house.spelt():
        for name in (spelling, f"backups/{spelling}"):
            answer = house.client.post("/api/v2/restore", params={"backup_file": name[:200]})
            assert answer.status_code == 404, name
            assert SECRET not in answer.content
        with pytest.raises(NotFound):
            backups.path_of(house.store.settings.backup_dir, spelling)
    assert not list(house.store.settings.home_dir.glob("*.restor*"))


@pytest.mark.parametrize("command", ["delete", "verify", "restore"])
def test_no_command_takes_a_backup_that_lies_elsewhere(
    house: House, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("HEADWATER_HOME", str(house.store.settings.home_dir))
    for spelling in ("../secret.txt", str(house.target), "folder/secret.txt", "link", "..", "."):
        with pytest.raises(SystemExit):
            main(["backup", command, spelling])
    assert house.target.read_bytes() == SECRET


def test_no_name_of_a_provider_makes_a_file_elsewhere(house: House) -> None:
    before = set(house.store.settings.home_dir.rglob("*"))
    for spelling in house.spelt():
        named = {"name": "x", "category": "y", "base_url": "https://acme.example"}
        house.client.post("/api/v2/config/apis", json={**named, "id": spelling})
        house.client.post("/api/v2/export/json", json={"api_ids": [spelling[:100]]})
        house.get(f"/api/v2/export/history/{spelling}")
    rows = house.client.get("/api/v2/config/apis").json()["apis"]
    assert [row["id"] for row in rows if row["custom"]] == []
    after = set(house.store.settings.home_dir.rglob("*"))
    outside = {file for file in after - before if "sql" not in file.name}
    assert all(str(file.parent).endswith("exports") or "ledger" in file.name for file in outside)


def test_the_name_of_an_uploaded_file_counts_for_nothing(house: House) -> None:
    document = json.dumps([{"name": "One", "url": "https://one.example"}]).encode()
    before = set(house.store.settings.home_dir.parent.rglob("*.js*"))
    for spelling in ("../../evil.json", str(house.target), "..\\evil.json", "\0"):
        files = {"file": (spelling, document)}
        assert house.client.post("/api/v2/config/import", files=files).status_code in (200, 422)
    assert set(house.store.settings.home_dir.parent.rglob("*.js*")) == before
    assert house.target.read_bytes() == SECRET
    house.client.delete("/api/v2/config/apis/one")
