"""Prices of assets: quotes as parsers make them, and the table of what follows of them."""

import polars as pl

from resources.market import Interval
from resources.schemas.table import UTC_TIME, Table, Thin

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

# One row per asset and minute: the consensus of the providers asked, in USD; see docs/consensus.md.
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
            "spread_bps": pl.Float64(),  # (highest - lowest) / price, null with one source
            "observed_at": UTC_TIME,
            # "consensus", "pair", "single", "unconfirmed" or "derived" (from a stored candle)
            "quality": pl.String(),
            "mode": pl.String(),
            "fetched_at": UTC_TIME,
            "known_at": UTC_TIME,
        }
    ),
    key=("day", "symbol", "minute"),
    partitions=("day",),
    time="minute",
    sort=("symbol", "minute"),
    thin=Thin(after_days=90, to=Interval.H1),
)

# One row per asset, minute and provider that was asked: what it said, and what came of it. The
# value in USD is price * rate; kept beside them it would be two fifths of the table.
PRICE_OBSERVATIONS = Table(
    "price_observations",
    pl.Schema(
        {
            "day": pl.String(),
            "symbol": pl.String(),
            "minute": UTC_TIME,  # the minute of the price
            "provider": pl.String(),
            "price": pl.Float64(),  # as quoted; null or not finite where it was broken
            "quote": pl.String(),  # what it was quoted in
            "rate": pl.Float64(),  # USD of one `quote`, null where none was measured
            "observed_at": UTC_TIME,  # null where the provider does not say
            "used": pl.Boolean(),
            "reason": pl.String(),  # why it was rejected, null where it was used
            "mode": pl.String(),
            "fetched_at": UTC_TIME,
            "known_at": UTC_TIME,  # that of the price which it is behind
        }
    ),
    # Two runs in one minute are two groups of observations, of which one is behind the price.
    key=("day", "symbol", "minute", "provider", "known_at"),
    partitions=("day",),
    time="minute",
    # By the minute first: those of one minute have much in common, which makes the file smaller.
    sort=("minute", "symbol", "provider", "known_at"),
    keep_days=30,
)


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
