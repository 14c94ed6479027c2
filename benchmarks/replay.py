"""Five years of real hourly candles, replayed as Binance, collected by one Dagster backfill.

    ./dev bench replay [--recordings ../shared/data/ohlcv]

Starts the whole platform in an empty home with the recordings behind the sandbox, launches
one backfill of all 33 markets over GraphQL, and compares what the lake and
/api/ohlcv/gaps hold with the files: row counts, a checksum of the closes, and every gap.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

import httpx
import polars as pl
import psutil
from dagster import PartitionKeyRange

from assets.partitions import MONTHS
from pipelines.processes import free_port
from resources.graphql import Dagster
from resources.lake import Lake
from resources.plan import OHLCV_ASSET
from resources.processes import marked
from resources.schemas import CANDLES

FIRST, LAST = "2017-07-01", "2022-10-01"
_START_SECONDS = 180


class Platform:
    """A running demo over the recordings."""

    def __init__(self, home: Path, recordings: Path) -> None:
        self.home = home
        self.api, self.dagster_port, sandbox = (free_port() for _ in range(3))
        self.environment = {
            **os.environ,
            "HEADWATER_HOME": str(home),
            "HEADWATER_PORT": str(self.api),
            "HEADWATER_DAGSTER_PORT": str(self.dagster_port),
            "HEADWATER_SANDBOX_PORT": str(sandbox),
            "HEADWATER_SANDBOX_REPLAY": str(recordings.absolute()),
            "HEADWATER_COLLECTION_START_DATE": datetime.now(UTC).strftime("%Y-%m-%d"),
            "HEADWATER_TOP_N_CRYPTOS": "1",
        }

    @contextmanager
    def running(self) -> Iterator[str]:
        """Yields the admin key once everything is up."""
        output = self.home / "output.txt"
        with output.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "pipelines.cli", "demo"],
                env=self.environment,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        try:
            until = time.monotonic() + _START_SECONDS
            while not (key := re.search(r"hw_[\w-]+", output.read_text())):
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit(output.read_text())
                time.sleep(0.5)
            yield key.group()
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)

    def cpu(self) -> float:
        """CPU seconds of all live processes and of the children they have reaped."""
        times = [p.cpu_times() for p in marked(self.home) if p.status() != psutil.STATUS_ZOMBIE]
        return sum(t.user + t.system + t.children_user + t.children_system for t in times)


def natives(recordings: Path) -> list[str]:
    files = recordings.glob("binance_*_1h.parquet")
    return sorted(file.name.split("_")[1] for file in files)


def ask_binance_alone(platform: Platform, key: str) -> None:
    """Others would fill the gaps of the recordings."""
    pool = f"http://127.0.0.1:{platform.api}/api/pools/ohlcv"
    with httpx.Client(headers={"X-API-Key": key}, timeout=60) as client:
        members = [member["provider_id"] for member in client.get(pool).json()["providers"]]
        for member in members:
            if member != "binance":
                client.delete(f"{pool}/members/{member}").raise_for_status()


def collect(platform: Platform, markets: list[str]) -> tuple[float, float]:
    """Launch the backfill and wait for its end; wall and CPU seconds."""
    dagster = Dagster(f"http://127.0.0.1:{platform.dagster_port}")
    months = MONTHS.get_partition_keys_in_range(_range())
    config = {"ops": {OHLCV_ASSET: {"config": {"symbols": markets, "interval": "1h"}}}}
    began, before = time.monotonic(), platform.cpu()
    backfill = dagster.backfill(OHLCV_ASSET, months, config)
    while not (runs := dagster.runs_of_backfill(backfill)) or any(run.going for run in runs):
        time.sleep(0.5)
    took = time.monotonic() - began, platform.cpu() - before
    dagster.close()
    if [run.status for run in runs] != ["SUCCESS"]:
        raise SystemExit(f"the backfill was {len(runs)} runs: {runs}")
    return took


def _range() -> PartitionKeyRange:
    return PartitionKeyRange(FIRST, LAST)


def differences(platform: Platform, key: str, recordings: Path, markets: list[str]) -> list[str]:
    """What of lake and gaps is not as in the files; one line each."""
    rows = Lake(str(platform.home / "lake")).scan(CANDLES, {"interval": ["1h"]}).collect()
    rows = rows.with_columns(native=pl.col("symbol").str.replace("/", "")).sort("open_time")
    gaps = pl.read_csv(recordings / "GAPS.csv").filter(exchange="binance", interval="1h")
    found = []
    for native in markets:
        stored = rows.filter(native=native)
        file = pl.read_parquet(recordings / f"binance_{native}_1h.parquet")
        for what, ours, theirs in (
            ("rows", stored.height, file.height),
            ("closes", _checksum(stored["close"]), _checksum(file["close"])),
            ("gaps", _served_gaps(platform, key, native), _recorded_gaps(gaps, native)),
        ):
            if ours != theirs:
                found.append(f"{native} {what}: {ours} here, {theirs} in the files")
    return found


def _checksum(closes: pl.Series) -> int:
    return crc32(closes.to_numpy().tobytes()) if closes.len() else 0


def _served_gaps(platform: Platform, key: str, native: str) -> list[tuple[str, str]]:
    url, headers = f"http://127.0.0.1:{platform.api}/api/ohlcv/gaps/{native}", {"X-API-Key": key}
    answer = httpx.get(url, params={"interval": "1h"}, headers=headers, timeout=60).json()
    return [(gap["from"], gap["to"]) for gap in answer["missing"]]


def _recorded_gaps(gaps: pl.DataFrame, native: str) -> list[tuple[str, str]]:
    """The list names the last missing candle; a window ends behind it."""
    end = pl.col("gap_to_utc").str.to_datetime(time_zone="UTC").dt.offset_by("1h")
    mine = gaps.filter(symbol=native).with_columns(end.dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return list(mine.select("gap_from_utc", "gap_to_utc").iter_rows())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=Path, default=Path("../shared/data/ohlcv"))
    recordings = parser.parse_args().recordings
    if not recordings.is_dir():
        raise SystemExit(f"{recordings} is not there: name the folder with --recordings")
    markets = natives(recordings)
    with tempfile.TemporaryDirectory() as folder:
        platform = Platform(Path(folder), recordings)
        with platform.running() as key:
            ask_binance_alone(platform, key)
            wall, cpu = collect(platform, markets)
            wrong = differences(platform, key, recordings, markets)
            rows = Lake(str(platform.home / "lake")).scan(CANDLES, {"interval": ["1h"]})
            count = rows.select(pl.len()).collect().item()
    print(f"one backfill, {len(markets)} markets, {count} candles: {wall:.0f} s wall, "
          f"{cpu:.0f} CPU s of the whole platform, sandbox included")  # fmt: skip
    print("\n".join(wrong) or "row counts, checksums of closes and gaps equal the files'")
    if wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
