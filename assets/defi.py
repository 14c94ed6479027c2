"""Value locked in decentralised finance, what trades there, what it costs and what it pays."""

import polars as pl

from assets.defi_history import chains_without_history, protocols_without_history
from assets.feed import Part, by_year, feed_asset
from resources.ledger import Ledger
from resources.schemas.defi import (
    DEFI_CHAINS,
    DEFI_CHAINS_PAGE,
    DEFI_DEX_VOLUMES,
    DEFI_DEX_VOLUMES_PAGE,
    DEFI_FEES,
    DEFI_FEES_PAGE,
    DEFI_PROTOCOL_TVL,
    DEFI_PROTOCOL_TVL_PAGE,
    DEFI_PROTOCOLS,
    DEFI_PROTOCOLS_PAGE,
    DEFI_STABLECOINS,
    DEFI_STABLECOINS_PAGE,
    DEFI_TVL,
    DEFI_TVL_PAGE,
    DEFI_YIELDS,
    DEFI_YIELDS_PAGE,
    FEED,
)

# So many chains have a row in the history by day, the largest of each day.
_CHAINS_BY_DAY = 100
_MOST_FEES = 200


def _today(frame: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    """What is told now, as a day's value."""
    return by_year(frame.with_columns(of=pl.col("at").dt.truncate("1d")), ledger)


def _largest_today(frame: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    return _today(frame.top_k(_CHAINS_BY_DAY, by="tvl"), ledger)


def _fees_beside_revenue(frame: pl.DataFrame, _: Ledger) -> pl.DataFrame:
    """One row of what two answers tell of a protocol."""
    told = frame.group_by("slug", maintain_order=True).agg(pl.all().drop_nulls().first())
    return told.sort("fees_24h", descending=True, nulls_last=True).head(_MOST_FEES)


defi = feed_asset(
    FEED,
    [
        Part(
            DEFI_PROTOCOLS_PAGE, DEFI_PROTOCOLS, also=[(DEFI_PROTOCOL_TVL, _today)]
        ),
        Part(DEFI_CHAINS_PAGE, DEFI_CHAINS, also=[(DEFI_TVL, _largest_today)]),
        Part(DEFI_STABLECOINS_PAGE, DEFI_STABLECOINS),
        Part(DEFI_DEX_VOLUMES_PAGE, DEFI_DEX_VOLUMES, each=True),
        Part(DEFI_FEES_PAGE, DEFI_FEES, shape=_fees_beside_revenue),
        Part(DEFI_YIELDS_PAGE, DEFI_YIELDS, each=True),
        Part(DEFI_TVL_PAGE, DEFI_TVL, shape=by_year, names=chains_without_history),
        Part(
            DEFI_PROTOCOL_TVL_PAGE,
            DEFI_PROTOCOL_TVL,
            shape=by_year,
            names=protocols_without_history,
        ),
    ],
    group="defi",
    description="One row per protocol and hour: the 300 with the most value locked, smaller ones "
    "are left out, and so is what lies at companies. Beside it all chains, 100 stablecoins, volumes of "
    "150 exchanges, fees of 200 protocols and yields of 300 pools, the largest of each; and by day "
    "the value locked of chains and protocols, with the providers' history of the largest.",
)  # fmt: skip
