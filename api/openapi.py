"""This interface as OpenAPI 3.1, made when it is first asked for."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, get_args, get_origin

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from api.auth import access_of
from api.gate.limits import QUOTA_HEADERS
from api.models.problems import Problem
from api.models.requests import BODIES, IN_PATHS
from api.unguarded import UNGUARDED

Spec = dict[str, Any]

_FRAMEWORKS_OWN = ("HTTPValidationError", "ValidationError")
_PROBLEMS = {
    400: "The request itself cannot be read.",
    401: "No key was sent where one is needed, or one that is unknown, expired or revoked.",
    403: "The key lacks the scope.",
    404: "There is nothing of this name; `nearest` lists names that there are.",
    405: "The path does not take this method.",
    409: "What is there already stands against it; of an ambiguous name, `candidates` lists "
    "what it may mean.",
    412: "What was to be changed has changed since.",
    413: "The body is larger than is taken.",
    422: "A parameter or the body is wrong; `errors` says where.",
    429: "More was asked than the tier of the caller allows; `Retry-After` says when to come back.",
    503: "Not available now: the store, the scheduler, a provider or a model. `Retry-After` says "
    "when to come back, where that is known.",
    507: "There is no room for it.",
}
_RETRY_AFTER = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
_QUOTA = {
    name: {"description": told, "schema": {"type": "integer"}}
    for name, told in zip(
        QUOTA_HEADERS,
        (
            "Requests that the tier of the caller allows in a window; left out where it is without limits.",
            "Those that are left.",
            "Seconds until there are more.",
        ),
        strict=True,
    )
}
_HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"description": "Bearer.", "schema": {"type": "string"}}},
    429: _RETRY_AFTER | _QUOTA,
    503: _RETRY_AFTER,
}
_NOT_MODIFIED = {"description": "What the client holds, by its `If-None-Match`, still holds."}
_ETAG = {
    "ETag": {
        "description": "Moves only with the data; send it as `If-None-Match`.",
        "schema": {"type": "string"},
    }
}
_SCHEMES = {
    "X-API-Key": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "A key of `headwater keys create` or POST /api/auth/keys.",
    },
    "Bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A key, or a token of POST /api/auth/token.",
    },
    "api_key": {
        "type": "apiKey",
        "in": "query",
        "name": "api_key",
        "description": "A key, on /api/admin/* alone.",
    },
}
_TAGS = {
    "root": "What this service is.",
    "health": "Whether it lives, can work, and how its parts are.",
    "market": "Prices, candles, and what else is told of markets, with the provenance of each value.",
    "sentiment": "The mood of the market, of the news, and of texts that callers send.",
    "providers": "Who is asked, how they are, and how their calls end.",
    "pools": "Who is asked for what, in which order.",
    "monitoring": "How the platform works: budgets, logs, alerts, freshness and quality.",
    "scheduler": "The jobs, when they run, and runs of them by hand.",
    "collect": "Collections of candles by hand.",
    "watchlist": "What is collected beside the largest coins.",
    "data sources": "Version 2: providers as rows that are added, changed, scheduled and looked at.",
    "system": "The system, for its admin.",
    "auth": "Keys and tokens.",
    "query": "Questions in SQL.",
    "audit": "Who has changed what.",
    "sockets": "Who is connected to the sockets; what they tell stands in docs/sockets.md.",
}
_DESCRIPTION = """\
Crypto market data from many providers, with the provenance of every value.

