"""Pools, who is in them, and how they rotated."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table

from resources.ledger.tables.metadata import METADATA

pools = Table(
    "pools", METADATA,
    Column("id", String, primary_key=True),  # of a feed's pool the feed, else a slug of its name
    Column("name", String, nullable=False),
    Column("category", String, nullable=False),
    Column("strategy", String, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("description", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)  # fmt: skip

pool_members = Table(
    "pool_members", METADATA,
    Column("pool", String, primary_key=True),
    Column("provider", String, primary_key=True),
    Column("priority", Integer, nullable=False),  # the lowest is asked first
    Column("weight", Integer, nullable=False),
)  # fmt: skip

# What was ever seeded, so that seeding again never brings back what someone removed.
# Of the pool itself the provider is "".
pool_seeds = Table(
    "pool_seeds", METADATA,
    Column("pool", String, primary_key=True),
    Column("provider", String, primary_key=True),
)  # fmt: skip

# Each time that a pool picked another member than before; the newest 10,000 are kept.
rotation_history = Table(
    "rotation_history", METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("pool", String, nullable=False),
    Column("from_provider", String, nullable=True),
    Column("to_provider", String, nullable=False),
    # rotation, failure, rate_limited, breaker_open, budget, or what a person gave
    Column("reason", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("rotation_history_by_pool", "pool", "id"),
)  # fmt: skip
