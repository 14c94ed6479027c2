"""Secrets planted in every slot, while the whole platform runs: none is ever told or stored."""

import contextlib
import io
import lzma
import tarfile
from collections.abc import Iterator

import httpx
import pytest

from tests.api.described import spec
from tests.api.test_openapi import EXAMPLES
from tests.pipelines.demo import command_line
from tests.security.canaries import Canaries, spellings
from tests.security.platform import KEYED, NAME, OWN, SOCKETS, Planted, planted_platform

_RUNS = """{ runsOrError(limit: 500) { ... on Runs { results { runId status runConfigYaml
  tags { key value } eventConnection(limit: 1000) { events {
    ... on MessageEvent { message level } ... on ErrorEvent { error { message stack } } } } } } } }"""


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    with planted_platform(tmp_path_factory.mktemp("canaries") / "home") as planted:
        yield planted


def _found(planted: Planted, places: list[tuple[str, bytes]]) -> list[tuple[str, str, str]]:
    assert places
    return planted.canaries.found_in(places)


def test_each_form_of_a_secret_would_be_found() -> None:
    canaries = Canaries()
    secret = canaries.plant("slot")
    for form, text in spellings(secret).items():
        found = {
            found[2] for found in canaries.found_in([("place", b"before " + text + b" after")])
        }
        assert form in found
    assert canaries.found_in([("place", b"p/ +=" + secret[5:30].encode())]) == []


def test_secrets_were_used(platform: Planted) -> None:
    """Otherwise nothing could have told them."""
    demo, slots = platform.demo, platform.canaries.by_slot
    assert len(slots) == 2 + len(KEYED) + len(OWN) + 9
    counts = httpx.get(f"http://127.0.0.1:{demo.sandbox_port}/_control/requests").json()
    asked = {str(row): row for row in counts["providers"] if row["requests"]}
    for provider in KEYED:
        assert any(provider in one for one in asked), provider
    with platform.client() as admin:
        failures = admin.get("/api/logs/failure?limit=500").text
    assert sum(provider in failures for provider in (*KEYED, *OWN)) >= 3


def _answers(planted: Planted) -> Iterator[tuple[str, bytes]]:
    """What every GET answers to an admin and to nobody, about each provider that has a key."""
    with planted.client() as admin, httpx.Client(base_url=admin.base_url, timeout=60) as nobody:
        for path, methods in spec()["paths"].items():
            if "get" not in methods:
                continue
            for provider in (*KEYED, *OWN):
                given = {**EXAMPLES, "{provider_id}": provider, "{api_id}": provider}
                filled = path
                for name, value in given.items():
                    filled = filled.replace(name, value)
                for client in (admin, nobody):
                    answer = client.get(filled)
                    yield f"{filled}: {answer.status_code}", answer.content
                    yield f"the head of {filled}", str(answer.headers).encode()
                if filled == path:
                    break


def test_no_answer_tells_one(platform: Planted) -> None:
    places = list(_answers(platform))
    assert sum(": 200" in place for place, _ in places) > 80
    assert any(NAME.encode() in content for _, content in places)
    assert _found(platform, places) == []


def test_no_answer_to_a_mistake_and_no_socket_tells_one(platform: Planted) -> None:
    assert {f"the socket {path}" for path in SOCKETS} <= {place for place, _ in platform.heard}
    assert _found(platform, platform.heard) == []


def _exports(planted: Planted) -> Iterator[tuple[str, bytes]]:
    with planted.client() as admin:
        for path, body in (
            ("json", {"include_history": True}),
            ("csv", {}),
            ("csv", {"flatten": False}),
        ):
            told = admin.post(f"/api/v2/export/{path}", json=body)
            assert told.status_code == 200, told.text
            yield f"export of {path}", admin.get(told.json()["download_url"]).content
        for provider in (*KEYED, *OWN):
            told = admin.post(f"/api/v2/export/history/{provider}")
            yield f"history of {provider}", admin.get(told.json()["download_url"]).content
        yield "the diagnosis", admin.post("/api/diagnostics/run", timeout=120).content


def test_no_export_and_no_diagnosis_holds_one(platform: Planted) -> None:
    places = list(_exports(platform))
    assert any(b"own_header" in content for _, content in places)
    assert _found(platform, places) == []


def test_no_table_holds_one(platform: Planted) -> None:
    with platform.client() as admin:
        tables = [row["name"] for row in admin.get("/api/query/tables").json()["tables"]]
        places = []
        for table in tables:
            answer = admin.post("/api/query", json={"sql": f"SELECT * FROM {table}"})
            assert answer.status_code == 200, (table, answer.text)
            places.append((table, answer.content))
    assert any(NAME.encode() in content for _, content in places)
    assert _found(platform, places) == []


def test_no_backup_holds_one(platform: Planted) -> None:
    with platform.client() as admin:
        made = admin.post("/api/v2/backup", timeout=180)
        assert made.status_code == 201, made.text
        whole = admin.get(made.json()["download_url"], timeout=180).content
    places = [("the archive", whole)]
    with tarfile.open(fileobj=io.BytesIO(whole)) as archive:
        files = ((member.name, archive.extractfile(member)) for member in archive)
        read = [(name, file.read()) for name, file in files if file]
    places += [
        (f"{name} of the archive", lzma.decompress(content) if name.endswith(".xz") else content)
        for name, content in read
    ]
    assert any(place.startswith("ledger") for place, _ in places)
    assert any(NAME.encode() in content for _, content in places)
    assert _found(platform, places) == []


def test_dagster_tells_of_none(platform: Planted) -> None:
    url = f"http://127.0.0.1:{platform.demo.dagster_port}/graphql"
    told = httpx.post(url, json={"query": _RUNS}, timeout=60)
    assert "errors" not in told.json()
    assert OWN.keys() <= {name for name in OWN if name in told.text}
    assert _found(platform, [("runs and their events", told.content)]) == []


def test_no_file_and_no_command_line_holds_one(platform: Planted) -> None:
    """Logs of all processes, what runs said, both databases, the lake, exports and backups."""
    demo = platform.demo
    places = []
    for file in (one for one in demo.home.rglob("*") if one.is_file()):
        # Some are gone by the time that they are read.
        with contextlib.suppress(FileNotFoundError):
            places.append((str(file.relative_to(demo.home)), file.read_bytes()))
    for part in ("api", "dagster", "sandbox", "ledger.db", "exports/", ".err"):
        assert any(part in place for place, _ in places), part
    assert any(NAME.encode() in content for _, content in places)
    said = demo.said().replace(demo.key, "").encode()
    places += [("what it said", said)]
    places += [("a command line", command_line(one).encode()) for one in demo.processes()]
    assert _found(platform, places) == []
