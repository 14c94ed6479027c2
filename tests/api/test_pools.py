"""Pools over HTTP: reading changes nothing, and what is changed holds for those who pick."""

from collections.abc import Iterator

import httpx
import pytest
import sqlalchemy as sa

from resources.directory import Directory
from resources.http import Permits, Pool
from resources.ledger import Ledger
from resources.ledger.breakers import Breakers
from resources.ledger.budgets import Budgets
from resources.ledger.rotations import newest
from resources.ledger.tables import pool_members, pools, rotation_history
from resources.pools import membership
from tests.api.server import Store, client_of, served

POOL = {"name": "My Nodes", "category": "rpc_node", "rotation_strategy": "round_robin"}
CHANGES = [
    ("POST", "/api/pools", POOL),
    ("PUT", "/api/pools/nft_markets", {"enabled": False}),
    ("DELETE", "/api/pools/nft_markets", None),
    ("POST", "/api/pools/nft_markets/members", {"provider_id": "binance"}),
    ("DELETE", "/api/pools/exchange_data/members/binance", None),
    ("POST", "/api/pools/exchange_data/rotate", None),
]


@pytest.fixture
def admin(store: Store) -> Iterator[httpx.Client]:
    """The service over a store of the test's own; the client may do everything."""
    with (
        served(store.settings) as service,
        client_of(service.base_url, store.key("admin")) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def refused(world: Store, service: httpx.Client) -> Iterator[httpx.Client]:
    """The service over the hand-made market, for an admin who changes nothing of it."""
    with client_of(service.base_url, world.key("admin")) as client:
        yield client


def nodes(admin: httpx.Client, *providers: str, strategy: str = "round_robin") -> str:
    """A pool of these providers; its id."""
    made = admin.post("/api/pools", json={**POOL, "rotation_strategy": strategy}).json()
    for provider in providers:
        path = f"/api/pools/{made['pool_id']}/members"
        assert admin.post(path, json={"provider_id": provider}).status_code == 201
    return str(made["pool_id"])


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
def test_an_anonymous_caller_changes_nothing(
    service: httpx.Client, method: str, path: str, body: object
) -> None:
    assert service.request(method, path, json=body).status_code == 401


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
def test_a_key_that_only_reads_changes_nothing(
    reader: httpx.Client, method: str, path: str, body: object
) -> None:
    assert reader.request(method, path, json=body).status_code == 403


def test_there_is_a_pool_per_feed_and_category_from_the_start(service: httpx.Client) -> None:
    body = service.get("/api/pools").json()
    found = {pool["pool_name"]: pool["rotation_strategy"] for pool in body["pools"]}
    assert body["total"] == len(body["pools"]) == len(found)
    assert (
        found.items()
        >= {
            "Primary Market Data": "priority",
            "Blockchain Explorers": "round_robin",
            "DeFi Protocols": "weighted",
            "NFT Markets": "priority",
            "News Aggregation": "round_robin",
            "Sentiment Analysis": "priority",
            "Exchange Data": "weighted",
            "Analytics": "priority",
            "Prices": "round_robin",
            "Candles": "priority",
        }.items()
    )


def test_a_pool_is_told_with_its_members_by_priority(service: httpx.Client) -> None:
    pool = service.get("/api/pools/ohlcv").json()
    assert pool["total_providers"] == len(pool["providers"]) >= 4
    priorities = [member["priority"] for member in pool["providers"]]
    assert priorities == sorted(priorities)
    assert {"provider_id", "provider_name", "weight", "available"} <= pool["providers"][0].keys()


def test_an_unknown_pool_is_told_with_near_ones(service: httpx.Client) -> None:
    answer = service.get("/api/pools/exchange_dat")
    assert (answer.status_code, answer.json()["nearest"][0]) == (404, "exchange_data")


def stored(ledger: Ledger) -> list[list[tuple[object, ...]]]:
    """The rows of pools and of their rotations."""
    tables = (pools, pool_members, rotation_history)
    with ledger.read() as connection:
        return [[tuple(row) for row in connection.execute(sa.select(one))] for one in tables]


def test_reading_changes_nothing(store: Store, admin: httpx.Client) -> None:
    pool_id = nodes(admin, "binance", "kraken", "coingecko")
    first = admin.post(f"/api/pools/{pool_id}/rotate").json()["provider_id"]
    before = stored(store.ledger)
    for path in ("/api/pools", "/api/pools/history", f"/api/pools/{pool_id}"):
        for _ in range(3):
            assert admin.get(path).status_code == 200
    assert stored(store.ledger) == before
    second = admin.post(f"/api/pools/{pool_id}/rotate").json()["provider_id"]
    assert (first, second) == ("binance", "coingecko")


def test_a_pool_is_made_changed_and_deleted(admin: httpx.Client) -> None:
    made = admin.post("/api/pools", json=POOL)
    assert made.status_code == 201
    assert made.json()["pool_id"] == "my_nodes"
    path = "/api/pools/my_nodes"
    change = {"rotation_strategy": "least_used", "enabled": False, "description": "mine"}
    changed = admin.put(path, json=change).json()["pool"]
    assert changed.items() >= change.items()
    assert admin.delete(path).json()["pool_id"] == "my_nodes"
    assert admin.get(path).status_code == 404
    assert admin.delete(path).status_code == 404


def test_members_have_a_priority_and_a_weight_of_their_own(admin: httpx.Client) -> None:
    pool_id = nodes(admin, "binance")
    path = f"/api/pools/{pool_id}/members"
    added = admin.post(path, json={"provider_id": "kraken", "priority": 1, "weight": 70})
    assert (added.status_code, added.json()["provider_id"]) == (201, "kraken")
    members = admin.get(f"/api/pools/{pool_id}").json()["providers"]
    told = [(m["provider_id"], m["priority"], m["weight"]) for m in members]
    assert told == [("kraken", 1, 70), ("binance", 5, 50)]
    assert admin.delete(f"{path}/kraken").status_code == 200
    assert admin.delete(f"{path}/kraken").status_code == 404
    assert admin.get(f"/api/pools/{pool_id}").json()["total_providers"] == 1


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/pools", {**POOL, "rotation_strategy": "clever"}, 422),
        ("POST", "/api/pools", {**POOL, "name": "  "}, 422),
        ("POST", "/api/pools", {**POOL, "name": "?!"}, 422),
        ("POST", "/api/pools", {"name": "Nodes"}, 422),
        ("POST", "/api/pools", {**POOL, "name": "History!"}, 422),
        ("POST", "/api/pools", {**POOL, "nmae": "Nodes"}, 422),
        ("POST", "/api/pools", [POOL], 422),
        ("PUT", "/api/pools/prices", {}, 422),
        ("PUT", "/api/pools/prices", None, 422),
        ("PUT", "/api/pools/prices", {"enabled": None}, 422),
        ("PUT", "/api/pools/prices", {"enabled": "yes"}, 422),
        ("PUT", "/api/pools/prices", {"name": "Mine", "enabled": True}, 422),
        ("POST", "/api/pools", {**POOL, "name": "exchange  data"}, 409),
        ("PUT", "/api/pools/prices", {"rotation_strategy": "clever"}, 422),
        ("PUT", "/api/pools/nothing_like_it", {"enabled": True}, 404),
        ("DELETE", "/api/pools/prices", None, 409),
        ("DELETE", "/api/pools/ohlcv", None, 409),
        ("POST", "/api/pools/prices/members", {"provider_id": "kraken"}, 409),
        ("POST", "/api/pools/prices/members", {"provider_id": "krakken"}, 404),
        ("POST", "/api/pools/nowhere/members", {"provider_id": "kraken"}, 404),
        ("POST", "/api/pools/prices/members", {"provider_id": "etherscan", "weight": -1}, 422),
        ("POST", "/api/pools/prices/members", {"provider_id": "etherscan", "priority": -1}, 422),
        ("POST", "/api/pools/prices/members", {"provider_id": "etherscan", "priority": "5"}, 422),
        ("POST", "/api/pools/prices/members", {"provider_id": "etherscan", "weight": True}, 422),
        ("DELETE", "/api/pools/nft_markets/members/kraken", None, 404),
        ("POST", "/api/pools/nowhere/rotate", None, 404),
        ("GET", "/api/pools/history?limit=0", None, 422),
    ],
)
def test_bad_input_is_refused_with_a_sentence(
    refused: httpx.Client, method: str, path: str, body: object, status: int
) -> None:
    answer = refused.request(method, path, json=body)
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_a_rotation_by_hand_is_recorded_with_its_reason(store: Store, admin: httpx.Client) -> None:
    pool_id = nodes(admin, "binance", "kraken", strategy="priority")
    turns = [admin.post(f"/api/pools/{pool_id}/rotate").json() for _ in range(2)]
    turns.append(admin.post(f"/api/pools/{pool_id}/rotate", json={"reason": "I like it"}).json())
    assert [turn["provider_name"] for turn in turns] == ["Binance", "Kraken", "Binance"]
    assert [turn["reason"] for turn in turns] == ["manual", "manual", "I like it"]
    history = admin.get("/api/pools/history?limit=2").json()
    told = [(t["from_provider"], t["to_provider"], t["reason"]) for t in history["history"]]
    assert told == [("kraken", "binance", "I like it"), ("binance", "kraken", "manual")]
    assert history["total"] == 3
    assert admin.get(f"/api/pools/{pool_id}").json()["total_rotations"] == 3
    # Another process goes on from there.
    assert newest(store.ledger, 1)[0].to == "binance"


