"""Answers held against /openapi.json: what is not documented must not be answered."""

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import jsonschema_rs

from api.app import create_app
from resources.settings import Settings

Spec = dict[str, Any]
METHODS = ("get", "post", "put", "delete", "patch")


@functools.cache
def spec() -> Spec:
    """/openapi.json, without a service."""
    return create_app(Settings(home=Path("never-made"))).openapi()


@functools.cache
def strict() -> Spec:
    """The same, where an object has no more than the fields that are described."""
    return dict(_closed(spec()))


def _closed(part: Any) -> Any:
    if isinstance(part, list):
        return [_closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    closed = {name: _closed(value) for name, value in part.items()}
    if "properties" in part and part.get("type") == "object":
        closed.setdefault("additionalProperties", False)
    return closed


@functools.cache
def _templates() -> list[tuple[re.Pattern[str], str]]:
    """Every path as a pattern; those without parameters come first."""
    paths = sorted(spec()["paths"], key=lambda path: (path.count("{"), path))
    # Only a symbol may have a slash.
    return [
        (re.compile(re.sub(r"\\{(\w+)\\}", _part, re.escape(path)) + "$"), path) for path in paths
    ]


def _part(name: re.Match[str]) -> str:
    return ".+" if name[1] == "symbol" else "[^/]+"


def template_of(path: str) -> str | None:
    """The path of /openapi.json that a path of a request is one of."""
    return next((known for pattern, known in _templates() if pattern.match(path)), None)


@functools.cache
def validator(pointer: str) -> Any:
    """Of the strict schema that stands there: #/components/schemas/Prices."""
    components = strict()["components"]
    return jsonschema_rs.validator_for(
        {"$ref": pointer, "components": components, "paths": strict()["paths"]},
        validate_formats=True,
    )


def faults(response: httpx.Response) -> list[str]:
    """What an answer has that is not documented; nothing of a path that is not."""
    request = response.request
    method = "get" if request.method == "HEAD" else request.method.lower()
    path = template_of(request.url.path)
    if path is None or method not in spec()["paths"][path]:
        return []
    documented: Mapping[str, Any] = spec()["paths"][path][method]["responses"]
    status = str(response.status_code)
    if status not in documented:
        return [f"{status} is not documented"]
    told = documented[status]
    steps = ["paths", path, method, "responses", status]
    if reference := told.get("$ref"):
        steps = reference.removeprefix("#/").split("/")
        told = spec()["components"]["responses"][steps[-1]]
    if status == "304" or request.method == "HEAD":
        return []
    kind = response.headers.get("content-type", "").partition(";")[0]
    if kind not in told.get("content", {kind: {}}):
        return [f"{kind} is not documented of {status}"]
    if not kind.endswith("json"):
        return []
    pointer = pointer_to(*steps, "content", kind, "schema")
    response.read()
    return [
        f"{'.'.join(map(str, error.instance_path))}: {error.message}"
        for error in validator(pointer).iter_errors(response.json())
    ]


def pointer_to(*steps: str) -> str:
    """A part of the specification as a reference to it."""
    escaped = (step.replace("~", "~0").replace("/", "~1") for step in steps)
    return "#/" + "/".join(quote(step, safe="~") for step in escaped)


def require_described(response: httpx.Response) -> None:
    """A hook of a client: each answer is as it is documented."""
    found = faults(response)
    assert not found, f"{response.request.method} {response.request.url}: {found[:5]}"
