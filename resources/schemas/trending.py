"""The coins that people look for most just now."""

import polars as pl

from resources.schemas.page import Page, Rules, snapshot_table


def _rules(_: int) -> Rules:
    return (
        (pl.col("rank").is_null() | (pl.col("rank") < 1), "rank not positive"),
        (pl.col("price") <= 0, "price not positive"),
        (pl.col("market_cap_rank") < 1, "market cap rank not positive"),
        (pl.col("volume_24h") < 0, "negative volume"),
        (~pl.col("change_24h").is_between(-100, 1e9), "impossible change"),
    )


# What a parser returns: one row per coin, in USD.
TRENDING_PAGE = Page(
    "trending",
    "trending",
    pl.Schema(
        {
            "native": pl.String(),
            "symbol": pl.String(),  # the provider's ticker of it, in capitals
            "name": pl.String(),
            "rank": pl.Int64(),  # 1 is looked for most
            "market_cap_rank": pl.Int64(),  # null where the provider has none
            "price": pl.Float64(),  # null where the provider does not say, and so are the others
            "change_24h": pl.Float64(),  # of the price, in percent
            "volume_24h": pl.Float64(),
        }
    ),
    named="native",
    rules=_rules,
)

# One row per coin, provider and collection.
TRENDING = snapshot_table(TRENDING_PAGE, ("provider", "native"))
