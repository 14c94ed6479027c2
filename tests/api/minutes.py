"""Long runs of 1m candles, written without asking anyone."""

from collections.abc import Iterator

import polars as pl

from resources.market import Interval
from resources.schemas import CANDLES, UTC_TIME, bucket_of, utc
from tests.api.server import Store

MINUTE = 60_000
SINCE = Interval.M1.floor(1_577_836_800_000)  # 2020-01-01
_MOST = 500_000


def put_minutes(store: Store, symbol: str, *runs: range, fetched_at: int = SINCE) -> None:
    """Store the candles of these minutes after SINCE; the close is the number of its minute."""
    for run in runs:
        for part in _parts(run):
            store.lake.merge(CANDLES, minute_candles(symbol, part, fetched_at))


def _parts(run: range) -> Iterator[range]:
    for start in range(run.start, run.stop, _MOST):
        yield range(start, min(run.stop, start + _MOST))


def minute_candles(symbol: str, minutes: range, fetched_at: int = SINCE) -> pl.DataFrame:
    """Rows of CANDLES."""
    minute = pl.col("minute")
    close = minute.cast(pl.Float64) + 1
    at = pl.from_epoch(SINCE + minute * MINUTE, "ms").dt.replace_time_zone("UTC").cast(UTC_TIME)
    told = pl.lit(utc(fetched_at))
    frame = pl.DataFrame({"minute": minutes}, schema={"minute": pl.Int64}).select(
        interval=pl.lit("1m"),
        bucket=bucket_of(symbol),
        period=at.dt.strftime(Interval.M1.period_form),
        symbol=pl.lit(symbol),
        open_time=at,
        open=close - 0.5,
        high=close + 1,
        low=close - 0.75,
        close=close,
        volume=minute % 97 + 50.0,
        quote_volume=close * 50,
        trades=minute % 53 + 100,
        provider=pl.lit("binance"),
        mode=pl.lit("sandbox"),
        fetched_at=told,
        known_at=told,
    )
    return frame.select(pl.col(name).cast(kind) for name, kind in CANDLES.schema.items())
