"""What chains take for a transaction, how far they are, and who moves much on them."""

from dataclasses import replace
from datetime import timedelta

import polars as pl

from assets.feed import Part, feed_asset
from assets.own_prices import own_prices
from resources.asking import Told
from resources.lake import Lake, collect
from resources.ledger import Ledger
from resources.schemas import BLOCKS, LARGE_TRANSFERS, ONCHAIN, utc
from resources.schemas.onchain import BLOCKS_PAGE, ONCHAIN_PAGE, TRANSFERS_PAGE

# A chain may drop its last blocks for others, and one address may stand for several nodes.
_DROPPED = 10
_REMEMBERED = timedelta(days=2)
# Nodes forget what has waited longer for a block.
_WAITING = timedelta(days=14)


def _not_falling(told: Told, lake: Lake, _: Ledger) -> Told:
    """Nobody's chain gets shorter, but for its last blocks."""
    end = utc(told.fetched_at)
    stored = lake.scan(BLOCKS, {}, end - _REMEMBERED, end)
    mine = stored.filter(pl.col("provider") == told.provider)
    highest = collect(mine.group_by("chain").agg(pl.col("height").max().alias("highest")))
    falls = pl.col("height") < pl.col("highest") - _DROPPED
    reason = pl.coalesce("reason", pl.when(falls).then(pl.lit("height falls")))
    joined = told.frame.join(highest, on="chain", how="left", maintain_order="left")
    return replace(told, frame=joined.with_columns(reason.alias("reason")).drop("highest"))


def _as_first_told(told: Told, lake: Lake, _: Ledger) -> Told:
    """A transfer that is stored keeps its time, so that it stays one row of one day, and its block."""
    stored = lake.scan(LARGE_TRANSFERS, {}, utc(told.fetched_at) - _WAITING)
    mine = stored.filter(pl.col("hash").is_in(told.frame["hash"].to_list()))
    known = collect(mine.select("chain", "hash", seen_at="moved_at", mined="height"))
    joined = told.frame.join(known, on=["chain", "hash"], how="left", maintain_order="left")
    seen_at = pl.when(pl.col("reason").is_null()).then("seen_at")
    frame = joined.with_columns(
        moved_at=pl.coalesce(seen_at, "moved_at"), height=pl.coalesce("height", "mined")
    )
    return replace(told, frame=frame.drop("seen_at", "mined"))


def _once(frame: pl.DataFrame) -> pl.DataFrame:
    """A transfer that several tell is one row, preferably of somebody who knows its block."""
    known = frame.sort("height", nulls_last=True, maintain_order=True)
    single = known.unique(["chain", "hash"], keep="first", maintain_order=True)
    return single.with_columns(day=pl.col("moved_at").dt.strftime("%Y-%m-%d")).drop("at")


def _once_in_dollars(frame: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    prices = own_prices(ledger, "asset", "price")
    joined = _once(frame).join(prices, on="asset", how="left", maintain_order="left")
    return joined.with_columns(usd=pl.col("amount") * pl.col("price")).drop("price")


onchain = feed_asset(
    "onchain",
    [
        Part(ONCHAIN_PAGE, ONCHAIN, each=True),
        Part(BLOCKS_PAGE, BLOCKS, each=True, judge=_not_falling),
        Part(
            TRANSFERS_PAGE,
            LARGE_TRANSFERS,
            each=True,
            judge=_as_first_told,
            shape=_once_in_dollars,
        ),
    ],
    group="onchain",
    description="onchain: one row per chain, metric, provider and hour: fees, mempool, difficulty. "
    "blocks: one row per chain, provider and hour, the newest block. large_transfers: one row per "
    "transfer of many coins.",
)
