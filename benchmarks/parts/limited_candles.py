"""Candles through the real Collector, from providers that enforce their limits.

python -m benchmarks.parts.limited_candles URL PROVIDERS MARKETS START HOURS FOLDER

PROVIDERS and MARKETS are lists with commas, START is ms since 1970, UTC.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from assets.collect import Collector
from assets.collected import Collecting
from resources.feeds import Feeds
from resources.http.client import Client
from resources.http.pool import Pool
from resources.http.rotation import Member
from resources.http.seating import Membership
from resources.lake import Lake
from resources.ledger import Ledger
from resources.market import Interval, Symbol, load_registry
from resources.plan import Window
from resources.providers import load_providers
from resources.schemas import CANDLES, utc


async def run(
    url: str, names: Sequence[str], markets: Sequence[Symbol], window: Window, folder: Path
) -> dict[str, float]:
    """Wall seconds from the first question to the last row acknowledged, and the rows stored."""
    ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}")
    lake = Lake(str(folder / "lake"))
    members = tuple(Member(load_providers()[name]) for name in names)
    async with Client(ledger, sandbox_url=url) as client:
        membership = Membership("priority", members)
        pool = Pool("ohlcv", lambda: membership, client.permits, patience=client.deadline)
        feeds = Feeds(client, ledger, load_registry(), pool, pool)
        collector = Collector(feeds, lake, ledger, Interval.H1, Collecting("sandbox"))
        began = time.monotonic()
        collected = await collector.collect({market: [window] for market in markets}, window)
        wall = time.monotonic() - began
    if collected.errors:
        raise SystemExit(f"failed: {collected.errors}")
    asked = pl.col("open_time").is_between(utc(window.start), utc(window.end), closed="left")
    rows = lake.scan(CANDLES, {}).filter(asked).select(pl.len()).collect().item()
    return {"rows": rows, "wall": wall, "pages": collected.pages}


if __name__ == "__main__":
    url, names, markets, start, hours, folder = sys.argv[1:]
    result = asyncio.run(
        run(
            url,
            names.split(","),
            [Symbol(*market.split("/")) for market in markets.split(",")],
            Window(int(start), int(start) + int(hours) * Interval.H1.ms),
            Path(folder),
        )
    )
    print(json.dumps(result))
