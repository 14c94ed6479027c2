"""A month of the default set-up, written to a lake and a ledger as `benchmarks.growth` says."""

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from deltalake import DeltaTable

from benchmarks.klines_server import START
from benchmarks.parts.made_rows import MadeRows, named
from benchmarks.written_lake import candle_page, opened
from resources import backups
from resources.flush import flush_candles
from resources.flush_prices import flush_prices
from resources.ledger import commits, news
from resources.maintenance.compaction import compact
from resources.maintenance.files import checkpoint
from resources.maintenance.retention import retain
from resources.market import Interval
from resources.schemas import NEWS, PRICES, TABLES, Table, utc

FIRST = utc(START)
ASSETS = 100
# How many rows a table gets each time, and how many minutes lie between two times; of tables that
# are not named here so many and so often.
OTHERS = (100, 60)
VOLUMES: Mapping[str, tuple[int, int]] = {
    "prices": (ASSETS, 1), "price_observations": (5 * ASSETS, 1), "market": (ASSETS, 5),
    "market_totals": (1, 5), "funding": (300, 60), "open_interest": (300, 60),
    "defi_protocols": (300, 60), "defi_chains": (250, 60), "defi_stablecoins": (100, 60),
    "defi_dex_volumes": (150, 60), "defi_fees": (200, 60), "defi_yields": (300, 60),
    "defi_tvl": (100, 1_440), "defi_protocol_tvl": (50, 1_440), "trending": (7, 60),
    "nft": (50, 60), "social": (100, 60), "sentiment": (60, 60), "fear_greed": (1, 1_440),
    "candle_quality": (2 * ASSETS, 1_440), "candles_resampled": (ASSETS, 240),
}  # fmt: skip
# Those of one asset are of five providers, and a quote currency has one rate a minute.
ALIKE: Mapping[str, Mapping[str, Any]] = {"price_observations": {"alike": 5, "shared": ["rate"]}}
ARTICLES = 400
_APART = ("candles", "candle_revisions", "news")
_TICKERS = [f"T{number}" for number in range(ASSETS)]
_WORDS = [f"w{number:x}" + "aeiou"[number % 5] * (number % 4) for number in range(5_000)]


@dataclass(frozen=True, slots=True)
class Source:
    """What a table gets, each so many minutes."""

    rows: MadeRows
    every: int


