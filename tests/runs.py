"""Real runs of the assets, in process, against a sandbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
import polars as pl
import sqlalchemy as sa

from assets.candle_quality import candle_quality
from assets.checks import CHECKS
from assets.feed_checks import feed_checks
from assets.ohlcv import ohlcv
from assets.ohlcv_resampled import ohlcv_resampled
from assets.prices import prices
from assets.provider_snapshots import provider_snapshots
from resources import pools
from resources.dagster_resources import (
    CallsResource,
    FeedsResource,
    LakeResource,
    LedgerResource,
    SentimentResource,
    SnapshotsResource,
)
from resources.graphql import partition_range
from resources.lake import Lake
from resources.ledger import Ledger
from resources.ledger.tables import pool_members
from resources.providers import load_providers
from resources.schemas import FEED_TABLES, Table
from tests.ledgers import ledger_at

_CHECKS = [*CHECKS, *(check for feed in FEED_TABLES for check in feed_checks(feed))]


@dataclass
class Platform:
    """The assets over one folder and one sandbox."""

    folder: Path
    sandbox: str
    instance: dg.DagsterInstance
    top_n: int = 3
    history: int = 1_000
    max_kb: int = 1_000
    call_deadline: float = 2.0

    @property
    def ledger(self) -> Ledger:
        return ledger_at(self.folder / "ledger.db")

    def keep(self, *providers: str) -> None:
        """Every pool without all other members, as a user may have it."""
        ledger = self.ledger
        pools.seed(ledger, load_providers())
        with ledger.write() as connection:
            others = pool_members.c.provider.not_in(providers)
            connection.execute(sa.delete(pool_members).where(others))
        ledger.close()

    @property
    def lake(self) -> Lake:
        return Lake(str(self.folder / "lake"))

    def rows(self, table: Table) -> pl.DataFrame:
        return self.lake.scan(table, {}).collect().sort(table.sort)

    def run(
        self,
        asset: dg.AssetsDefinition,
        partitions: Sequence[str] = (),
        config: dict[str, Any] | None = None,
        *,
        checks: bool = False,
        **resources: object,
    ) -> dg.ExecuteInProcessResult:
        """One run over a range of partitions, as the UI launches it, or without one."""
        several = len(set(partitions)) > 1
        of_asset = (
            [check for check in _CHECKS if asset.key in {key.asset_key for key in check.check_keys}]
            if checks
            else []
        )
        name = asset.key.to_user_string()
        return dg.materialize(
            [asset, *of_asset],
            resources={**self._resources(), **resources},
            instance=self.instance,
            partition_key=partitions[0] if partitions and not several else None,
            tags=partition_range(partitions[0], partitions[-1]) if several else {},
            run_config={"ops": {name: {"config": config or {}}}},
            raise_on_error=False,
        )

    def job(self, job: Any, *partitions: str) -> dg.ExecuteInProcessResult:
        """One run of a job over a range of partitions, as the schedules launch it."""
        loaded = dg.Definitions(
            assets=[ohlcv, ohlcv_resampled, candle_quality, prices],
            asset_checks=CHECKS,
            jobs=[job],
            resources=self._resources(),
            executor=dg.in_process_executor,
        )
        tags = partition_range(partitions[0], partitions[-1])
        return loaded.resolve_job_def(job.name).execute_in_process(
            instance=self.instance, tags=tags, raise_on_error=False
        )

    def _resources(self) -> dict[str, object]:
        return {
            "lake": LakeResource(url=str(self.folder / "lake")),
            "ledger": LedgerResource(url=f"sqlite:///{self.folder / 'ledger.db'}"),
            "feeds": FeedsResource(
                **self._calls(10.0),
                top_n=self.top_n,
                quorum=5,
                intervals=["1h"],
                retries=1,
                tolerance=0.005,
                watchlist={},
            ),
            "calls": CallsResource(**self._calls(self.call_deadline)),
            "sentiment": SentimentResource(model="lexicon"),
            "snapshot_bounds": SnapshotsResource(history=self.history, days=30, max_kb=self.max_kb),
        }

    def _calls(self, deadline: float) -> dict[str, Any]:
        bounds = {"call_deadline": deadline, "max_response_mb": 16, "allowed_addresses": []}
        return {"sandbox_url": self.sandbox, **bounds}

    def ohlcv(
        self, *partitions: str, checks: bool = False, **config: object
    ) -> dg.ExecuteInProcessResult:
        return self.run(ohlcv, partitions, config, checks=checks)

    def resampled(
        self, *partitions: str, checks: bool = False, **config: object
    ) -> dg.ExecuteInProcessResult:
        return self.run(ohlcv_resampled, partitions, config, checks=checks)

    def quality(
        self, *days: str, checks: bool = False, **config: object
    ) -> dg.ExecuteInProcessResult:
        return self.run(candle_quality, days, config, checks=checks)

    def prices(self, day: str, *, checks: bool = False) -> dg.ExecuteInProcessResult:
        return self.run(prices, [day], checks=checks)

    def snapshots(self, *providers: str, **config: object) -> dg.ExecuteInProcessResult:
        """A run that looks at partitions, or without them at what is due."""
        return self.run(provider_snapshots, providers, config)

    def requests(self) -> int:
        """How many calls the sandbox has had of all providers."""
        counts = httpx.get(f"{self.sandbox}/_control/requests").json()
        return sum(p["requests"] for p in counts["providers"])

    def quarantined(self) -> set[str]:
        """The reasons of all quarantined rows."""
        with self.ledger.read() as connection:
            return set(connection.exec_driver_sql("SELECT reason FROM quarantine").scalars())

    def fault(self, **fault: object) -> None:
        httpx.post(f"{self.sandbox}/_control/faults", json=fault).raise_for_status()
