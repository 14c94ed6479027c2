"""All metrics of one application, as text that Prometheus reads."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import chain

import sqlalchemy as sa
from prometheus_client import (
    CollectorRegistry,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from api.gate.metrics import Measured
from api.metrics import feeds, providers, sockets
from api.metrics.calls import Calls
from api.metrics.families import Collected, gauge
from api.metrics.home import Home
from api.metrics.room import Occupied
from api.metrics.scrape import Scrape
from api.scheduler import Status
from api.services import Services
from resources.errors import HeadwaterError
from resources.graphql import JobState

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
# Seconds: several who scrape, and whoever asks in a loop, get the same text.
_KEPT = 1.0
_JOBS_KEPT = 60.0


class Metrics:
    """Its requests are counted as they come, all else is collected when somebody asks."""

    def __init__(self) -> None:
        # A second series beside each counter, which few read.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the library's own
        self.registry = CollectorRegistry()
        self.requests = Measured(self.registry)
        ProcessCollector(registry=self.registry)
        occupied = Occupied()
        self._parts: Mapping[str, Callable[[Scrape], Collected]] = {
            "calls": Calls().collect,
            "providers": providers.collect,
            "feeds": feeds.collect,
            "runs": feeds.collect_runs,
            "sockets": sockets.collect,
            "disk": occupied.disk,
            "tables": occupied.tables,
            "processes": Home().collect,
        }
        self._turn = asyncio.Lock()
        self._text, self._until = b"", 0.0
        self._dagster: tuple[Status, Mapping[str, JobState]] = ("unknown", {})
        self._jobs_until = 0.0

    async def text(self, services: Services) -> bytes:
        """At most a second old."""
        async with self._turn:
            if time.monotonic() >= self._until:
                scrape = await self._asked(services)
                self._text = await asyncio.to_thread(self._render, scrape)
                self._until = time.monotonic() + _KEPT
            return self._text

    async def _asked(self, services: Services) -> Scrape:
        """What Dagster says of its jobs costs it more than all the rest costs us."""
        if time.monotonic() >= self._jobs_until:
            scheduler = services.scheduler
            self._dagster = await asyncio.gather(scheduler.status(), scheduler.job_states())
            self._jobs_until = time.monotonic() + _JOBS_KEPT
        # Of the event loop's thread alone.
        hub = services.hub
        return Scrape(services, *self._dagster, {**hub.totals(), **hub.traffic()})

    def _render(self, scrape: Scrape) -> bytes:
        return generate_latest(self.registry) + generate_latest(_Families(self._collected(scrape)))

    def _collected(self, scrape: Scrape) -> Iterator[Metric]:
        """Every part; of one that cannot be collected now nothing but that."""
        failed = {}
        for name, collect in self._parts.items():
            try:
                found = list(collect(scrape))
            except (HeadwaterError, sa.exc.SQLAlchemyError, OSError):
                found = []
                failed[name] = 1.0
            yield from found
        told = "1 where a part of these metrics could not be collected now."
        values = [((name,), failed.get(name, 0.0)) for name in self._parts]
        yield gauge("scrape_failed", told, ("part",), values)


class _Families:
    """What generate_latest takes in place of a registry."""

    def __init__(self, found: Iterator[Metric]) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        return chain(self._found)
