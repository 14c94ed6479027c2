"""A home to be diagnosed, and how faults are made in it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from resources.diagnostics import Platform, diagnose
from resources.flush import flush_candles
from resources.flush_prices import flush_prices
from resources.graphql import Dagster
from resources.lake import Lake
from resources.ledger import Ledger
from resources.ledger.tables import METADATA
from resources.market import Interval
from resources.plan import Window
from resources.settings import Settings
from tests.api.world import HOUR, candle_page, page, prices

# By then whoever has stored rows has told of them.
LATER_MS = 120_000
Row = dict[str, Any]


@dataclass
class Patient:
    """`now` is the present minute, ms; who diagnoses it looks `later` by so many ms."""

    settings: Settings
    ledger: Ledger
    lake: Lake
    now: int
    dagster: Dagster | None = None
    later: int = 0

    def diagnose(self, *, auto_fix: bool = False, chosen: tuple[str, ...] = ()) -> Row:
        seen = Ledger(self.settings.ledger_url, skew_ms=self.later)
        try:
            platform = Platform(self.settings, seen, self.dagster, version("headwater"))
            return diagnose(platform, auto_fix=auto_fix, chosen=chosen)
        finally:
            seen.close()

    def found(self, check: str) -> list[Row]:
        """The issues of one check."""
        return [one for one in self.diagnose()["issues"] if one["check"] == check]

    def dump(self) -> dict[str, Any]:
        """Every row of the ledger but for the reports, and the version of each table of the lake."""
        with self.ledger.read() as connection:
            rows = {
                name: sorted(map(repr, connection.execute(sa.select(table))))
                for name, table in METADATA.tables.items()
                if name != "diagnoses"
            }
        lake = Lake(self.lake.url)
        return {**rows, "lake": {one.name: lake.version(one) for one in lake.tables()}}

    def execute(self, statement: sa.Executable) -> None:
        with self.ledger.write() as connection:
            connection.execute(statement)


@contextmanager
def admitted(home: Path) -> Iterator[Patient]:
    settings = Settings(home=home)
    ledger = Ledger(settings.ledger_url)
    ledger.migrate()
    lake = Lake(settings.lake_url)
    now = time.time_ns() // 1_000_000 // 60_000 * 60_000
    hour = now // HOUR * HOUR - 3 * HOUR
    flush_prices(lake, ledger, prices(now - 120_000, {"BTC": 40_000.0, "ETH": 2_000.0}))
    window = Window(hour, hour + 2 * HOUR)
    candles = candle_page([hour, hour + HOUR], [100.0, 101.0])
    flush_candles(
        lake, ledger, Interval.H1, [page("BTC/USDT", candles, window, now - 120_000)], "sandbox"
    )
    try:
        yield Patient(settings, ledger, lake, now)
    finally:
        ledger.close()
