"""What each provider still allows: budgets, breakers, and whose turn it is."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from resources.ledger.tables.metadata import METADATA

# One row per provider whose limits are counted; `not_before` is set by 429, 418 and Retry-After.
budgets = Table(
    "budgets", METADATA,
    Column("provider", String, primary_key=True),
    Column("leases", Integer, nullable=False),  # how many were ever taken: each take locks this row
    Column("not_before", BigInteger, nullable=False),
)  # fmt: skip

# Slices of a budget: a process may spend `amount` until `expires_at`.
budget_leases = Table(
    "budget_leases", METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("provider", String, nullable=False),
    Column("amount", Integer, nullable=False),
    Column("taken_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("budget_leases_by_provider", "provider", "expires_at"),
)  # fmt: skip

breakers = Table(
    "breakers", METADATA,
    Column("provider", String, primary_key=True),
    Column("state", String, nullable=False),  # closed, open, half_open
    Column("failures", Integer, nullable=False),  # consecutive
    Column("opens", Integer, nullable=False),  # in a row, each doubles the time open
    Column("open_until", BigInteger, nullable=False),
    Column("probe_until", BigInteger, nullable=False),
)  # fmt: skip

# Calls of the last minute by which a breaker may open, of all processes. A slot is two
# seconds (ms since 1970, divided by 2,000); successes are written a little later.
breaker_counts = Table(
    "breaker_counts", METADATA,
    Column("provider", String, primary_key=True),
    Column("slot", BigInteger, primary_key=True),
    Column("calls", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
)  # fmt: skip

# Where each pool's rotation stands, and how often it picked another member than before.
rotations = Table(
    "rotations", METADATA,
    Column("pool", String, primary_key=True),
    Column("last_provider", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("total", Integer, nullable=False, server_default="0"),
)  # fmt: skip
