"""The outside world as Dagster resources: the only file of this room that imports dagster."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import dagster as dg

from resources.asking import Asking
from resources.feeds import Feeds, build_feeds
from resources.http.client import Client
from resources.lake import Lake
from resources.ledger import Ledger
from resources.ledger.snapshots import Bounds
from resources.log_lines import in_run
from resources.market import Interval
from resources.market.watchlist import Watchlist, read_watchlist
from resources.sentiment import Engine, open_engine
from resources.settings import Settings, load_settings


class LakeResource(dg.ConfigurableResource[Lake]):
    """The lake below `url`."""

    url: str

    def create_resource(self, context: dg.InitResourceContext) -> Lake:  # noqa: ARG002 (Dagster's)
        return Lake(self.url)


class LedgerResource(dg.ConfigurableResource[Ledger]):
    """The ledger at a SQLAlchemy URL, migrated, closed after the run or tick."""

    url: str

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Ledger]:
        ledger = Ledger(self.url)
        ledger.migrate()
        try:
            # Every run asks for the ledger, and so its lines in the logs name it.
            with in_run(context.run.run_id if context.run else None):
                yield ledger
        finally:
            ledger.close()


class CallsResource(dg.ConfigurableResource["CallsResource"]):
    """Calls of providers: `sandbox_url` is where they are played, None for the real ones."""

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


class FeedsResource(CallsResource):
    """The pools of providers, and how much is asked of them.

    `top_n` is how many of the registry's coins are active; `quorum` how many providers a price
    is asked of; `intervals` are those of the candles that are collected by default, `retries`
    how often one that failed is asked for again, and `tolerance` the share of the close by which
    two providers' candles may differ. `watchlist` is the setting's, which the ledger's stands over.
    """

    top_n: int
    quorum: int
    intervals: list[str]
    retries: int
    tolerance: float
    watchlist: dict[str, list[str]]

    @property
    def watched(self) -> Watchlist:
        return read_watchlist(self.watchlist, map(Interval, self.intervals))

    @property
    def mode(self) -> str:
        return "sandbox" if self.sandbox_url else "live"

    @asynccontextmanager
    async def open_feeds(self, ledger: Ledger) -> AsyncIterator[Feeds]:
        """The feeds over one HTTP session, closed at the end of the block."""
        async with self.open(ledger) as client:
            yield build_feeds(client, ledger)

    @asynccontextmanager
    async def open_pools(self, ledger: Ledger) -> AsyncIterator[Asking]:
        """The pools of all feeds' pages over one HTTP session, closed at the end of the block."""
        async with self.open(ledger) as client:
            yield Asking(client, ledger)


class SnapshotsResource(dg.ConfigurableResource["SnapshotsResource"]):
    """What is kept of the answers of providers that are watched."""

    history: int
    days: int
    max_kb: int
    total_mb: int = 128

    @property
    def bounds(self) -> Bounds:
        return Bounds(self.history, self.days)


class SentimentResource(dg.ConfigurableResource["SentimentResource"]):
    """What scores texts: see HEADWATER_SENTIMENT_MODEL."""

    model: str

    def open(self) -> Engine:
        """The engine, its model loaded; another stands in for one that does not load."""
        # Dagster shows what a resource is configured with, and so no token is.
        return open_engine(self.model, load_settings().huggingface_token)


class BackupsResource(dg.ConfigurableResource["BackupsResource"]):
    """Where backups are made, how many of the daily ones stay, and whether they copy the lake."""

    folder: str
    mode: str
    count: int = 7
    whole: bool = False

    @property
    def path(self) -> Path:
        return Path(self.folder)


def resources_of(settings: Settings) -> dict[str, object]:
    """The resources that the assets ask for, by name."""
    calls: dict[str, Any] = {
        "sandbox_url": settings.sandbox_url,
        "call_deadline": settings.call_deadline,
        "max_response_mb": settings.max_response_mb,
        "allowed_addresses": settings.allowed_addresses,
    }
    return {
        "lake": LakeResource(url=settings.lake_url),
        "ledger": LedgerResource(url=settings.ledger_url),
        "calls": CallsResource(**calls),
        "feeds": FeedsResource(
            **calls,
            top_n=settings.top_n,
            quorum=settings.price_quorum,
            intervals=[str(interval) for interval in settings.collection_intervals],
            retries=settings.collection_retries,
            tolerance=settings.candle_tolerance,
            watchlist=settings.watchlist,
        ),
        "snapshot_bounds": SnapshotsResource(
            history=settings.snapshot_history,
            days=settings.snapshot_days,
            max_kb=settings.snapshot_max_kb,
            total_mb=settings.snapshot_total_mb,
        ),
        "kept_backups": BackupsResource(
            folder=str(settings.backup_dir),
            mode=settings.providers,
            count=settings.backups_kept,
            whole=settings.backup_whole,
        ),
        "sentiment": SentimentResource(model=settings.sentiment_model),
    }
