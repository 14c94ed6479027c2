"""From quotes of several providers to one price in USD: the median of those asked."""

from collections.abc import Mapping, Sequence

import polars as pl

from resources.feeds import Quotes
from resources.schemas import PRICES

QUOTE = "USD"


def consensus(
    answers: Sequence[Quotes], minute: pl.Expr, mode: str, stored_usd: Mapping[str, float]
) -> pl.DataFrame:
    """One PRICES row per asset that any provider quoted soundly.

    Quotes in a stablecoin are multiplied by that coin's own median in USD of the same
    answers, else by `stored_usd`, its newest stored price; without either they are left out.
    `minute` is the minute that the prices stand for. `spread_bps` is (highest - lowest) / median
    in basis points, null with one source. `observed_at` is the newest observation used.
    """
    if not answers:
        return pl.DataFrame(schema=PRICES.schema)
    quotes = pl.concat(a.frame.with_columns(provider=pl.lit(a.provider)) for a in answers).filter(
        pl.col("reason").is_null()
    )
    usd = in_usd(quotes, stored_usd)
    price = pl.col("usd")
    spread = (price.max() - price.min()) / price.median() * 10_000
    rows = usd.group_by("symbol").agg(
        # A mean of two has digits that nobody quoted.
        price=price.median().round_sig_figs(12),
        change_24h=pl.col("change_24h").median(),
        providers=pl.col("provider").sort(),
        n_sources=pl.len().cast(pl.Int32),
        spread_bps=pl.when(pl.len() > 1).then(spread),
        observed_at=pl.coalesce("observed_at", "fetched_at").max(),
        fetched_at=pl.col("fetched_at").max(),
    )
    return rows.with_columns(
        minute=minute,
        day=minute.dt.strftime("%Y-%m-%d"),
        quote=pl.lit(QUOTE),
        quality=pl.when(pl.col("n_sources") > 1)
        .then(pl.lit("consensus"))
        .otherwise(pl.lit("single")),
        mode=pl.lit(mode),
        known_at=pl.col("fetched_at"),
    ).select(PRICES.schema.names())


def in_usd(quotes: pl.DataFrame, stored_usd: Mapping[str, float]) -> pl.DataFrame:
    """The quotes with a column `usd`; those whose quote currency has no rate are left out."""
    stored = pl.DataFrame(
        [(name, rate, 0) for name, rate in stored_usd.items()],
        schema={"quote": pl.String, "rate": pl.Float64, "rank": pl.Int32},
        orient="row",
    )
    measured = (
        quotes.filter(pl.col("quote") == QUOTE)
        .group_by(quote="symbol")
        .agg(rate=pl.col("price").median(), rank=pl.lit(1, pl.Int32))
    )
    par = pl.DataFrame({"quote": [QUOTE], "rate": [1.0]}, schema_overrides={"rate": pl.Float64})
    rates = pl.concat([stored, measured, par.with_columns(rank=pl.lit(2, pl.Int32))])
    best = rates.sort("rank").unique("quote", keep="last")
    return quotes.join(best.select("quote", "rate"), on="quote").with_columns(
        usd=pl.col("price") * pl.col("rate")
    )


def derived(candles: pl.DataFrame) -> pl.DataFrame:
    """PRICES rows out of stored candles: each close is the price of the minute it closed in.

    For days that no price was observed on; `quality` is "derived". A close in a stablecoin
    counts at par with the dollar. `candles` has the columns of CANDLES and `close_time`.
    """
    base = pl.col("symbol").str.split("/").list.first()
    return candles.with_columns(
        minute=pl.col("close_time"),
        day=pl.col("close_time").dt.strftime("%Y-%m-%d"),
        symbol=base,
        price=pl.col("close"),
        quote=pl.lit(QUOTE),
        change_24h=pl.lit(None, pl.Float64),
        providers=pl.concat_list("provider"),
        n_sources=pl.lit(1, pl.Int32),
        spread_bps=pl.lit(None, pl.Float64),
        observed_at=pl.col("close_time"),
        quality=pl.lit("derived"),
    ).select(PRICES.schema.names())
