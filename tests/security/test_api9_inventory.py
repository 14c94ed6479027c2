"""API9: what is served is what is documented, and nothing of development is there."""

from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts
from starlette.routing import Mount

from api.app import create_app
from tests.api.described import spec
from tests.api.server import Store
from tests.security.raw import asked, status_of

API = Path(__file__).parents[2] / "docs" / "api.md"
# Pages and forms of browsers, which are documented beside the interface.
UNLISTED = {"/dashboard", "/enhanced_dashboard.html", "/redoc", "/sign-in", "/sign-out"}
PROBED = (
    "/.env", "/.git/config", "/.git/HEAD", "/.headwater", "/.svn/entries", "/.DS_Store", "/admin",
    "/actuator", "/actuator/env", "/api", "/api/v1", "/api/v3", "/api/debug", "/api/internal",
    "/api/swagger.json", "/backup.zip", "/config", "/console", "/debug", "/debug/pprof",
    "/docs/oauth2-redirect", "/dump", "/env", "/graphql", "/headwater.toml", "/healthz/debug",
    "/ledger.db", "/login", "/phpinfo.php", "/phpmyadmin", "/pyproject.toml", "/robots.txt",
    "/secret.key", "/server-status", "/shell", "/static/", "/swagger", "/swagger.json",
    "/test", "/trace", "/v1", "/wp-login.php", "/_control/faults", "/_control/requests",
    "/__debug__", "/__pycache__/", "/openapi.yaml", "/runs", "/server_info", "/dagster",
)  # fmt: skip


def test_every_route_is_in_the_description_and_the_document(world: Store) -> None:
    text = API.read_text()
    served, sockets = set(), set()
    for route in iter_route_contexts(create_app(world.settings).routes):
        path = str(route.path_format or route.path)
        if isinstance(route.original_route, APIRoute):
            served |= {(method.lower(), path) for method in route.methods or ()}
        elif isinstance(route.original_route, APIWebSocketRoute):
            sockets.add(path)
        else:
            assert isinstance(route.original_route, Mount), path
            assert path.startswith("/docs-files")
    described = {(method, path) for path, methods in spec()["paths"].items() for method in methods}
    assert {path for _, path in served - described} == UNLISTED
    assert described - served == set()
    assert len(described) > 100
    for method, path in served:
        assert f"{method.upper()} {path}" in text or path in UNLISTED, (method, path)
    assert sockets == {"/ws", "/ws/live", "/api/v2/ws"}


@pytest.mark.parametrize("path", PROBED)
def test_nothing_of_development_is_there(service: httpx.Client, world: Store, path: str) -> None:
    for key in (None, world.key("admin")):
        assert status_of(asked(service, path, key=key)) == 404


def test_no_trace_is_shown_though_something_breaks(world: Store) -> None:
    app = create_app(world.settings)
    assert app.debug is False
    assert (app.docs_url, app.redoc_url, app.openapi_url) == (None, None, None)


def test_no_route_hides_another(world: Store) -> None:
    found = [
        (method, str(route.path_format))
        for route in iter_route_contexts(create_app(world.settings).routes)
        if isinstance(route.original_route, APIRoute)
        for method in route.methods or ()
    ]
    assert len(found) == len(set(found))


def test_what_only_this_machine_needs_listens_here_alone(world: Store) -> None:
    settings = world.settings
    assert settings.host == "127.0.0.1"
    root = Path(__file__).parents[2]
    for file in ("pipelines/supervisor.py", "sandbox/server.py", "dagster_home/dagster.yaml"):
        text = (root / file).read_text()
        assert "0.0.0.0" not in text, file