class Month:
    def __init__(self, home: Path, days: int) -> None:
        self.home = home
        self.days = days
        self.lake, self.ledger = opened(home)
        self._chance = random.Random(1)
        self._news = MadeRows(NEWS, [(str(number),) for number in range(ARTICLES)])
        self._sources = {
            name: Source(MadeRows(table, _names(table, count), **ALIKE.get(name, {})), every)
            for name, table in TABLES.items()
            if name not in _APART
            for count, every in [VOLUMES.get(name, OTHERS)]
        }

    def close(self) -> None:
        self.ledger.close()

    def flush_by_minutes(self, minutes: int) -> None:
        """The first minutes as in life: a commit for each table that is due."""
        for minute in range(minutes):
            at = [FIRST + timedelta(minutes=minute)]
            for name, source in self._sources.items():
                if minute % source.every == 0:
                    self._store(TABLES[name], source.rows.at(at))
            if minute % 60 == 0:
                self._flush_candles(minute // 60, 1)
            if minute % 30 == 0:
                self._store_news(at[0], ARTICLES // 48)

    def passing(self, minutes: int) -> Mapping[str, float]:
        """The most bytes that wait for maintenance: small files until they are compacted and for
        an hour more, and logs until they are cut."""
        files = logs_ = 0
        for table in self.lake.tables():
            folder = self.home / "lake" / table.name
            files += sum(_blocks(path) for path in folder.rglob("part-*"))
            logs_ += sum(_blocks(path) for path in (folder / "_delta_log").iterdir())
        return {
            "small files of two hours": files / minutes * 120,
            "logs of tables, 14 hours": logs_ / minutes * 840,
        }

    def settle(self) -> None:
        """All that maintenance does in a day."""
        compact(self.lake, datetime.now(UTC))
        retain(self.lake, FIRST + timedelta(days=self.days))
        checkpoint(self.lake)
        for table in self.lake.tables():
            # The lake's own vacuum waits an hour, which no benchmark has.
            DeltaTable(str(self.home / "lake" / table.name)).vacuum(
                0, dry_run=False, enforce_retention_duration=False, full=True
            )

    def fill_days(self) -> None:
        """The other days, a commit a table and day, with a backup of each of the last eight."""
        for day in range(1, self.days):
            start = FIRST + timedelta(days=day)
            for name, source in self._sources.items():
                steps = 1_440 // source.every
                times = [start + timedelta(minutes=source.every * n) for n in range(steps)]
                self._store(TABLES[name], source.rows.at(times))
            self._flush_candles(24 * day, 24)
            self._store_news(start, ARTICLES)
            if day >= self.days - 8:
                self.settle()
                self._back_up()
        self.settle()

    def tables(self) -> Mapping[str, float]:
        """Bytes of each table: its files and its log, as maintenance leaves them."""
        folders = [path for path in (self.home / "lake").iterdir() if path.is_dir()]
        return {one.name: float(sum(map(_blocks, _files(one)))) for one in folders}

    def others(self) -> Mapping[str, float]:
        """Bytes of what lies beside the lake; of backups what the lake does not have."""
        in_lake = {path.stat().st_ino for path in _files(self.home / "lake")}
        kept = {path.stat().st_ino: path for path in _files(self.home / "backups")}
        mine = [path for number, path in kept.items() if number not in in_lake]
        return {
            "ledger": float(sum(map(_blocks, self.home.glob("ledger.db*")))),
            "7 backups": float(sum(map(_blocks, mine))),
        }

    def _store(self, table: Table, frame: pl.DataFrame) -> None:
        if table is PRICES:
            flush_prices(self.lake, self.ledger, frame)
            return
        merged = self.lake.merge(table, frame)
        with self.ledger.write() as connection:
            keys = [{"newest": int(frame[table.time].max().timestamp() * 1000)}]  # type: ignore[union-attr]
            commits.record(
                connection, self.ledger, table.name, merged.version, keys, merged.inserted
            )

    def _flush_candles(self, first: int, hours: int) -> None:
        """Hourly candles from the `first` hour on, daily ones with the last of a day."""
        names = [f"C{number:03d}" for number in range(ASSETS)]
        pages = [candle_page(name, Interval.H1, first, hours) for name in names]
        flush_candles(self.lake, self.ledger, Interval.H1, pages, "live")
        if (first + hours) % 24 == 0:
            pages = [candle_page(name, Interval.D1, first // 24, 1) for name in names]
            flush_candles(self.lake, self.ledger, Interval.D1, pages, "live")

    def _store_news(self, at: datetime, count: int) -> None:
        frame = self._news.at([at]).head(count)
        rows = pl.DataFrame(
            {
                "id": [f"{self._chance.getrandbits(128):032x}" for _ in range(count)],
                "title": [self._words(12) for _ in range(count)],
                "summary": [self._words(60) for _ in range(count)],
                "url": [f"https://news.example/{self._words(8, '-')}" for _ in range(count)],
                "assets": [self._chance.sample(_TICKERS, 2) for _ in range(count)],
            }
        )
        frame = frame.with_columns(rows.get_columns())
        self._store(NEWS, frame)
        with self.ledger.write() as connection:
            news.put(connection, frame.iter_rows(named=True))

    def _words(self, count: int, between: str = " ") -> str:
        return between.join(self._chance.choices(_WORDS, k=count))

    def _back_up(self) -> None:
        # Backups are named after the second.
        time.sleep(1.01 - time.time() % 1)
        made = backups.create(
            self.home / "backups", self.lake, self.ledger, mode="live", origin="schedule"
        )
        backups.prune(self.home / "backups", 7, made.id)


def _names(table: Table, count: int) -> Sequence[tuple[str, ...]]:
    """So many values of the strings of a key: a fifth as many of the first of several."""
    first, *others = named(table)
    share = 5 if others else 1
    return [
        (f"{first} {number // share}", *(f"{other} {number}" for other in others))
        for number in range(count)
    ]


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _blocks(path: Path) -> int:
    return path.stat().st_blocks * 512
