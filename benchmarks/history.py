"""What a long history costs the API's memory: one market's candles as a file, from a real server.

    ./dev bench history [--rows 10000000] [--forms csv parquet arrow] [--fill none]

Each form is asked of a process of its own. Memory is its resident set: before the question,
the most while the file was made and sent, and after it. `file` is what arrived.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import polars as pl
import psutil

from benchmarks.written_lake import opened
from resources.lake import Lake
from resources.ledger import keys
from resources.market import Interval
from resources.schemas import CANDLES, UTC_TIME, bucket_of, utc

SYMBOL, START, MINUTE = "BTC/USDT", 1_279_324_800_000, 60_000
_MB = 2**20
_PORT = 18_731


@dataclass(frozen=True, slots=True)
class Sent:
    """Memory and size in MB, times in seconds; `first` is when the first byte came."""

    before: float
    peak: float
    after: float
    file: float
    first: float
    wall: float
    cpu: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--forms", nargs="+", default=["csv", "parquet", "arrow"])
    parser.add_argument("--fill", default="none")
    parsed = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        lake, ledger = opened(Path(home))
        fill(lake, parsed.rows)
        key = keys.create(ledger, "bench", ("read",))
        ledger.close()
        print(f"./dev bench history --rows {parsed.rows} --fill {parsed.fill}")
        names = ("before MB", "peak MB", "after MB", "file MB", "first s", "wall s", "CPU s")
        print(f"{'':8} " + " ".join(f"{name:>9}" for name in names))
        for form in parsed.forms:
            sent = measure(Path(home), key, form, parsed.fill)
            figures = (sent.before, sent.peak, sent.after, sent.file)
            times = (sent.first, sent.wall, sent.cpu)
            print(f"{form:8} " + " ".join(f"{n:9.0f}" for n in figures)
                  + " " + " ".join(f"{n:9.2f}" for n in times))  # fmt: skip


def fill(lake: Lake, rows: int) -> None:
    """So many 1m candles of one market without a gap, a commit a month."""
    for _, month in _minutes(rows).group_by("period", maintain_order=True):
        lake.merge(CANDLES, month)


def measure(home: Path, key: str, form: str, stand: str) -> Sent:
    path = f"/api/ohlcv/history/{SYMBOL}?interval=1m&start=2010-01-01&end=2090-01-01"
    with _served(home) as (server, client):
        # What every answer needs is loaded by a small one.
        client.get(f"{path}&format={form}&limit=1000", headers={"X-API-Key": key})
        before, cpu, started = _rss(server), _cpu(server), time.perf_counter()
        with _watched(server) as most:
            first, size = _received(client, f"{path}&format={form}&fill={stand}", key)
        wall = time.perf_counter() - started
        times = (first - started, wall, _cpu(server) - cpu)
        return Sent(before, most[0], _rss(server), size / _MB, *times)


def _received(client: httpx.Client, path: str, key: str) -> tuple[float, int]:
    """When the first byte came, by perf_counter, and how many there were."""
    first, size = 0.0, 0
    with client.stream("GET", path, headers={"X-API-Key": key}) as answer:
        answer.raise_for_status()
        for chunk in answer.iter_raw():
            first = first or time.perf_counter()
            size += len(chunk)
    return first, size


def _minutes(rows: int) -> pl.DataFrame:
    minute = pl.col("minute")
    opens = 100 + 10 * (minute / 500).sin()
    at = pl.from_epoch(START + minute * MINUTE, "ms").dt.replace_time_zone("UTC").cast(UTC_TIME)
    told = pl.lit(utc(START + (rows + 1) * MINUTE))
    frame = pl.DataFrame({"minute": range(rows)}).select(
        interval=pl.lit("1m"),
        bucket=bucket_of(SYMBOL),
        period=at.dt.strftime(Interval.M1.period_form),
        symbol=pl.lit(SYMBOL),
        open_time=at,
        open=opens,
        high=opens + 1,
        low=opens - 1,
        close=opens + 0.5,
        volume=50.0 + minute % 97,
        quote_volume=opens * 50,
        trades=100 + minute % 53,
        provider=pl.lit("binance"),
        mode=pl.lit("live"),
        fetched_at=told,
        known_at=told,
    )
    return frame.select(pl.col(name).cast(kind) for name, kind in CANDLES.schema.items())


@contextlib.contextmanager
def _served(home: Path) -> Iterator[tuple[psutil.Process, httpx.Client]]:
    given = {"HEADWATER_HOME": str(home), "HEADWATER_PORT": str(_PORT)}
    process = subprocess.Popen([sys.executable, "-m", "api"], env={**os.environ, **given})
    try:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{_PORT}", timeout=120, trust_env=False
        ) as client:
            _wait(client)
            yield psutil.Process(process.pid), client
    finally:
        process.terminate()
        process.wait()


def _wait(client: httpx.Client) -> None:
    for _ in range(300):
        with contextlib.suppress(httpx.TransportError):
            client.get("/livez")
            return
        time.sleep(0.1)
    raise SystemExit("the service did not start")


@contextlib.contextmanager
def _watched(server: psutil.Process) -> Iterator[list[float]]:
    """The most resident memory while the block runs, in its first item."""
    most, ended = [_rss(server)], threading.Event()

    def watch() -> None:
        while not ended.wait(0.01):
            most[0] = max(most[0], _rss(server))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        ended.set()
        thread.join()


def _rss(server: psutil.Process) -> float:
    return float(server.memory_info().rss) / _MB


def _cpu(server: psutil.Process) -> float:
    times = server.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    main()
