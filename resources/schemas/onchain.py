"""Chains: what fees they take, their newest blocks, and large transfers on them."""

from collections.abc import Mapping

import polars as pl

from resources.market import Interval
from resources.market.chains import CHAINS
from resources.schemas.page import Page, Rules, snapshot_table
from resources.schemas.table import PROVENANCE, UTC_TIME, Table, Thin

# What is told of chains, and the most that can be. Fees are what a transaction pays for its space,
# in the unit that a row names: `fee_fast` gets into the next block, `fee_medium` waits for about
# half an hour, `fee_slow` for an hour; on chains with gas for some blocks.
METRICS: Mapping[str, float] = {
    "fee_fast": 1e7,
    "fee_medium": 1e7,
    "fee_slow": 1e7,
    "gas_price": 1e7,  # what a node would pay
    "base_fee": 1e7,  # of the next block, burnt
    "mempool_transactions": 1e9,
    "mempool_size": 1e12,
    "difficulty": 1e30,
    "hash_rate": 1e30,
    "transactions_24h": 1e10,
}
# Of a block's clock, as the rules of Bitcoin allow; others are stricter.
_AHEAD = 2 * 3_600_000
_MOST_COINS = 1e12


def _impossible(time: str, now_ms: int) -> pl.Expr:
    genesis = pl.col("chain").replace_strict(
        {chain.id: chain.genesis for chain in CHAINS.values()}, default=None
    )
    at = pl.col(time).dt.epoch("ms")
    return (at < genesis) | (at > now_ms + _AHEAD)


def _metric_rules(now_ms: int) -> Rules:
    value = pl.col("value")
    most = pl.col("metric").replace_strict(METRICS, default=None, return_dtype=pl.Float64)
    return (
        (value.is_null(), "missing value"),
        (value < 0, "negative value"),
        (most.is_null() | (value > most), "insane magnitude"),
        (_impossible("observed_at", now_ms), "impossible time"),
    )


def _block_rules(now_ms: int) -> Rules:
    highest = pl.col("chain").replace_strict(
        {chain.id: chain.highest(now_ms) for chain in CHAINS.values()}, default=None
    )
    counts = pl.col("transactions", "size")
    return (
        (pl.col("height") < 0, "negative height"),
        (highest.is_null() | (pl.col("height") > highest), "height too large"),
        (_impossible("mined_at", now_ms), "impossible time"),
        (pl.any_horizontal(counts < 0), "negative value"),
    )


def _transfer_rules(now_ms: int) -> Rules:
    return (
        (pl.col("amount").is_null() | pl.col("moved_at").is_null(), "missing value"),
        (pl.col("amount") <= 0, "amount not positive"),
        (pl.col("amount") > _MOST_COINS, "insane magnitude"),
        (_impossible("moved_at", now_ms), "impossible time"),
    )


# What a parser returns: one row per figure of a chain.
ONCHAIN_PAGE = Page(
    "onchain",
    "onchain",
    pl.Schema(
        {
            "chain": pl.String(),  # as in resources/market/chains.py
            "metric": pl.String(),  # one of METRICS
            "value": pl.Float64(),
            "unit": pl.String(),
            "observed_at": UTC_TIME,  # as the provider says, null where it does not
        }
    ),
    named="metric",
    rules=_metric_rules,
)

# What a parser returns: the newest block of each chain that it knows.
BLOCKS_PAGE = Page(
    "blocks",
    "onchain",
    pl.Schema(
        {
            "chain": pl.String(),
            "height": pl.Int64(),
            "hash": pl.String(),  # in small letters, with 0x where the chain has gas
            "mined_at": UTC_TIME,  # by the block's own clock
            "transactions": pl.Int64(),  # null where the provider does not say
            "size": pl.Int64(),  # bytes, null where the provider does not say
        }
    ),
    named="height",
    rules=_block_rules,
)

# What a parser returns: one row per large transfer, see Chain.large.
TRANSFERS_PAGE = Page(
    "large_transfers",
    "onchain",
    pl.Schema(
        {
            "chain": pl.String(),
            "hash": pl.String(),  # of the transaction
            "asset": pl.String(),  # our ticker
            # All that the transaction puts out: on chains of outputs with what returns to its sender.
            "amount": pl.Float64(),
            "height": pl.Int64(),  # of its block, null while it waits for one
            "moved_at": UTC_TIME,  # the time of its block, or when it was first seen
        }
    ),
    named="hash",
    rules=_transfer_rules,
    may_be_empty=True,
)

_THIN = Thin(after_days=90, to=Interval.D1)
# One row per chain, metric, provider and hour.
ONCHAIN = snapshot_table(ONCHAIN_PAGE, ("provider", "chain", "metric"), thin=_THIN)
# One row per chain, provider and hour: the newest block.
BLOCKS = snapshot_table(BLOCKS_PAGE, ("provider", "chain"), thin=_THIN)
# One row per transfer, whoever tells it, of the time at which it was first told; its height is added
# once it has one. `usd` is its amount at our own price of the hour in which that was told, null
# where there was no fresh one.
LARGE_TRANSFERS = Table(
    "large_transfers",
    pl.Schema({"day": pl.String(), **TRANSFERS_PAGE.schema, "usd": pl.Float64(), **PROVENANCE}),
    key=("day", "chain", "hash"),
    partitions=("day",),
    time="moved_at",
    values=("height",),
    sort=("moved_at", "hash"),
    keep_days=365,
)
