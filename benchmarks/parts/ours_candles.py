"""Candles from a loopback server into the lake: ours.

python -m benchmarks.parts.ours_candles fetch|store|again URL SYMBOLS HOURS FOLDER

`again` is `store` over what is there; only the collection itself is timed.
"""

import asyncio
import json
import sys
import time
from functools import partial
from pathlib import Path

import polars as pl

from assets.collect import Collector
from assets.collected import Collecting
from benchmarks.klines_server import END, start_of, symbols
from resources.demand import ranges
from resources.feeds import Feeds
from resources.http.client import Client
from resources.http.pool import Pool
from resources.http.rotation import Member
from resources.http.seating import Membership
from resources.lake import Lake
from resources.ledger import Ledger, collections
from resources.market import Asset, Interval, Registry, Symbol
from resources.plan import Window
from resources.providers.binance import PROVIDER
from resources.schemas import CANDLES

_AT_ONCE = 8


class Clocks:
    """CPU and wall seconds since it was made, or since `restart`."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self._wall, self._cpu = time.monotonic(), time.process_time()

    def read(self) -> dict[str, float]:
        return {"work": time.process_time() - self._cpu, "wall": time.monotonic() - self._wall}


async def run(what: str, url: str, count: int, hours: int, folder: Path) -> dict[str, float]:
    clocks = Clocks()
    ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}")
    lake = Lake(str(folder / "lake"))
    dollar = Asset("tether", "USDT", "Tether", "stable")
    registry = Registry([dollar, *(Asset(name.lower(), name, name) for name in symbols(count))])
    window = Window(start_of(hours), END)
    markets = [Symbol(name, "USDT") for name in symbols(count)]
    async with Client(ledger, sandbox_url=url, deadline=60.0) as client:
        membership = Membership("priority", (Member(PROVIDER),))
        pool = Pool("ohlcv", lambda: membership, client.permits, patience=client.deadline)
        feeds = Feeds(client, ledger, registry, pool, pool)
        if what == "fetch":
            return {"rows": await fetch(feeds, markets, window), **clocks.read()}
        if what == "again":
            clocks.restart()
        todo = ranges(ledger, "", Interval.H1, markets, window)
        collection = collections.begin(ledger, None, "backward", "bench", what)
        tell = partial(collections.tell, ledger, collection)
        how = Collecting("sandbox")
        collected = await Collector(feeds, lake, ledger, Interval.H1, how, tell=tell).collect(
            todo, window
        )
        collections.end(ledger, collection, "success")
    if collected.errors:
        raise SystemExit(f"failed: {collected.errors}")
    took = clocks.read()
    rows = lake.scan(CANDLES, {}).select(pl.len()).collect().item()
    return {"rows": rows, "disk_mb": size_mb(folder / "lake"), **took}


async def fetch(feeds: Feeds, markets: list[Symbol], window: Window) -> int:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(market: Symbol) -> int:
        rows, at = 0, window.start
        while at < window.end:
            async with gate:
                page = await feeds.candle_page(market, Interval.H1, Window(at, window.end))
            rows, at = rows + page.frame.height, page.window.end
        return rows

    return sum(await asyncio.gather(*(one(market) for market in markets)))


def size_mb(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


if __name__ == "__main__":
    what, url, count, hours, folder = sys.argv[1:]
    print(json.dumps(asyncio.run(run(what, url, int(count), int(hours), Path(folder)))))
