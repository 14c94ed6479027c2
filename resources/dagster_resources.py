"""The outside world as Dagster resources: the only file of this room that imports dagster."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import dagster as dg

from resources import pools
from resources.directory import Directory
from resources.feeds import Feeds
from resources.http.client import Client
from resources.http.pool import Pool
from resources.lake import Lake
from resources.ledger import Ledger
from resources.ledger.snapshots import Bounds
from resources.market import load_registry
from resources.settings import Settings


class LakeResource(dg.ConfigurableResource[Lake]):
    """The lake below `url`."""

    url: str

    def create_resource(self, context: dg.InitResourceContext) -> Lake:  # noqa: ARG002 (Dagster's)
        return Lake(self.url)


class LedgerResource(dg.ConfigurableResource[Ledger]):
    """The ledger at a SQLAlchemy URL, migrated, closed after the run or tick."""

    url: str

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Ledger]:  # noqa: ARG002 (Dagster's)
        ledger = Ledger(self.url)
        ledger.migrate()
        try:
            yield ledger
        finally:
            ledger.close()


class FeedsResource(dg.ConfigurableResource["FeedsResource"]):
    """The pools of providers, and how much is asked of them.

    `sandbox_url` is where the providers are played, None for the real ones; `top_n` is how
    many of the registry's coins are active; `quorum` how many providers a price is asked of;
    `interval` is that of the candles that are collected by default.
    """

    sandbox_url: str | None
    call_deadline: float
    max_response_mb: int
    allowed_addresses: list[str]
    top_n: int
    quorum: int
    interval: str

    @property
    def mode(self) -> str:
        return "sandbox" if self.sandbox_url else "live"

    @asynccontextmanager
    async def open(self, ledger: Ledger) -> AsyncIterator[Feeds]:
        """The feeds over one HTTP session, closed at the end of the block."""
        client = Client(
            ledger,
            sandbox_url=self.sandbox_url,
            deadline=self.call_deadline,
            max_response_mb=self.max_response_mb,
            allowed_addresses=self.allowed_addresses,
        )
        async with client:
            yield build_feeds(client, ledger)


class CallsResource(dg.ConfigurableResource["CallsResource"]):
    """Calls of providers outside of any pool: what is watched, checked or probed one by one.

    `sandbox_url` is where the providers are played, None for the real ones.
    """

    sandbox_url: str | None
    call_deadline: float
    max_response_mb: int
    allowed_addresses: list[str]

    @asynccontextmanager
    async def open(self, ledger: Ledger) -> AsyncIterator[Client]:
        """A client over one HTTP session, closed at the end of the block."""
        client = Client(
            ledger,
            sandbox_url=self.sandbox_url,
            deadline=self.call_deadline,
            max_response_mb=self.max_response_mb,
            allowed_addresses=self.allowed_addresses,
        )
        async with client:
            yield client


class SnapshotsResource(dg.ConfigurableResource["SnapshotsResource"]):
    """What is kept of the answers of providers that are watched."""

    history: int
    days: int
    max_kb: int

    @property
    def bounds(self) -> Bounds:
        return Bounds(self.history, self.days)


def build_feeds(client: Client, ledger: Ledger) -> Feeds:
    """The feeds over the pools of the ledger, which are seeded with providers that are new."""
    directory = Directory(ledger)
    pools.seed(ledger, directory.providers())
    ohlcv, prices = (
        Pool(
            feed,
            pools.membership(ledger, directory, feed, sandboxed=client.sandboxed),
            client.permits,
            patience=client.deadline,
        )
        for feed in pools.COLLECTED
    )
    return Feeds(client, ledger, load_registry(), ohlcv, prices)


def resources_of(settings: Settings) -> dict[str, object]:
    """The resources that the assets ask for, by name."""
    return {
        "lake": LakeResource(url=settings.lake_url),
        "ledger": LedgerResource(url=settings.ledger_url),
        "feeds": FeedsResource(
            sandbox_url=settings.sandbox_url,
            call_deadline=settings.call_deadline,
            max_response_mb=settings.max_response_mb,
            allowed_addresses=settings.allowed_addresses,
            top_n=settings.top_n_cryptos,
            quorum=settings.price_quorum,
            interval=str(settings.collection_interval),
        ),
        "snapshot_bounds": SnapshotsResource(
            history=settings.snapshot_history,
            days=settings.snapshot_days,
            max_kb=settings.snapshot_max_kb,
        ),
        "calls": CallsResource(
            sandbox_url=settings.sandbox_url,
            call_deadline=settings.call_deadline,
            max_response_mb=settings.max_response_mb,
            allowed_addresses=settings.allowed_addresses,
        ),
    }
