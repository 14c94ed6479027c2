"""A small market, made by hand: what the endpoints are asked about."""

import time
from collections.abc import Sequence
from datetime import datetime

import polars as pl

from resources.flush import CandlePage, flush_candles
from resources.flush_feed import flush_rows
from resources.flush_prices import flush_prices
from resources.lake import Lake
from resources.ledger import Ledger, diagnoses, listings
from resources.market import Interval
from resources.plan import Window
from resources.schemas import CANDLE_PAGE, PRICES, utc
from resources.schemas.defi import DEFI_PROTOCOLS
from tests.api.snapshots import put

HOUR = 3_600_000
DAY = 24 * HOUR


def ms(text: str) -> int:
    return round(datetime.fromisoformat(f"{text}Z").timestamp() * 1000)


START = ms("2024-01-30T00:00:00")
FETCHED = ms("2024-02-02T00:00:05")
REVISED = ms("2024-02-03T00:00:00")

# Hours of BTC/USDT after START.
ABSENT = (29, 30)  # the provider has none
BROKEN = 34  # its high is below its low
UNASKED = range(48, 51)
# A diagnosis that found nothing.
REPORT = {
    "timestamp": "2026-11-22T12:15:59.120Z",
    **dict.fromkeys(("total_issues", "critical_issues", "warnings", "info_issues"), 0),
    "issues": [],
    "fixed_issues": [],
    "system_info": {
        "version": "0.1.0",
        "mode": "sandbox",
        "python": "3.11.9",
        "system": "Linux x86_64",
        "cpus": 2,
        "load_1m": 0.4,
        "memory_total_bytes": 16,
        "memory_free_bytes": 9,
        "disk_total_bytes": 27,
        "disk_free_bytes": 7,
        "checks": 28,
    },
    "duration_ms": 214.3,
}
# Minutes after START that have prices.
PRICED = (0, 1, 59, 60, 119)
HOURS = [h for h in range(72) if h not in (*ABSENT, BROKEN, *UNASKED)]


def candle_page(opens: Sequence[int], closes: Sequence[float]) -> pl.DataFrame:
    """A CANDLE_PAGE: each candle opens a dollar below its close."""
    close = pl.Series(closes, dtype=pl.Float64)
    return pl.DataFrame(
        {
            "open_time": [utc(at) for at in opens],
            "open": close - 1,
            "high": close + 2,
            "low": close - 3,
            "close": close,
            "volume": [10.5] * len(opens),
            "quote_volume": close * 10.5,
            "trades": [7] * len(opens),
        },
        schema=CANDLE_PAGE,
    )


def page(symbol: str, frame: pl.DataFrame, window: Window, fetched_at: int = FETCHED) -> CandlePage:
    return CandlePage(symbol, "binance", frame, window, fetched_at, fetched_at)


def prices(at: int, values: dict[str, float], sources: Sequence[str] = ()) -> pl.DataFrame:
    """Consensus prices of one minute."""
    providers = list(sources) or ["binance", "kraken", "okx"]
    rows = [
        {
            "day": f"{utc(at):%Y-%m-%d}",
            "symbol": symbol,
            "minute": utc(at),
            "price": price,
            "quote": "USD",
            "change_24h": 2.0,
            "providers": providers,
            "n_sources": len(providers),
            "spread_bps": 1.5,
            "observed_at": utc(at + 1_250),
            "quality": "consensus",
            "mode": "sandbox",
            "fetched_at": utc(at + 2_000),
            "known_at": utc(at + 3_000),
        }
        for symbol, price in values.items()
    ]
    return pl.DataFrame(rows, schema=PRICES.schema)


def fill(lake: Lake, ledger: Ledger) -> None:
    """Store the whole market."""
    _fill_hours(lake, ledger)
    week = Interval.W1.floor(time.time_ns() // 1_000_000)
    opens = [week - Interval.W1.ms, week]
    now = week + HOUR
    forming = page("BTC/USDT", candle_page(opens, [500, 510]), Window(opens[0], week), now)
    flush_candles(lake, ledger, Interval.W1, [forming], "sandbox")
    days = [ms("2023-12-30T00:00:00") + n * DAY for n in range(5)]
    daily = page(
        "ETH/USD", candle_page(days, [50, 51, 52, 53, 54]), Window(days[0], days[-1] + DAY)
    )
    flush_candles(lake, ledger, Interval.D1, [daily], "sandbox")
    for minute in PRICED:
        values = {"BTC": 40_000.0 + minute, "ETH": 2_000.0}
        flush_prices(lake, ledger, prices(START + minute * 60_000, values))
    flush_prices(lake, ledger, prices(START + 2 * DAY, {"BTC": 44_000.0, "ETH": 2_200.0}))
    listings.replace(ledger, "binance", ["BTC/USDT"])
    put(ledger, "binance", b'{"price": 1}')
    diagnoses.keep(ledger, REPORT)
    _fill_defi(lake, ledger)


def _fill_defi(lake: Lake, ledger: Ledger) -> None:
    """One protocol, as it stood in the present hour."""
    at = utc(time.time_ns() // 1_000_000 // HOUR * HOUR)
    told = {"slug": "lido", "name": "Lido", "category": "Liquid Staking", "tvl": 33e9}
    told |= {"chains": ["Ethereum"], "chain_tvl": [{"chain": "Ethereum", "tvl": 33e9}]}
    origin = {"provider": "defillama", "mode": "sandbox", "fetched_at": at, "known_at": at}
    row = dict.fromkeys(DEFI_PROTOCOLS.schema) | {"day": f"{at:%Y-%m-%d}", "at": at} | told | origin
    flush_rows(lake, ledger, DEFI_PROTOCOLS, pl.DataFrame([row], schema=DEFI_PROTOCOLS.schema))


def _fill_hours(lake: Lake, ledger: Ledger) -> None:
    opens = [START + h * HOUR for h in (*HOURS, BROKEN)]
    frame = candle_page(opens, [100.0 + h for h in (*HOURS, BROKEN)])
    broken = pl.col("open_time") == utc(START + BROKEN * HOUR)
    frame = frame.with_columns(high=pl.when(broken).then(1.0).otherwise("high"))
    asked = [
        Window(START, START + UNASKED.start * HOUR),
        Window(START + UNASKED.stop * HOUR, START + 72 * HOUR),
    ]
    pages = [page("BTC/USDT", _part(frame, window), window) for window in asked]
    flush_candles(lake, ledger, Interval.H1, pages, "sandbox")
    again = Window(START + 2 * HOUR, START + 3 * HOUR)
    revision = page("BTC/USDT", candle_page([again.start], [105.0]), again, REVISED)
    flush_candles(lake, ledger, Interval.H1, [revision], "sandbox")


def _part(frame: pl.DataFrame, window: Window) -> pl.DataFrame:
    inside = pl.col("open_time").is_between(utc(window.start), utc(window.end), closed="left")
    return frame.filter(inside)
