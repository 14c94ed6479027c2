"""Who is told of what happens, and what has still to be told."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text, text

from resources.ledger.tables.metadata import METADATA

webhooks = Table(
    "webhooks", METADATA,
    Column("id", String, primary_key=True),
    Column("url", String, nullable=False),
    Column("events", String, nullable=False),  # comma-separated
    Column("filter", Text, nullable=False),  # JSON
    Column("secret", LargeBinary, nullable=False),  # encrypted
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", String),  # the id of a key
    Column("seen", BigInteger, nullable=False),  # the newest commit, alert or price it was told of
    Column("state", Text, nullable=False),  # JSON: which price thresholds are crossed now
)  # fmt: skip

webhook_deliveries = Table(
    "webhook_deliveries", METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("webhook_id", String, nullable=False),
    Column("event", String, nullable=False),
    Column("body", Text, nullable=False),  # JSON, as it is sent
    Column("created_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger),  # null: delivered, or given up
    Column("delivered_at", BigInteger),
    Column("error", String),
    sqlite_autoincrement=True,
)  # fmt: skip
Index(
    "webhook_deliveries_waiting", webhook_deliveries.c.webhook_id, webhook_deliveries.c.id,
    sqlite_where=text("next_at IS NOT NULL"), postgresql_where=text("next_at IS NOT NULL"),
)  # fmt: skip
Index("webhook_deliveries_of", webhook_deliveries.c.webhook_id, webhook_deliveries.c.id)
