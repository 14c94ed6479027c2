"""What collections of NFTs cost and trade."""

import polars as pl

from assets.feed import Part, feed_asset
from assets.own_prices import own_prices
from resources.ledger import Ledger
from resources.schemas import NFT
from resources.schemas.nft import NFT_PAGE

# An older price of a currency says nothing about what a floor is worth now.
_FRESH = 3_600_000


def _in_dollars(frame: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    """With floor and volume in USD, by our own price of their currency."""
    prices = own_prices(ledger, "currency", "dollars", _FRESH)
    return (
        frame.join(prices, on="currency", how="left", maintain_order="left")
        .with_columns(
            floor_price_usd=pl.col("floor_price") * pl.col("dollars"),
            volume_24h_usd=pl.col("volume_24h") * pl.col("dollars"),
        )
        .drop("dollars")
    )


nft = feed_asset(
    "nft",
    [Part(NFT_PAGE, NFT, each=True, shape=_in_dollars)],
    group="market",
    description="One row per collection of NFTs, provider and hour: floor price and volume in the "
    "collection's currency and, by our own price of that, in USD.",
)
