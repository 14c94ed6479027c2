"""What clients of the service may rely on."""

import csv
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from api.app import create_app
from api.auth import access_of
from tests.api.server import Store

# What stands for the names in paths of the contract.
EXAMPLES = {
    "{symbol}": "BTC",
    "{provider_id}": "binance",
    "{api_id}": "binance",
    "{category}": "exchange",
    "{log_type}": "failure",
    "{pool_id}": "prices",
    "{protocol}": "lido",
}

Row = Mapping[str, str]


@pytest.fixture(scope="module")
def contract(shared: Path) -> list[Row]:
    path = shared / "contract" / "endpoints.csv"
    if not path.is_file():
        pytest.skip("needs contract/endpoints.csv of ../shared, which is not here")
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def served_endpoints(store: Store) -> dict[tuple[str, str], str | None]:
    """The access of each (method, path) that the application has."""
    return {
        (method, str(route.path_format)): access_of(route.dependencies)
        for route in iter_route_contexts(create_app(store.settings).routes)
        if isinstance(route.original_route, APIRoute)
        for method in route.methods or ()
    }


def test_each_endpoint_has_the_access_of_the_contract(contract: list[Row], world: Store) -> None:
    served = served_endpoints(world)
    promised = {(row["method"], row["path"]): row["access"] for row in contract}
    both = served.keys() & promised.keys()
    assert len(both) >= 14
    assert {key: served[key] for key in both} == {key: promised[key] for key in both}


def test_each_answer_has_the_keys_of_the_contract(
    contract: list[Row], world: Store, service: httpx.Client
) -> None:
    served = served_endpoints(world)
    admin = {"X-API-Key": world.key("admin")}
    for row in contract:
        if row["method"] != "GET" or ("GET", row["path"]) not in served:
            continue
        path = row["path"]
        for placeholder, value in EXAMPLES.items():
            path = path.replace(placeholder, value)
        answer = service.get(path, headers=admin)
        assert answer.status_code == int(row["status"]), path
        if row["response_keys"]:
            assert answer.json().keys() >= set(row["response_keys"].split(";")), path


def test_each_documented_parameter_is_taken(contract: list[Row], reader: httpx.Client) -> None:
    spec = reader.get("/openapi.json").json()["paths"]
    for row in contract:
        if row["area"] not in ("market", "providers", "monitoring") or row["path"] not in spec:
            continue
        taken = {p["name"] for p in spec[row["path"]][row["method"].lower()].get("parameters", ())}
        names = {
            part.split("=")[0].strip(" ?").partition(" ")[0]
            for part in row["parameters"].split(";")
        }
        assert taken >= names - {""}, row["path"]
