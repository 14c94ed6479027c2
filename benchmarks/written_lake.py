"""A lake of smooth waves, filled as backfills fill it, and a process that goes on writing to it."""

import itertools
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from benchmarks.klines_server import HOUR, START, symbols
from resources.flush import CandlePage, flush_candles, flush_prices
from resources.lake import Lake
from resources.ledger import Ledger
from resources.market import Interval
from resources.plan import Window
from resources.schemas import CANDLE_PAGE, PRICES, UTC_TIME, utc

MINUTE, DAY_MINUTES, PRICE_DAYS = 60_000, 1_440, 7
ASSETS = symbols(20)
# The last day that is filled; what is written later may be of the next.
NEWEST_DAY = f"{utc(START + (PRICE_DAYS * DAY_MINUTES - 1) * MINUTE):%Y-%m-%d}"


def opened(home: Path) -> tuple[Lake, Ledger]:
    ledger = Ledger(f"sqlite:///{home / 'ledger.db'}")
    ledger.migrate()
    return Lake(str(home / "lake")), ledger


def fill(lake: Lake, ledger: Ledger, names: Sequence[str], hours: int) -> None:
    """One commit a month of candles and one a day of prices."""
    months = itertools.groupby(range(hours), lambda hour: Interval.H1.period(START + hour * HOUR))
    for _, group in months:
        month = list(group)
        pages = [candle_page(name, month[0], len(month)) for name in names]
        flush_candles(lake, ledger, Interval.H1, pages, "live")
    for day in range(PRICE_DAYS):
        flush_prices(lake, ledger, price_frame(day * DAY_MINUTES, DAY_MINUTES))


@contextmanager
def writing(home: Path, names: Sequence[str], hours: int) -> Iterator[None]:
    """Another process stores one more candle of every market and one more price of every asset
    each second."""
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=_write, args=(home, names, hours), daemon=True)
    process.start()
    try:
        yield
        if not process.is_alive():
            raise SystemExit("the writer ended before the reads did")
    finally:
        process.terminate()
        process.join()


def candle_page(name: str, first: int, hours: int) -> CandlePage:
    """Hourly candles of one market (C007 is number 7) from `first` hours after START on."""
    hour, number = pl.col("hour"), int(name[1:])
    opens, closes = (
        100 * (1 + number) * (1 + 0.1 * ((hour + later) / 50 + number).sin()) for later in (0, 1)
    )
    frame = pl.DataFrame({"hour": range(first, first + hours)}).select(
        open_time=_time(START + hour * HOUR),
        open=opens,
        high=pl.max_horizontal(opens, closes) * 1.001,
        low=pl.min_horizontal(opens, closes) * 0.999,
        close=closes,
        volume=50.0 + hour % 97,
        quote_volume=opens * 50,
        trades=100 + hour % 53,
    )
    window = Window(START + first * HOUR, START + (first + hours) * HOUR)
    told = window.end + 5_000
    sound = frame.select(pl.col(name).cast(kind) for name, kind in CANDLE_PAGE.items())
    return CandlePage(f"{name}/USDT", "binance", sound, window, told, told)


def price_frame(first: int, minutes: int) -> pl.DataFrame:
    """Prices of all assets from `first` minutes after START on."""
    assets = pl.DataFrame({"symbol": ASSETS, "base": range(1, len(ASSETS) + 1)})
    grid = pl.DataFrame({"minute": range(first, first + minutes)}).join(assets, how="cross")
    at = START + pl.col("minute") * MINUTE
    frame = grid.with_columns(
        day=_time(at).dt.strftime("%Y-%m-%d"),
        minute=_time(at),
        price=100 * pl.col("base") * (1 + 0.1 * (pl.col("minute") / 500).sin()),
        quote=pl.lit("USD"),
        change_24h=2.0,
        providers=pl.lit(["binance", "kraken", "okx"]),
        n_sources=3,
        spread_bps=1.5,
        observed_at=_time(at + 1_000),
        quality=pl.lit("consensus"),
        mode=pl.lit("live"),
        fetched_at=_time(at + 2_000),
        known_at=_time(at + 3_000),
    )
    return frame.select(pl.col(name).cast(kind) for name, kind in PRICES.schema.items())


def _write(home: Path, names: Sequence[str], hours: int) -> None:
    lake, ledger = opened(home)
    started = time.monotonic()
    for n in itertools.count():
        time.sleep(max(0.0, started + n - time.monotonic()))
        pages = [candle_page(name, hours + n, 1) for name in names]
        flush_candles(lake, ledger, Interval.H1, pages, "live")
        flush_prices(lake, ledger, price_frame(PRICE_DAYS * DAY_MINUTES + n, 1))


def _time(ms: pl.Expr) -> pl.Expr:
    return pl.from_epoch(ms, "ms").dt.replace_time_zone("UTC").cast(UTC_TIME)
