"""Who may call the service."""

from sqlalchemy import BigInteger, Column, String, Table

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
)  # fmt: skip