Times are UTC, ISO 8601 with `Z`. Prices, volumes and what is locked are numbers; `quote` names
their currency. A list that can grow has `next_cursor`, which is sent as `cursor`. A symbol is
taken as `BTC`, `BTC/USDT`, `BTC-USDT`, `BTCUSDT` or `btcusdt`; `symbol` of an answer is
canonical, `requested` is the spelling that was sent. Names in paths are matched without regard
to case. Every error is a problem (RFC 9457). Fields may be added to an answer, never removed."""


class Described(FastAPI):
    """An application that describes itself as clients need it."""

    def openapi(self) -> Spec:
        if self.openapi_schema is None:
            self.openapi_schema = _describe(self)
        return self.openapi_schema


def operation_id(route: APIRoute) -> str:
    """GET /api/pools/{pool_id}/members: get_api_pools_by_pool_id_members."""
    words = re.sub(r"\{(\w+)\}", r"by_\1", route.path_format)
    return "_".join(
        [min(route.methods or {"get"}).lower(), *(re.findall(r"\w+", words) or ["root"])]
    )


def _describe(app: FastAPI) -> Spec:
    spec = get_openapi(
        title=app.title, version=app.version, description=_DESCRIPTION, routes=app.routes
    )
    used = set()
    for route in _documented(app):
        for method in route.methods:
            operation = spec["paths"][route.path_format][method.lower()]
            used |= {*operation.get("tags", ())}
            _complete(operation, route, method)
    spec["tags"] = [{"name": name, "description": _TAGS[name]} for name in _TAGS if name in used]
    components = spec.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _FRAMEWORKS_OWN:
        schemas.pop(name, None)
    schemas["Problem"] = Problem.model_json_schema()
    for schema in schemas.values():
        # Without its nulls, and told of each operation already.
        schema.pop("examples", None)
    components["responses"] = {_name(code): _problem(code) for code in _PROBLEMS}
    components["securitySchemes"] = _SCHEMES
    return spec


def _documented(app: FastAPI) -> Iterator[Any]:
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute) and route.include_in_schema:
            yield route


def _complete(operation: Spec, route: Any, method: str) -> None:
    """What the framework does not know of an operation."""
    access = access_of(route.dependencies)
    _sum_up(operation)
    _secure(operation, route.path_format, access)
    _add_problems(operation, route.path_format, method, access)
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            parameter["example"] = IN_PATHS[parameter["name"]]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body is not None:
        body["example"] = BODIES.get(f"{method} {route.path_format}")
    for status, told in route.responses.items():
        if "model" not in told and "content" in told:
            operation["responses"][str(status)]["content"] = told["content"]
        elif "model" in told:
            content = operation["responses"][str(status)]["content"]
            content["application/json"]["example"] = example_of(told["model"])


def example_of(model: Any) -> Any:
    """The example of a model, or of a list or map of them; None where it has none."""
    if get_origin(model) is list:
        return [example_of(*get_args(model))]
    if get_origin(model) is dict:
        one = example_of(get_args(model)[1])
        return {next(iter(one.values())): one}
    extra = model.model_config.get("json_schema_extra")
    return extra["examples"][0] if isinstance(extra, dict) else None


def _sum_up(operation: Spec) -> None:
    """The first sentence of a docstring says more than the name of the function."""
    if told := operation.get("description"):
        first = re.split(r"(?<=[\w`)])[.;:](?:\s|$)", told.replace("\n", " "), maxsplit=1)[0]
        operation["summary"] = first


def _secure(operation: Spec, path: str, access: str | None) -> None:
    operation.pop("security", None)
    if access not in (None, "open"):
        names = ["X-API-Key", "Bearer", *(["api_key"] if path.startswith("/api/admin/") else [])]
        operation["security"] = [{name: [access]} for name in names]


def _add_problems(operation: Spec, path: str, method: str, access: str | None) -> None:
    responses = operation["responses"]
    declared = {int(code) for code in responses if not code.startswith(("2", "3"))}
    # The framework adds its own 422 where there are parameters.
    problems = declared - {422} | _usual_problems(operation, path, access)
    good = {code: told for code, told in responses.items() if code.startswith(("2", "3"))}
    if method == "GET":
        good["304"] = {**_NOT_MODIFIED}
    for code, told in good.items():
        etag = _ETAG if (method, code) == ("GET", "200") else {}
        told["headers"] = etag if path in UNGUARDED else etag | _QUOTA
    operation["responses"] = good | {
        str(code): {"$ref": f"#/components/responses/{_name(code)}"} for code in sorted(problems)
    }


def _usual_problems(operation: Spec, path: str, access: str | None) -> set[int]:
    parameters = operation.get("parameters", ())
    found = {503}
    if path not in UNGUARDED:
        found |= {401, 429}
    if access != "open":
        found.add(403)
    if parameters or "requestBody" in operation:
        found.add(422)
    if "requestBody" in operation:
        found.add(413)
    if any(one["in"] == "path" for one in parameters):
        found.add(404)
    return found


def _name(code: int) -> str:
    return re.sub(r"\W", "", HTTPStatus(code).phrase)


def _problem(code: int) -> Spec:
    schema = {"$ref": "#/components/schemas/Problem"}
    told = {
        "description": _PROBLEMS[code],
        "content": {"application/problem+json": {"schema": schema}},
    }
    return {**told, "headers": _HEADERS[code]} if code in _HEADERS else told
