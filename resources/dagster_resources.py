"""The outside world as Dagster resources: the only file of this room that imports dagster."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import dagster as dg

from resources.feeds import Feeds
from resources.http.client import Client
from resources.http.pool import Pool
from resources.http.rotation import Member, priority, round_robin
from resources.lake import Lake
from resources.ledger import Ledger
from resources.market import load_registry
from resources.providers import load_providers
from resources.settings import Settings


class LakeResource(dg.ConfigurableResource[Lake]):
    """The lake below `url`."""

    url: str

    def create_resource(self, context: dg.InitResourceContext) -> Lake:  # noqa: ARG002 (Dagster's)
        return Lake(self.url)


class LedgerResource(dg.ConfigurableResource[Ledger]):
    """The ledger at a SQLAlchemy URL, migrated."""

    url: str

    def create_resource(self, context: dg.InitResourceContext) -> Ledger:  # noqa: ARG002 (Dagster's)
        ledger = Ledger(self.url)
        ledger.migrate()
        return ledger


class FeedsResource(dg.ConfigurableResource["FeedsResource"]):
    """The pools of providers, and how much is asked of them.

    `sandbox_url` is where the providers are played, None for the real ones; `top_n` is how
    many of the registry's coins are active; `quorum` how many providers a price is asked of;
    `interval` is that of the candles that are collected by default.
    """

    sandbox_url: str | None
    call_deadline: float
    max_response_mb: int
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
        )
        async with client:
            yield build_feeds(client, ledger)


def build_feeds(client: Client, ledger: Ledger) -> Feeds:
    """The pools over every provider there is: each is a member of the feeds that it serves."""
    providers = sorted(load_providers().values(), key=lambda provider: provider.id)
    ohlcv = [
        # Largest pages first: the same history for the fewest calls.
        Member(provider, priority=-provider.candles.page)
        for provider in providers
        if provider.candles
    ]
    prices = [Member(provider) for provider in providers if provider.tickers]
    return Feeds(
        client,
        ledger,
        load_registry(),
        Pool("ohlcv", ohlcv, priority, client, ledger),
        Pool("prices", prices, round_robin, client, ledger),
    )


def resources_of(settings: Settings) -> dict[str, object]:
    """The resources that the assets ask for, by name."""
    return {
        "lake": LakeResource(url=settings.lake_url),
        "ledger": LedgerResource(url=settings.ledger_url),
        "feeds": FeedsResource(
            sandbox_url=settings.sandbox_url,
            call_deadline=settings.call_deadline,
            max_response_mb=settings.max_response_mb,
            top_n=settings.top_n_cryptos,
            quorum=settings.price_quorum,
            interval=str(settings.collection_interval),
        ),
    }
