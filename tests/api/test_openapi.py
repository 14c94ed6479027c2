"""/openapi.json says what is answered, and nothing else is."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Match

from api.app import create_app
from api.auth import access_of
from api.models.base import Model
from resources.settings import Settings
from tests.api.described import faults, pointer_to, spec, validator
from tests.api.server import Store, client_of

OPERATIONS = [
    (path, method, operation)
    for path, operations in spec()["paths"].items()
    for method, operation in operations.items()
]
NAMES = [f"{method.upper()} {path}" for path, method, _ in OPERATIONS]
Operation = dict[str, Any]
# What stands for the names in paths; where it is read, each is a thing of the hand-made market.
EXAMPLES = {
    f"{{{parameter['name']}}}": str(parameter["example"])
    for _, _, operation in OPERATIONS
    for parameter in operation.get("parameters", ())
    if parameter["in"] == "path"
}
# A download wants the name of a file.
OTHERWISE = {"/api/v2/download": 422}

each_operation = pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=NAMES)


def filled_in(path: str) -> str:
    for name, value in EXAMPLES.items():
        path = path.replace(name, value)
    return path


def good(operation: Operation) -> tuple[str, dict[str, Any]]:
    """(status, content) of the answer where all goes well."""
    status, told = next(one for one in operation["responses"].items() if one[0].startswith("2"))
    return status, told["content"]


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(Settings(home=Path("never-made")))


@each_operation
def test_an_operation_is_described_with_an_example_that_its_schema_allows(
    path: str, method: str, operation: Operation
) -> None:
    assert operation["summary"]
    assert operation["description"]
    assert set(operation["tags"]) <= {tag["name"] for tag in spec()["tags"]}
    status, content = good(operation)
    assert all(media["schema"] for media in content.values())
    media = content.get("application/json")
    # An export that is downloaded is JSON of any shape.
    if media and media["schema"] != {"type": "string"}:
        pointer = pointer_to(
            "paths", path, method, "responses", status, "content", "application/json", "schema"
        )
        errors = [error.message for error in validator(pointer).iter_errors(media["example"])]
        assert errors == []


@each_operation
def test_a_parameter_is_described_with_its_bounds(
    path: str, method: str, operation: Operation
) -> None:
    bounds = {"integer": {"minimum", "maximum"}, "string": {"maxLength", "enum", "format", "const"}}
    for parameter in operation.get("parameters", ()):
        schema = parameter["schema"]
        assert parameter["description"], (method, path, parameter["name"])
        for one in schema.get("anyOf", [schema]):
            kind = one.get("type", "null")
            known = bounds.get(kind, set())
            found = known & one.keys()
            complete = found == known if kind == "integer" else bool(found) or not known
            assert complete, (method, path, parameter["name"])


@each_operation
def test_a_body_is_described_with_an_example(path: str, method: str, operation: Operation) -> None:
    for kind, media in operation.get("requestBody", {}).get("content", {}).items():
        assert media["schema"], (method, path)
        if kind == "application/json":
            # As this schema stands where it is used, whatever it refers to must be there.
            pointer = pointer_to("paths", path, method, "requestBody", "content", kind, "schema")
            errors = [error.message for error in validator(pointer).iter_errors(media["example"])]
            assert errors == [], (method, path)


@each_operation
def test_problems_have_our_shape(path: str, method: str, operation: Operation) -> None:
    problems = {code for code in operation["responses"] if code.startswith(("4", "5"))}
    shared = spec()["components"]["responses"]
    for code in problems:
        name = operation["responses"][code]["$ref"].rpartition("/")[2]
        (media,) = shared[name]["content"].items()
        problem = {"$ref": "#/components/schemas/Problem"}
        assert media == ("application/problem+json", {"schema": problem}), (method, path)
    if operation.get("parameters") or "requestBody" in operation:
        assert "422" in problems


def test_the_security_of_an_operation_is_its_declared_access(app: FastAPI) -> None:
    for route in iter_route_contexts(app.routes):
        if not (isinstance(route.original_route, APIRoute) and route.include_in_schema):
            continue
        for method in route.methods or ():
            operation = spec()["paths"][route.path_format][method.lower()]
            access = access_of(route.dependencies)
            wanted = [] if access == "open" else [access]
            told = {scope for one in operation.get("security", ()) for (scope,) in one.values()}
            assert told == set(wanted), route.path_format
            in_query = any("api_key" in one for one in operation.get("security", ()))
            assert in_query == str(route.path_format).startswith("/api/admin/")


def test_names_are_readable_and_there_once() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]+", name) for name in names)
    schemas = spec()["components"]["schemas"]
    # Of two models of one name the framework would call each by its module.
    assert [name for name in schemas if "__" in name] == []
    assert not {"HTTPValidationError", "ValidationError"} & schemas.keys()


def test_the_description_is_made_when_it_is_asked_for_and_once() -> None:
    fresh = create_app(Settings(home=Path("never-made")))
    assert fresh.openapi_schema is None
    assert fresh.openapi() is fresh.openapi()
    assert fresh.openapi() == spec()
    assert "servers" not in spec()


def test_no_path_is_shadowed_by_one_with_parameters(app: FastAPI) -> None:
    routes = [
        route for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute)
    ]  # fmt: skip
    for route in routes:
        path = re.sub(r"\{\w+\}", "x", str(route.path_format))
        for method in route.methods or ():
            scope = {"type": "http", "method": method, "path": path, "headers": []}
            first = next(
                one for one in routes if one.original_route.matches(scope)[0] is Match.FULL
            )
            assert first.path_format == route.path_format, f"{method} {path}"


@pytest.mark.parametrize(
    "path",
    [
        path
        for path, method, operation in OPERATIONS
        if method == "get" and "{" not in filled_in(path)
    ],
)
def test_what_is_asked_for_is_answered_as_it_is_described(
    admin_of_world: httpx.Client, path: str
) -> None:
    answer = admin_of_world.get(filled_in(path))
    assert faults(answer) == []
    assert answer.status_code == OTHERWISE.get(path, 200), answer.text


@pytest.fixture(scope="module")
def admin_of_world(world: Store, service: httpx.Client) -> Any:
    with client_of(service.base_url, world.key("admin")) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "status", "kind", "body"),
    [
        ("/api/nft", 200, "application/json", b'{"success": true}'),
        ("/livez", 200, "application/json",
         b'{"status": "alive", "timestamp": "2026-11-22T00:00:00Z", "more": 1}'),
        ("/livez", 200, "application/json",
         b'{"status": "alive", "timestamp": "2026-11-22T00:00:00"}'),
        ("/livez", 200, "text/html", b"alive"),
        ("/livez", 418, "application/json", b"{}"),
        ("/api/prices/history/BTC/USDT", 404, "application/problem+json", b'{"status": 404}'),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_described_is_found(
    path: str, status: int, kind: str, body: bytes
) -> None:
    request = httpx.Request("GET", f"http://127.0.0.1{path}")
    answer = httpx.Response(status, headers={"content-type": kind}, content=body, request=request)
    assert faults(answer)


def test_every_model_says_what_it_is() -> None:
    models = [Model]
    for model in models:
        models += model.__subclasses__()
    assert [one.__name__ for one in models if not one.__doc__ and one.__name__[0] != "_"] == []
    assert len(models) > 100


def test_the_description_names_no_host() -> None:
    hosts = {
        urlsplit(url).hostname for url in re.findall(r"https?://[^\s\"']+", str(spec()["info"]))
    }
    assert hosts == set()