def test_a_pool_that_is_made_again_has_no_history(store: Store, admin: httpx.Client) -> None:
    for turn in range(2):
        pool_id = nodes(admin, "binance", "kraken", "coingecko")
        assert admin.get(f"/api/pools/{pool_id}").json()["total_rotations"] == 0
        assert admin.get("/api/pools/history").json()["total"] == 0
        assert admin.post(f"/api/pools/{pool_id}/rotate").json()["provider_id"] == "binance"
        assert newest(store.ledger, 5)[0].of is None, turn
        assert admin.delete(f"/api/pools/{pool_id}").status_code == 200


def test_nobody_is_turned_to_before_the_time(store: Store, admin: httpx.Client) -> None:
    pool_id = nodes(admin, "binance", "kraken")
    provider = Directory(store.ledger).providers()["binance"]
    Budgets(store.ledger).forbid(provider, 120_000)
    breakers = Breakers(store.ledger)
    for _ in range(5):
        breakers.failed("kraken", None)
    answer = admin.post(f"/api/pools/{pool_id}/rotate")
    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:headwater:none-available"
    assert 50 <= int(answer.headers["retry-after"]) <= 60
    pool = admin.get(f"/api/pools/{pool_id}").json()
    assert pool["available_providers"] == 0
    assert all(member["not_before"] for member in pool["providers"])


def test_a_change_holds_for_a_pool_that_picks_already(store: Store, admin: httpx.Client) -> None:
    pool_id = nodes(admin, "binance", "kraken")
    directory, permits = Directory(store.ledger), Permits(store.ledger)
    pool = Pool(pool_id, membership(store.ledger, directory, pool_id, sandboxed=True), permits)
    assert {pool.pick().provider.id for _ in range(4)} == {"binance", "kraken"}
    admin.delete(f"/api/pools/{pool_id}/members/binance")
    assert pool.rotate("manual").id == "kraken"
    admin.put(f"/api/pools/{pool_id}", json={"enabled": False})
    with pytest.raises(Exception, match="it is disabled"):
        pool.rotate("manual")


def test_a_provider_that_is_added_joins_the_pool_of_its_category(admin: httpx.Client) -> None:
    posted = {"id": "a_node", "category": "rpc_node", "base_url": "https://node.example"}
    assert admin.post("/api/v2/config/apis", json=posted).status_code == 201
    pools = admin.get("/api/pools").json()["pools"]
    (of_nodes,) = [pool for pool in pools if pool["category"] == "rpc_node"]
    assert "a_node" in {member["provider_id"] for member in of_nodes["providers"]}
