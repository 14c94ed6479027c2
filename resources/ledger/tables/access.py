"""Who may call the service, and what they have changed."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from resources.ledger.tables.metadata import METADATA

api_keys = Table(
    "api_keys", METADATA,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("hash", String, nullable=False, unique=True),  # SHA-256 of the key, hex
    Column("scopes", String, nullable=False),  # comma-separated
    Column("tier", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("rotated_from", String),  # the key that this one takes the place of
)  # fmt: skip

# One-time links that sign a browser in, and the sessions that they became.
sign_ins = Table(
    "sign_ins", METADATA,
    Column("hash", String, primary_key=True),  # SHA-256 of what the link or the cookie carries
    Column("kind", String, nullable=False),  # link | session
    Column("key_id", String),  # the key that a session acts as; null: admin
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)  # fmt: skip

# How many requests a caller has made of the day's limit.
daily_usage = Table(
    "daily_usage", METADATA,
    Column("caller", String, primary_key=True),
    Column("day", String, primary_key=True),  # YYYY-MM-DD, UTC
    Column("requests", Integer, nullable=False),
)  # fmt: skip

# One row for each write that somebody asked the service for, refused ones too.
audit_log = Table(
    "audit_log", METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("request_id", String, nullable=False),
    Column("key_id", String),  # null: anonymous
    Column("key_name", String),
    Column("address", String, nullable=False),
    Column("method", String, nullable=False),
    Column("path", String, nullable=False),
    Column("status", Integer, nullable=False),
    sqlite_autoincrement=True,
)  # fmt: skip
Index("audit_log_by_time", audit_log.c.at)
