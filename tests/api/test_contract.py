"""What clients of the service may rely on: every row of the contract's endpoints."""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from api.app import create_app
from api.auth import access_of
from tests.api.described import spec, strict
from tests.api.server import Store
from tests.api.test_openapi import OTHERWISE, filled_in

# Defaults that are said in other words. Of an asset, candles are those of its main market.
SAME = {("/api/ohlcv", "symbol"): "BTC"}

Row = Mapping[str, str]


@pytest.fixture(scope="module")
def contract(shared: Path) -> list[Row]:
    path = shared / "contract" / "endpoints.csv"
    if not path.is_file():
        pytest.skip("needs contract/endpoints.csv of ../shared, which is not here")
    with path.open(newline="") as file:
        rows: list[Row] = list(csv.DictReader(file))
    assert len(rows) > 100
    return rows


def built(contract: list[Row]) -> Iterator[tuple[Row, dict[str, Any]]]:
    """The rows that are served, with their operations."""
    for row in contract:
        operation = spec()["paths"].get(row["path"], {}).get(row["method"].lower())
        if operation:
            yield row, operation


def test_every_endpoint_of_the_contract_is_there(contract: list[Row]) -> None:
    there = {(row["method"], row["path"]) for row, _ in built(contract)}
    assert {(row["method"], row["path"]) for row in contract} - there == set()


def test_each_endpoint_has_the_access_of_the_contract(contract: list[Row], world: Store) -> None:
    served = {
        (method, str(route.path_format)): access_of(route.dependencies)
        for route in iter_route_contexts(create_app(world.settings).routes)
        if isinstance(route.original_route, APIRoute)
        for method in route.methods or ()
    }
    promised = {(row["method"], row["path"]): row["access"] for row, _ in built(contract)}
    assert {key: served[key] for key in promised} == promised


def test_each_endpoint_succeeds_with_the_status_of_the_contract(contract: list[Row]) -> None:
    for row, operation in built(contract):
        # 206 is a part of a file that was asked for.
        good = [code for code in operation["responses"] if code.startswith("2") and code != "206"]
        assert good == [row["status"]], row["path"]


def test_each_answer_is_described_with_the_keys_of_the_contract(contract: list[Row]) -> None:
    for row, operation in built(contract):
        wanted = set(row["response_keys"].split(";")) - {""}
        content = operation["responses"][row["status"]]["content"]
        if wanted:
            schema = resolved(content["application/json"]["schema"])
            # A field that is always there: null where there is nothing to tell.
            assert wanted <= set(schema["required"]), f"{row['method']} {row['path']}"


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return dict(strict()["components"]["schemas"][name]) if name else schema


def test_each_answer_has_the_keys_of_the_contract(
    contract: list[Row], world: Store, service: httpx.Client
) -> None:
    admin = {"X-API-Key": world.key("admin")}
    for row, _ in built(contract):
        if row["method"] != "GET" or row["path"] in OTHERWISE:
            continue
        answer = service.get(filled_in(row["path"]), headers=admin)
        assert answer.status_code == int(row["status"]), answer.text
        if row["response_keys"]:
            assert answer.json().keys() >= set(row["response_keys"].split(";")), row["path"]


def test_each_parameter_is_taken_with_the_default_of_the_contract(contract: list[Row]) -> None:
    for row, operation in built(contract):
        taken = {one["name"]: one["schema"] for one in operation.get("parameters", ())}
        in_body = dict(_fields(operation))
        for name, default, sent in parameters(row["parameters"]):
            places = in_body if sent == "body" else taken if sent == "query" else taken | in_body
            assert name in places, f"{row['method']} {row['path']}: {name}"
            if default is not None:
                defaults = [one[name].get("default") for one in (taken, in_body) if name in one]
                known = SAME.get((row["path"], name), default)
                # Where a body may say it as well, its default is that of the route.
                unsaid = name in in_body and set(defaults) == {None}
                assert known in defaults or unsaid, (row["path"], name, defaults)


def _fields(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for media in operation.get("requestBody", {}).get("content", {}).values():
        yield from resolved(media["schema"]).get("properties", {}).items()


def parameters(told: str) -> Iterator[tuple[str, Any, str]]:
    """(name, default, whether it is sent in the query or the body) of a cell of the contract.

    limit=100 (1..1000); end; body name; priority=5; body or query api_ids?
    """
    sent = "query"
    for part in re.sub(r"\([^)]*\)", "", told).split(";"):
        text = part.strip()
        if found := re.match(r"(body or query|query or body|body|multipart) (?=\S)", text):
            sent = "both" if " or " in found[1] else "body"
            text = text.removeprefix(found[0])
        name, _, default = text.partition("=")
        name = name.strip(" ?").partition(" ")[0]
        if name and "|" not in name:
            # Of choices with commas none is said to be the default, of those with bars the first.
            yield name, None if "," in default else _value(default.partition("|")[0]), sent


def _value(text: str) -> Any:
    if not text:
        return None
    return json.loads(text) if re.fullmatch(r"\d+|true|false", text) else text


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("limit=100 (1..1000); end; forming=false",
         [("limit", 100, "query"), ("end", None, "query"), ("forming", False, "query")]),
        ("interval=1m,5m; fill=none|flat|null", [("interval", None, "query"), ("fill", "none", "query")]),
        ("body name; priority=5", [("name", None, "body"), ("priority", 5, "body")]),
        ("body or query api_ids?; flatten=true", [("api_ids", None, "both"), ("flatten", True, "both")]),
        ("multipart file; merge|replace", [("file", None, "body")]),
        ("", []),
    ],
)  # fmt: skip
def test_a_cell_of_parameters_is_read(told: str, expected: list[Any]) -> None:
    assert list(parameters(told)) == expected
