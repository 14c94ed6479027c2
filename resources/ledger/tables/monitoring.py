"""How providers behave, and what people are told of it."""

from sqlalchemy import BigInteger, Column, Integer, String, Table

from resources.ledger.tables.metadata import METADATA

# How calls ended, counted per provider and hour (its start). "ok" is a success; all others
# are kinds of failure: rate_limited, timeout, connection, server_error, client_error, malformed.
provider_outcomes = Table(
    "provider_outcomes", METADATA,
    Column("provider", String, primary_key=True),
    Column("hour", BigInteger, primary_key=True),
    Column("outcome", String, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", BigInteger, nullable=False),
)  # fmt: skip

# How long calls took that were answered, per provider and hour: in bucket n were those
# of more than 2**((n-1)/4) and at most 2**(n/4) milliseconds.
provider_latencies = Table(
    "provider_latencies", METADATA,
    Column("provider", String, primary_key=True),
    Column("hour", BigInteger, primary_key=True),
    Column("bucket", Integer, primary_key=True),
    Column("count", Integer, nullable=False),
)  # fmt: skip
