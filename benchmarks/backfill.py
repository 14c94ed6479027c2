"""Candles from a loopback server into the lake, beside ccxt into parquet.

    ./dev bench backfill [--symbols 100] [--hours 8016] [--rounds 3]

Two comparisons, each run in turn: fetched and parsed alone, and everything (validated,
merged, acknowledged, queryable; for ccxt one parquet file a symbol). Targets: a third of
ccxt's CPU for the first, less than ccxt's for the second, under 300 MB of memory, at most
45 MB on disk.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks.klines_server import HOUR, START, serving, symbols
from benchmarks.measure import Cost, median, run_part, table

PARTS = ("ours-fetch", "ccxt-fetch", "ours-store", "ccxt-store")


async def ours(url: str, count: int, hours: int, folder: Path, *, store: bool) -> dict[str, float]:
    from assets.collect import Collector
    from resources.feeds import Feeds
    from resources.http.client import Client
    from resources.http.pool import Pool
    from resources.http.rotation import Member, priority
    from resources.lake import Lake
    from resources.ledger import Ledger
    from resources.market import Asset, Interval, Registry, Symbol
    from resources.plan import Window
    from resources.providers.binance import PROVIDER
    from resources.schemas import CANDLES

    ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}")
    ledger.migrate()
    lake = Lake(str(folder / "lake"))
    dollar = Asset("tether", "USDT", "Tether", "stable")
    registry = Registry([dollar, *(Asset(name.lower(), name, name) for name in symbols(count))])
    window = Window(START, START + hours * HOUR)
    markets = [Symbol(name, "USDT") for name in symbols(count)]
    async with Client(ledger, sandbox_url=url, deadline=60.0) as client:
        pool = Pool("ohlcv", [Member(PROVIDER)], priority, client, ledger)
        feeds = Feeds(client, ledger, registry, pool, pool)
        if store:
            collected = await Collector(feeds, lake, ledger, Interval.H1, "sandbox").collect(
                markets, window
            )
            if collected.failed:
                raise SystemExit(f"failed: {collected.failed}")
            import polars as pl

            rows = lake.scan(CANDLES, {}).select(pl.len()).collect().item()
        else:
            rows = sum(await _in_turn(lambda s: _pages(feeds, s, window), markets))
    size = sum(f.stat().st_size for f in (folder / "lake").rglob("*") if f.is_file())
    return {"rows": rows, "disk_mb": size / 1e6}


async def _pages(feeds: object, symbol: object, window: object) -> int:
    from resources.feeds import Feeds
    from resources.market import Interval, Symbol
    from resources.plan import Window

    assert isinstance(feeds, Feeds) and isinstance(symbol, Symbol) and isinstance(window, Window)
    rows, at = 0, window.start
    while at < window.end:
        page = await feeds.candle_page(symbol, Interval.H1, Window(at, window.end))
        rows, at = rows + page.frame.height, page.window.end
    return rows


async def _in_turn(
    fetch: Callable[[object], Awaitable[int]], markets: list[object] | list[str]
) -> list[int]:
    """Eight at once, as the collector does."""
    gate = asyncio.Semaphore(8)

    async def one(market: object) -> int:
        async with gate:
            return await fetch(market)

    return await asyncio.gather(*(one(market) for market in markets))


async def ccxt(url: str, count: int, hours: int, folder: Path, *, store: bool) -> dict[str, float]:
    import ccxt.async_support as exchanges
    import pandas as pd

    exchange = exchanges.binance(
        {"enableRateLimit": False, "options": {"defaultType": "spot", "fetchMarkets": ["spot"]}}
    )
    exchange.urls["api"]["public"] = f"{url}/api.binance.com/api/v3"
    await exchange.load_markets()
    end = START + hours * HOUR

    async def fetch(market: object) -> int:
        candles: list[list[float]] = []
        at = START
        while at < end:
            page = await exchange.fetch_ohlcv(str(market), "1h", since=at, limit=1000)
            candles += page
            at = int(page[-1][0]) + HOUR
        if store:
            names = ["open_time", "open", "high", "low", "close", "volume"]
            frame = pd.DataFrame(candles, columns=names)
            frame["open_time"] = pd.to_datetime(frame["open_time"], unit="ms", utc=True)
            frame.to_parquet(folder / f"{str(market).replace('/', '_')}.parquet")
        return len(candles)

    try:
        rows = sum(await _in_turn(fetch, [f"{name}/USDT" for name in symbols(count)]))
    finally:
        await exchange.close()
    size = sum(f.stat().st_size for f in folder.rglob("*.parquet"))
    return {"rows": rows, "disk_mb": size / 1e6}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=100)
    parser.add_argument("--hours", type=int, default=8016)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--part", choices=PARTS)
    parser.add_argument("--url")
    parsed = parser.parse_args()
    if parsed.part:
        who, what = parsed.part.split("-")
        with tempfile.TemporaryDirectory() as folder:
            run = ours if who == "ours" else ccxt
            size = parsed.symbols, parsed.hours
            print(json.dumps(asyncio.run(run(parsed.url, *size, Path(folder), store=what == "store"))))
        return
    compare(parsed.symbols, parsed.hours, parsed.rounds)


def compare(count: int, hours: int, rounds: int) -> None:
    costs: dict[str, list[Cost]] = {part: [] for part in PARTS}
    with serving(count, hours) as url:
        arguments = ["--url", url, "--symbols", str(count), "--hours", str(hours)]
        for _ in range(rounds):
            for part in PARTS:
                costs[part].append(run_part("benchmarks.backfill", part, arguments))
    best = {part: median(runs) for part, runs in costs.items()}
    expected = count * hours
    for part, cost in best.items():
        if cost.result["rows"] != expected:
            raise SystemExit(f"{part} has {cost.result['rows']} rows of {expected}")
    print(f"{count} symbols x {hours} hourly candles, median of {rounds} rounds in turn")
    print(table(list(best.items())))
    fetch, store = (
        best[f"ccxt-{what}"].cpu / best[f"ours-{what}"].cpu for what in ("fetch", "store")
    )
    print(f"fetch and parse: ccxt needs {fetch:.2f} times our CPU (target 3)")
    print(f"everything:      ccxt needs {store:.2f} times our CPU (target 1)")
    print(f"peak memory {best['ours-store'].peak_mb:.0f} MB (target 300), "
          f"on disk {best['ours-store'].result['disk_mb']:.1f} MB (target 45)")  # fmt: skip


if __name__ == "__main__":
    main()
