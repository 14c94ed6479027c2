"""Real runs of the assets, in process, against a sandbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
import polars as pl

from assets.checks import CHECKS
from assets.ohlcv import ohlcv
from assets.prices import prices
from resources.dagster_resources import FeedsResource, LakeResource, LedgerResource
from resources.lake import Lake
from resources.ledger import Ledger
from resources.schemas import Table


@dataclass
class Platform:
    """The assets over one folder and one sandbox."""

    folder: Path
    sandbox: str
    instance: dg.DagsterInstance
    top_n: int = 3

    @property
    def ledger(self) -> Ledger:
        ledger = Ledger(f"sqlite:///{self.folder / 'ledger.db'}")
        ledger.migrate()
        return ledger

    @property
    def lake(self) -> Lake:
        return Lake(str(self.folder / "lake"))

    def rows(self, table: Table) -> pl.DataFrame:
        return self.lake.scan(table, {}).collect().sort(table.sort)

    def run(
        self,
        asset: dg.AssetsDefinition,
        partitions: Sequence[str],
        config: dict[str, Any] | None = None,
        *,
        checks: bool = False,
    ) -> dg.ExecuteInProcessResult:
        """One run over a range of partitions, as the UI launches it."""
        first, last = partitions[0], partitions[-1]
        tags = {
            "dagster/asset_partition_range_start": first,
            "dagster/asset_partition_range_end": last,
        }
        of_asset = (
            [check for check in CHECKS if asset.key in {key.asset_key for key in check.check_keys}]
            if checks
            else []
        )
        name = asset.key.to_user_string()
        return dg.materialize(
            [asset, *of_asset],
            resources={
                "lake": LakeResource(url=str(self.folder / "lake")),
                "ledger": LedgerResource(url=f"sqlite:///{self.folder / 'ledger.db'}"),
                "feeds": FeedsResource(
                    sandbox_url=self.sandbox,
                    call_deadline=10.0,
                    max_response_mb=16,
                    top_n=self.top_n,
                    quorum=5,
                    interval="1h",
                ),
            },
            instance=self.instance,
            partition_key=first if first == last else None,
            tags={} if first == last else tags,
            run_config={"ops": {name: {"config": config or {}}}},
            raise_on_error=False,
        )

    def ohlcv(
        self, *partitions: str, checks: bool = False, **config: object
    ) -> dg.ExecuteInProcessResult:
        return self.run(ohlcv, partitions, config, checks=checks)

    def prices(self, day: str, *, checks: bool = False) -> dg.ExecuteInProcessResult:
        return self.run(prices, [day], checks=checks)

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
