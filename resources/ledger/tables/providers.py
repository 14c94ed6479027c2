"""Providers that were added at run time."""

from sqlalchemy import BigInteger, Column, String, Table, Text

from resources.ledger.tables.metadata import METADATA

custom_providers = Table(
    "custom_providers", METADATA,
    Column("id", String, primary_key=True),
    Column("entry", Text, nullable=False),  # JSON, in the shape of the catalog
    Column("secret", Text),  # the key that was posted with it, encrypted
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)  # fmt: skip
