"""Candles of markets: pages as parsers make them, and the tables of stored ones."""

from zlib import crc32

import polars as pl

from resources.market import Interval
from resources.schemas.table import PROVENANCE, UTC_TIME, Table

BUCKETS = 16

# What a candle parser returns: one row per candle, oldest first, times are open times.
CANDLE_PAGE = pl.Schema(
    {
        "open_time": UTC_TIME,
        "open": pl.Float64(),
        "high": pl.Float64(),
        "low": pl.Float64(),
        "close": pl.Float64(),
        "volume": pl.Float64(),  # in the base asset
        "quote_volume": pl.Float64(),  # in the quote asset, null where the provider has none
        "trades": pl.Int64(),  # null where the provider has none
    }
)

_CANDLE = {
    "interval": pl.String(),
    "bucket": pl.Int32(),  # crc32 of the symbol % 16
    "period": pl.String(),
    "symbol": pl.String(),
    **CANDLE_PAGE,
    **PROVENANCE,
}


_VALUES = ("open", "high", "low", "close", "volume", "quote_volume", "trades")

# One row per closed candle of a market.
CANDLES = Table(
    "candles",
    pl.Schema(_CANDLE),
    key=("interval", "bucket", "period", "symbol", "open_time"),
    partitions=("interval", "bucket", "period"),
    time="open_time",
    values=_VALUES,
    sort=("symbol", "open_time"),
    owned=True,
)
# One row per value that a candle had before it was revised.
CANDLE_REVISIONS = Table(
    "candle_revisions",
    pl.Schema(_CANDLE),
    key=(*CANDLES.key, "known_at"),
    partitions=("interval", "period"),
    time="open_time",
    sort=("symbol", "open_time", "known_at"),
)
# One row per candle that was made of candles of a lower interval.
CANDLES_RESAMPLED = Table(
    "candles_resampled",
    pl.Schema(
        {
            "interval": pl.String(),
            "bucket": pl.Int32(),
            "period": pl.String(),
            "symbol": pl.String(),
            **CANDLE_PAGE,
            "parts": pl.Int32(),  # how many lower candles there were
            "providers": pl.List(pl.String()),  # theirs
            **PROVENANCE,  # provider is "resampled:" and the interval of the parts
        }
    ),
    key=CANDLES.key,
    partitions=CANDLES.partitions,
    time="open_time",
    values=(*_VALUES, "parts"),
    sort=("symbol", "open_time"),
)
_MEASURED = {
    "expected": pl.Int64(),
    "present": pl.Int64(),
    "completeness": pl.Float64(),  # present / expected
    "gaps": pl.Int64(),  # runs of missing candles
    "not_fetched": pl.Int64(),
    "quarantined": pl.Int64(),
    "not_there": pl.Int64(),  # asked for, and nobody had one
    "duplicates": pl.Int64(),
    "revisions": pl.Int64(),
    "outliers": pl.Int64(),  # null where too little came before
    "comparisons": pl.Int64(),
    "disagreements": pl.Int64(),
    "agreement": pl.Float64(),  # null where nothing was compared
    "score": pl.Float64(),  # 0 to 100
}
# One row per day, market and interval: how good that day's candles are.
CANDLE_QUALITY = Table(
    "candle_quality",
    pl.Schema(
        {
            "period": pl.String(),  # month of the day
            "day": UTC_TIME,
            "symbol": pl.String(),
            "interval": pl.String(),
            **_MEASURED,
            "provider": pl.String(),  # "headwater": it is measured here
            "mode": pl.String(),
            "known_at": UTC_TIME,  # when it was measured
        }
    ),
    key=("period", "day", "symbol", "interval"),
    partitions=("period",),
    time="day",
    values=tuple(_MEASURED),
    sort=("day", "symbol", "interval"),
)
# Before the first exchange opened there is nothing to trade; a µs value read as ms lands far later.
_FIRST = pl.datetime(2010, 7, 17, time_zone="UTC")


def bucket_of(symbol: str) -> int:
    """The bucket of a market: crc32 of its canonical symbol, modulo 16."""
    return crc32(symbol.encode()) % BUCKETS


def check_candles(frame: pl.DataFrame, interval: Interval, now_ms: int) -> pl.DataFrame:
    """The frame with a column `reason`: null for a sound candle, else the first rule it breaks.

    `now_ms` is milliseconds since 1970, UTC.
    """
    open_ms = pl.col("open_time").dt.epoch("ms")
    offset = Interval(interval).floor(0) % interval.ms
    body = pl.max_horizontal("open", "close"), pl.min_horizontal("open", "close")
    numbers = ("open", "high", "low", "close", "volume")
    rules: list[tuple[pl.Expr, str]] = [
        (pl.any_horizontal(pl.col(c).is_null() for c in ("open_time", *numbers)), "missing value"),
        (~pl.all_horizontal(pl.col(c).is_finite() for c in numbers), "not finite"),
        ((pl.col("open_time") < _FIRST) | (open_ms > now_ms + interval.ms), "impossible time"),
        ((open_ms - offset) % interval.ms != 0, "not aligned to the interval"),
        (~pl.all_horizontal(pl.col(c) > 0 for c in numbers[:4]), "price not positive"),
        (pl.col("volume") < 0, "negative volume"),
        (
            ~pl.col("quote_volume").is_finite()
            | (pl.col("quote_volume") < 0)
            | (pl.col("trades") < 0),
            "impossible quote volume or trades",
        ),
        ((pl.col("high") < body[0]) | (pl.col("low") > body[1]), "high or low inside the body"),
        (pl.max_horizontal(*numbers[:4]) > 1e12, "insane magnitude"),
    ]
    reason = pl.coalesce(pl.when(broken).then(pl.lit(why)) for broken, why in rules)
    return frame.with_columns(reason.alias("reason"))
