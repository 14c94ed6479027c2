"""Candles from a loopback server into parquet: ccxt's async client with pandas.

python -m benchmarks.parts.ccxt_candles fetch|store URL SYMBOLS HOURS FOLDER
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import ccxt.async_support as exchanges
import pandas as pd

from benchmarks.klines_server import END, HOUR, start_of, symbols

_AT_ONCE = 8
_COLUMNS = ["open_time", "open", "high", "low", "close", "volume"]


async def run(what: str, url: str, count: int, hours: int, folder: Path) -> dict[str, float]:
    exchange = exchanges.binance(
        {"enableRateLimit": False, "options": {"defaultType": "spot", "fetchMarkets": ["spot"]}}
    )
    exchange.urls["api"]["public"] = f"{url}/api.binance.com/api/v3"
    await exchange.load_markets()
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(name: str) -> int:
        candles: list[list[float]] = []
        at = start_of(hours)
        # So that no more histories are in memory than are fetched at once.
        async with gate:
            while at < END:
                page = await exchange.fetch_ohlcv(f"{name}/USDT", "1h", since=at, limit=1000)
                candles += page
                at = int(page[-1][0]) + HOUR
            if what == "store":
                store(candles, folder / f"{name}_USDT.parquet")
            return len(candles)

    try:
        rows = sum(await asyncio.gather(*(one(name) for name in symbols(count))))
    finally:
        await exchange.close()
    return {"rows": rows, "disk_mb": sum(f.stat().st_size for f in folder.glob("*.parquet")) / 1e6}  # noqa: ASYNC240 (nothing else runs by then)


def store(candles: list[list[float]], file: Path) -> None:
    frame = pd.DataFrame(candles, columns=_COLUMNS)
    frame["open_time"] = pd.to_datetime(frame["open_time"], unit="ms", utc=True)
    frame.to_parquet(file)


if __name__ == "__main__":
    what, url, count, hours, folder = sys.argv[1:]
    began, started = time.monotonic(), time.process_time()
    result = asyncio.run(run(what, url, int(count), int(hours), Path(folder)))
    cost = {"work": time.process_time() - started, "wall": time.monotonic() - began}
    print(json.dumps({**result, **cost}))
