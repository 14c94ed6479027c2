"""What collections of NFTs cost and trade: the cheapest offer of each, by marketplace."""

from dataclasses import replace

import polars as pl

from resources.market import Interval
from resources.schemas.page import Page, Rules, snapshot_table
from resources.schemas.table import Thin

# How many collections of one provider a snapshot holds at most.
LARGEST = 100
_MOST = 1e9
_VALUES = ("floor_price", "volume_24h", "volume_total")
_COUNTS = ("listed", "owners", "supply")


def _rules(_: int) -> Rules:
    floor = pl.col("floor_price")
    counted = (pl.col(name) < 0 for name in _COUNTS)
    return (
        (pl.col("currency").is_null(), "no currency"),
        (pl.all_horizontal(pl.col(name).is_null() for name in _VALUES), "missing value"),
        (floor <= 0, "floor not positive"),
        ((pl.col("volume_24h") < 0) | (pl.col("volume_total") < 0), "negative volume"),
        (pl.any_horizontal(counted), "negative count"),
        (floor > _MOST, "insane magnitude"),
    )


# What a parser returns: one row per collection. The key is the provider's own id of it, which
# stays when it is renamed.
NFT_PAGE = Page(
    "nft",
    "nft",
    pl.Schema(
        {
            "collection": pl.String(),
            "name": pl.String(),
            "chain": pl.String(),  # in small letters: ethereum, solana
            "currency": pl.String(),  # the ticker of what prices and volumes are in
            "floor_price": pl.Float64(),  # the cheapest offer, null where nothing is for sale
            "volume_24h": pl.Float64(),  # null where the provider does not say
            "volume_total": pl.Float64(),  # since it is traded there
            "listed": pl.Int64(),  # how many are for sale
            "owners": pl.Int64(),
            "supply": pl.Int64(),  # how many there are
        }
    ),
    named="collection",
    rules=_rules,
)

_COLLECTIONS = snapshot_table(
    NFT_PAGE, ("provider", "collection"), thin=Thin(after_days=90, to=Interval.D1)
)
# One row per collection, provider and hour. In dollars by our own price of the currency at that
# time, null where there was none.
NFT = replace(
    _COLLECTIONS,
    schema=pl.Schema(
        {
            **_COLLECTIONS.schema,
            "floor_price_usd": pl.Float64(),
            "volume_24h_usd": pl.Float64(),
        }
    ),
)
