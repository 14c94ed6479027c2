"""One polars schema per table, with what a row must satisfy to be stored.

Times are UTC with microseconds, prices are in the quote currency. `mode` is
"sandbox" for rows that were played on loopback, "live" for real ones, "imported" for
those that a user has put in from files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zlib import crc32

import polars as pl

from resources.market import Interval

UTC_TIME = pl.Datetime("us", "UTC")
IMPORTED = "imported"
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

# What a ticker parser returns: one row per market or coin, in the provider's own spelling.
QUOTES = pl.Schema(
    {
        "native": pl.String(),
        "price": pl.Float64(),
        "observed_at": UTC_TIME,  # null where the provider does not say
        "change_24h": pl.Float64(),  # percent, null where the provider does not say
    }
)

# What a market-list parser returns: one row per market that trades now.
MARKETS = pl.Schema({"native": pl.String(), "base": pl.String(), "quote": pl.String()})

# What a funding parser returns: one row per perpetual, in the provider's own spelling.
FUNDING = pl.Schema(
    {
        "native": pl.String(),
        "rate": pl.Float64(),  # a fraction of the position, per `hours`; longs pay where positive
        "hours": pl.Float64(),  # between two fundings, null where the provider does not say
        "funding_at": UTC_TIME,  # when the rate is or was paid, null where it does not say
    }
)

# What an open interest parser returns: one row per perpetual, in the provider's own spelling.
OPEN_INTEREST = pl.Schema(
    {
        "native": pl.String(),
        "amount": pl.Float64(),  # in the base asset, null where the provider counts otherwise
        "value": pl.Float64(),  # in the quote asset, null where the provider does not say
        "observed_at": UTC_TIME,  # null where the provider does not say
    }
)

_PROVENANCE = {
    "provider": pl.String(),
    "mode": pl.String(),
    "fetched_at": UTC_TIME,
    "known_at": UTC_TIME,  # when this value became the stored one
}

_CANDLE = {
    "interval": pl.String(),
    "bucket": pl.Int32(),  # crc32 of the symbol % 16
    "period": pl.String(),
    "symbol": pl.String(),
    **CANDLE_PAGE,
    **_PROVENANCE,
}


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the lake: `key` identifies a row, `time` orders and prunes, `values` may be revised.

    Where it is `owned`, a row is revised by its own provider alone.
    """

    name: str
    schema: pl.Schema
    key: tuple[str, ...]
    partitions: tuple[str, ...]
    time: str
    values: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()
    owned: bool = False


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
# One row per asset and minute: the consensus of the providers asked, in USD.
PRICES = Table(
    "prices",
    pl.Schema(
        {
            "day": pl.String(),
            "symbol": pl.String(),
            "minute": UTC_TIME,  # the minute this price stands for
            "price": pl.Float64(),
            "quote": pl.String(),
            "change_24h": pl.Float64(),
            "providers": pl.List(pl.String()),
            "n_sources": pl.Int32(),
            "spread_bps": pl.Float64(),  # (highest - lowest) / median, null with one source
            "observed_at": UTC_TIME,
            "quality": pl.String(),  # "consensus", "single" or "derived" (from a stored candle)
            "mode": pl.String(),
            "fetched_at": UTC_TIME,
            "known_at": UTC_TIME,
        }
    ),
    key=("day", "symbol", "minute"),
    partitions=("day",),
    time="minute",
    sort=("symbol", "minute"),
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
            **_PROVENANCE,  # provider is "resampled:" and the interval of the parts
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
TABLES: Mapping[str, Table] = {
    t.name: t for t in (CANDLES, CANDLE_REVISIONS, CANDLES_RESAMPLED, CANDLE_QUALITY, PRICES)
}

# Before the first exchange opened there is nothing to trade; a µs value read as ms lands far later.
_FIRST = pl.datetime(2010, 7, 17, time_zone="UTC")


def bucket_of(symbol: str) -> int:
    """The bucket of a market: crc32 of its canonical symbol, modulo 16."""
    return crc32(symbol.encode()) % BUCKETS


def utc(ms: int) -> datetime:
    """A moment of frames and tables out of milliseconds since 1970."""
    return datetime.fromtimestamp(ms / 1000, UTC)


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


def check_quotes(frame: pl.DataFrame, now_ms: int) -> pl.DataFrame:
    """The frame with a column `reason`: null for a sound quote, else the first rule it breaks."""
    price, observed = pl.col("price"), pl.col("observed_at").dt.epoch("ms")
    rules: list[tuple[pl.Expr, str]] = [
        (price.is_null(), "missing value"),
        (~price.is_finite(), "not finite"),
        (price <= 0, "price not positive"),
        (price > 1e12, "insane magnitude"),
        ((observed > now_ms + 3_600_000) | (observed < 1_279_324_800_000), "impossible time"),
    ]
    reason = pl.coalesce(pl.when(broken).then(pl.lit(why)) for broken, why in rules)
    return frame.with_columns(reason.alias("reason"))
