"""Requests, counted and timed as they end."""

import time
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.datastructures import MutableHeaders
from starlette.responses import Response

from api.gate.visit import Visit
from resources.rights import TIERS

# Of every label a client can choose from a fixed few values alone.
UNMATCHED = "unmatched"
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
# Seconds: hot answers take less than one ms, files and statements of users many seconds.
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class _Children(NamedTuple):
    """The metrics of one route, method and status class, looked up once."""

    seconds: Histogram
    area: Counter


class Measured:
    """Notes how long each request took, of which route, and how it ended."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "headwater_http_request_duration_seconds",
            "From the first byte of a request to the last of its answer.",
            ("route", "method", "status"), buckets=_BUCKETS, registry=registry,
        )  # fmt: skip
        self._areas = Counter(
            "headwater_http_area_requests",
            "Requests by area of the interface, which is the tag of their route.",
            ("area",), registry=registry,
        )  # fmt: skip
        self._refused = Counter(
            "headwater_http_rate_limited_requests",
            "Requests answered with 429, by the tier of who sent them.",
            ("tier",), registry=registry,
        )  # fmt: skip
        self._going = Gauge(
            "headwater_http_requests_in_progress", "Requests not yet answered.", registry=registry
        )
        self._in_progress = 0
        self._going.set_function(lambda: self._in_progress)
        self._children: dict[tuple[str, str, int], _Children] = {}

    async def enter(self, visit: Visit) -> Response | None:  # noqa: ARG002 (of every concern)
        self._in_progress += 1
        return None

    def head(self, visit: Visit, headers: MutableHeaders) -> None:
        """Nothing is told."""

    def leave(self, visit: Visit) -> None:
        self._in_progress -= 1
        key = visit.route, visit.scope["method"], visit.status // 100
        children = self._children.get(key) or self._add(visit, *key)
        children.seconds.observe(time.perf_counter() - visit.started)
        children.area.inc()
        if visit.status == 429:
            tier = visit.caller.tier
            self._refused.labels(tier if tier in TIERS else "other").inc()

    def _add(self, visit: Visit, route: str, method: str, status: int) -> _Children:
        known = method in _METHODS
        # A client that left before there was an answer got none.
        ended = f"{status}xx" if status else "none"
        tags = getattr(visit.scope.get("route"), "tags", None) or [UNMATCHED]
        children = _Children(
            self._seconds.labels(route or UNMATCHED, method if known else "other", ended),
            self._areas.labels(str(tags[0])),
        )
        if known:
            # Methods that clients make up are looked up each time.
            self._children[route, method, status] = children
        return children
