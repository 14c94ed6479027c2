"""A lake of smooth waves, filled as backfills fill it, and a process that goes on writing to it."""

import itertools
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assets.collect import FLUSH_ROWS
from benchmarks.klines_server import HOUR, START, symbols
from resources.flush import CandlePage, flush_candles
from resources.flush_prices import flush_prices
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


@dataclass(frozen=True, slots=True)
class Shape:
    """So many candles of each of `symbols`, without a gap, from START on."""

    symbols: Sequence[str]
    interval: Interval
    length: int

    @property
    def rows(self) -> int:
        return len(self.symbols) * self.length

    @property
    def end(self) -> int:
        return START + self.length * self.interval.ms


def fill(lake: Lake, ledger: Ledger, shape: Shape) -> None:
    """All markets side by side, in commits as large as those of a collection, none over the end of
    a month; and one commit a day of prices."""
    most = FLUSH_ROWS // len(shape.symbols)
    step = shape.interval.ms
    months = itertools.groupby(
        range(shape.length), lambda n: shape.interval.period(START + n * step)
    )
    for _, group in months:
        month = list(group)
        for start in range(month[0], month[-1] + 1, most):
            count = min(most, month[-1] + 1 - start)
            pages = [candle_page(name, shape.interval, start, count) for name in shape.symbols]
            flush_candles(lake, ledger, shape.interval, pages, "live")
    for day in range(PRICE_DAYS):
        flush_prices(lake, ledger, price_frame(day * DAY_MINUTES, DAY_MINUTES))


@contextmanager
def writing(home: Path, shape: Shape, pause: float) -> Iterator[None]:
    """Another process stores one hour more of every market, and one price of every asset more,
    each `pause` seconds."""
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=_write, args=(home, shape, pause), daemon=True)
    process.start()
    try:
        yield
        if not process.is_alive():
            raise SystemExit("the writer ended before the reads did")
    finally:
        process.terminate()
        process.join()


def candle_page(name: str, interval: Interval, first: int, count: int) -> CandlePage:
    """Candles of one market (C007 is number 7) from the `first` after START on."""
    step, number = pl.col("step"), int(name[1:])
    opens, closes = (
        100 * (1 + number) * (1 + 0.1 * ((step + later) / 50 + number).sin()) for later in (0, 1)
    )
    frame = pl.DataFrame({"step": range(first, first + count)}).select(
        open_time=_time(START + step * interval.ms),
        open=opens,
        high=pl.max_horizontal(opens, closes) * 1.001,
        low=pl.min_horizontal(opens, closes) * 0.999,
        close=closes,
        volume=50.0 + step % 97,
        quote_volume=opens * 50,
        trades=100 + step % 53,
    )
    window = Window(START + first * interval.ms, START + (first + count) * interval.ms)
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


def _write(home: Path, shape: Shape, pause: float) -> None:
    lake, ledger = opened(home)
    started, hour = time.monotonic(), max(1, HOUR // shape.interval.ms)
    for n in itertools.count():
        time.sleep(max(0.0, started + n * pause - time.monotonic()))
        first = shape.length + n * hour
        pages = [candle_page(name, shape.interval, first, hour) for name in shape.symbols]
        flush_candles(lake, ledger, shape.interval, pages, "live")
        flush_prices(lake, ledger, price_frame(PRICE_DAYS * DAY_MINUTES + n, 1))


def _time(ms: pl.Expr) -> pl.Expr:
    return pl.from_epoch(ms, "ms").dt.replace_time_zone("UTC").cast(UTC_TIME)
