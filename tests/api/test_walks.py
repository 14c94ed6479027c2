"""Rules that hold for every endpoint of their kind: what is held is not sent again, and pages join."""

import json
import re

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from api.app import create_app
from tests.api.described import spec
from tests.api.server import Store, paged
from tests.api.test_openapi import filled_in

# Answers that cannot be held, and why.
OF_THE_MOMENT = {
    "/metrics": "counts of this very process, for a scraper that asks once",
    "/docs": "a page without data",
    "/api/auth/me": "tells what is left of the caller's limit, which the question itself lessens",
}
# Lists that can grow, with the member of an answer that has the rows.
PAGED = [
    ("/api/providers?limit=97", "providers"),
    ("/api/assets?limit=7", "assets"),
    ("/api/ohlcv/history/BTC?start=2024-01-30&interval=1h&limit=7", "data"),
    ("/api/ohlcv/gaps/BTC?limit=1", "missing"),
    ("/api/prices/history/BTC?start=2024-01-30&resolution=1m&limit=2", "data"),
    ("/api/logs?limit=1", "logs"),
    ("/api/alerts?limit=1", "alerts"),
    ("/api/v2/data/history/binance?limit=1", "history"),
    ("/api/news?limit=1", "news"),
    ("/api/quality/events?limit=1", "data"),
]


def readings(store: Store) -> list[str]:
    """The path of every GET that has an example, without the names of placeholders."""
    found = []
    for route in iter_route_contexts(create_app(store.settings).routes):
        if not isinstance(route.original_route, APIRoute) or "GET" not in (route.methods or ()):
            continue
        path = filled_in(str(route.path_format))
        if "{" not in path:
            found.append(path)
    return found


def test_whatever_is_read_is_not_sent_again_while_it_holds(
    world: Store, service: httpx.Client
) -> None:
    key = {"X-API-Key": world.key("admin")}
    moved, held = {}, 0
    for path in readings(world):
        first = service.get(path, headers=key, timeout=60)
        etag = first.headers.get("etag")
        if first.status_code != 200 or path in OF_THE_MOMENT:
            continue
        second = service.get(path, headers={**key, "If-None-Match": etag or '"none"'}, timeout=60)
        if etag is None or second.status_code != 304:
            moved[path] = etag and (first.text[:80], second.text[:80])
        else:
            held += 1
    assert moved == {}
    assert held > 50


@pytest.mark.parametrize(("path", "name"), PAGED)
def test_pages_join_up_to_the_whole(reader: httpx.Client, path: str, name: str) -> None:
    whole = reader.get(path.replace("limit=", "limit=100&was=")).json()
    rows = [row for page in paged(reader, path) for row in page[name]]
    texts = [json.dumps(row) for row in rows]
    assert len(set(texts)) == len(texts)
    assert rows[: len(whole[name])] == whole[name]
    assert len(rows) > len(whole[name]) or whole["next_cursor"] is None


def test_more_than_the_documented_maximum_is_invalid_input(reader: httpx.Client) -> None:
    for path, methods in spec()["paths"].items():
        for parameter in methods.get("get", {}).get("parameters", ()):
            if parameter["name"] != "limit" or "{" in path:
                continue
            most = int(re.findall(r"'maximum': (\d+)", str(parameter["schema"]))[0])
            for limit in (0, -1, most + 1, "x"):
                assert reader.get(path, params={"limit": limit}).status_code in (403, 422), path
