"""What is locked in decentralised finance."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import httpx
import polars as pl
import pytest

from resources.flush_feed import flush_rows
from resources.schemas import Table
from resources.schemas.defi import DEFI_CHAINS, DEFI_PROTOCOL_TVL, DEFI_PROTOCOLS, DEFI_TVL
from tests.api.server import Store, client_of, served


def hour() -> datetime:
    """The one that goes on."""
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def today() -> datetime:
    return hour().replace(hour=0)


def put(store: Store, table: Table, rows: Sequence[dict[str, object]]) -> None:
    known = {"fetched_at": hour(), "known_at": hour()}
    origin = {"provider": "defillama", "mode": "sandbox", **known}
    of = [{**dict.fromkeys(table.schema), **origin, **row} for row in rows]
    flush_rows(store.lake, store.ledger, table, pl.DataFrame(of, schema=table.schema))


def snapshot(**row: object) -> dict[str, object]:
    return {"day": f"{hour():%Y-%m-%d}", "at": hour(), **row}


def protocol(slug: str, name: str, **parts: float) -> dict[str, object]:
    return snapshot(
        slug=slug,
        name=name,
        category="Lending",
        chains=list(parts),
        tvl=sum(parts.values()),
        chain_tvl=[{"chain": chain, "tvl": tvl} for chain, tvl in parts.items()],
        change_1d=1.5,
    )


def by_day(name: str, of: str, values: dict[int, float]) -> list[dict[str, object]]:
    """Values by how many days ago they were."""
    days = {today() - timedelta(days=ago): tvl for ago, tvl in values.items()}
    return [{"year": str(day.year), "of": day, name: of, "tvl": tvl} for day, tvl in days.items()]


def date(ago: int) -> str:
    return f"{today() - timedelta(days=ago):%Y-%m-%d}"


@pytest.fixture
def filled(store: Store) -> Store:
    put(
        store, DEFI_PROTOCOLS,
        [
            protocol("aave-v3", "Aave V3", Ethereum=30e9, Base=2e9),
            protocol("lido", "Lido", Ethereum=33e9),
            protocol("aerodrome-v1", "Aerodrome V1", Base=4e9),
        ],
    )  # fmt: skip
    chains = {"Ethereum": 63e9, "Base": 6e9, "Tiny": 5e3}
    put(store, DEFI_CHAINS, [snapshot(chain=name, tvl=tvl) for name, tvl in chains.items()])
    put(store, DEFI_TVL, by_day("chain", "all", {40: 50e9, 29: 80e9, 1: 90e9, 0: 100e9}))
    put(store, DEFI_TVL, by_day("chain", "Base", {0: 6e9}))
    put(store, DEFI_PROTOCOL_TVL, by_day("slug", "aave-v3", {3: 20e9, 0: 32e9}))
    put(store, DEFI_PROTOCOL_TVL, by_day("slug", "gone", {300: 1e6}))
    return store


@pytest.fixture
def client(filled: Store) -> Iterator[httpx.Client]:
    with served(filled.settings) as made:
        yield made


@pytest.fixture
def reader(filled: Store, client: httpx.Client) -> Iterator[httpx.Client]:
    with client_of(client.base_url, filled.key("read")) as made:
        yield made


def test_anyone_is_told_the_whole_and_the_largest_protocols(client: httpx.Client) -> None:
    body = client.get("/api/defi?limit=2").json()
    assert body["total_tvl"] == 100e9
    assert (body["quote"], body["chain"], body["source"]) == ("USD", "all", "sandbox:defillama")
    assert [row["slug"] for row in body["protocols"]] == ["lido", "aave-v3"]
    first = body["protocols"][1]
    assert first["chain_tvl"] == {"Ethereum": 30e9, "Base": 2e9}
    assert first["source"] == "sandbox:defillama"
    assert first["at"].endswith("Z")
    assert body["timestamp"].endswith("Z")


def test_of_one_chain_what_lies_there_counts(client: httpx.Client) -> None:
    body = client.get("/api/defi?chain=base").json()
    assert (body["chain"], body["total_tvl"]) == ("Base", 6e9)
    told = [(row["slug"], row["tvl"]) for row in body["protocols"]]
    assert told == [("aerodrome-v1", 4e9), ("aave-v3", 2e9)]


def test_a_chain_that_is_not_among_the_largest_of_each_day_has_its_total(
    client: httpx.Client,
) -> None:
    body = client.get("/api/defi?chain=tiny").json()
    assert (body["chain"], body["total_tvl"], body["protocols"]) == ("Tiny", 5e3, [])
    assert body["source"] == "sandbox:defillama"


def test_the_chart_has_the_last_days_and_their_change(client: httpx.Client) -> None:
    body = client.get("/api/defi/tvl-chart").json()
    assert body["days"] == 30
    assert [(row["date"], row["tvl"]) for row in body["data"]] == [
        (date(29), 80e9), (date(1), 90e9), (date(0), 100e9),
    ]  # fmt: skip
    assert body["change_pct"] == 25.0
    of_chain = client.get("/api/defi/tvl-chart?chain=BASE&days=1").json()
    assert [row["tvl"] for row in of_chain["data"]] == [6e9]
    assert of_chain["change_pct"] is None
    assert len(client.get("/api/defi/tvl-chart?days=41").json()["data"]) == 4


@pytest.mark.parametrize("spelling", ["aave-v3", "AAVE-V3", "Aave V3"])
def test_a_protocol_goes_by_its_slug_or_its_name(reader: httpx.Client, spelling: str) -> None:
    body = reader.get(f"/api/defi/history/{spelling}").json()
    assert (body["protocol"], body["name"]) == ("aave-v3", "Aave V3")
    assert [(row["date"], row["tvl"]) for row in body["data"]] == [(date(3), 20e9), (date(0), 32e9)]
    assert body["change_pct"] == 60.0


def test_a_protocol_that_is_no_longer_large_keeps_its_history(reader: httpx.Client) -> None:
    body = reader.get("/api/defi/history/gone?days=400").json()
    assert (body["protocol"], body["name"]) == ("gone", None)
    assert [row["tvl"] for row in body["data"]] == [1e6]
    assert reader.get("/api/defi/history/gone").json()["data"] == []


def test_the_history_of_a_protocol_wants_a_key(client: httpx.Client) -> None:
    assert client.get("/api/defi/history/aave-v3").status_code == 401


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/api/defi?chain=Etherum", 404, "nearest: Ethereum"),
        ("/api/defi/tvl-chart?chain=nowhere", 404, "no chain"),
        ("/api/defi/history/aave-v4", 404, "nearest: aave-v3"),
        ("/api/defi?limit=0", 422, "limit"),
        ("/api/defi?limit=301", 422, "limit"),
        ("/api/defi/tvl-chart?days=0", 422, "days"),
    ],
)
def test_what_is_not_there_or_cannot_be_is_a_problem(
    reader: httpx.Client, path: str, status: int, told: str
) -> None:
    answer = reader.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert told in answer.text


def test_before_anything_is_stored_lists_are_empty(store: Store) -> None:
    with served(store.settings) as client:
        body = client.get("/api/defi").json()
        assert (body["total_tvl"], body["protocols"], body["source"]) == (None, [], None)
        chart = client.get("/api/defi/tvl-chart").json()
        assert (chart["data"], chart["change_pct"]) == ([], None)


def test_an_answer_changes_with_the_data_alone(filled: Store, client: httpx.Client) -> None:
    first = client.get("/api/defi/tvl-chart")
    again = client.get("/api/defi/tvl-chart", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    put(filled, DEFI_TVL, by_day("chain", "all", {0: 101e9}))
    changed = client.get("/api/defi/tvl-chart", headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.json()["data"][-1]["tvl"] == 101e9
