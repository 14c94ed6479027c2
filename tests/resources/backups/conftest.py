"""A home with something in both stores."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from resources import backups
from resources.backups import Manifest
from resources.backups.manifest import Origin
from resources.lake import Lake
from resources.ledger import Ledger, commits
from resources.schemas import CANDLES, PRICES
from tests.ledgers import ledger_at
from tests.resources.lake.frames import candles
from tests.resources.maintenance.frames import DAY, prices


@dataclass
class Home:
    path: Path
    lake: Lake
    ledger: Ledger
    minutes: int = 0

    @property
    def folder(self) -> Path:
        return self.path / "backups"

    def store_price(self) -> None:
        """One more minute, in both stores."""
        merged = self.lake.merge(PRICES, prices([DAY + timedelta(minutes=self.minutes)]))
        self.minutes += 1
        with self.ledger.write() as connection:
            keys = [{"symbol": "BTC"}]
            commits.record(connection, self.ledger, PRICES.name, merged.version, keys, 1)

    def newest_version(self) -> int:
        """The newest version of the lake that the ledger has acknowledged."""
        with self.ledger.read() as connection:
            found = connection.exec_driver_sql("SELECT max(version) FROM commits").scalar()
        return int(found or 0)

    def back_up(self, origin: Origin = "schedule", *, whole: bool = False) -> Manifest:
        return backups.create(
            self.folder, self.lake, self.ledger, mode="sandbox", origin=origin, whole=whole
        )


@contextmanager
def stocked(path: Path) -> Iterator[Home]:
    ledger = ledger_at(path / "ledger.db")
    made = Home(path, Lake(str(path / "lake")), ledger)
    made.lake.merge(CANDLES, candles("BTC/USDT", range(100)))
    made.store_price()
    yield made
    ledger.close()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with stocked(tmp_path) as made:
        yield made
