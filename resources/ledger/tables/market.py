"""What is known of market data beside the lake."""

from sqlalchemy import BigInteger, Column, Float, Integer, String, Table, Text, UniqueConstraint

from resources.ledger.tables.metadata import METADATA

# What the lake has acknowledged; its newest `seq` is where the sockets resume.
commits = Table(
    "commits", METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("table_name", String, nullable=False),
    Column("version", BigInteger),  # the Delta version that holds the rows
    Column("keys", Text, nullable=False),  # JSON, see ledger/commits.py
    Column("rows", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)  # fmt: skip

# [start, end) of open times that were asked for and answered, disjoint per market and interval.
coverage = Table(
    "coverage", METADATA,
    Column("symbol", String, primary_key=True),
    Column("interval", String, primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("end", BigInteger, nullable=False),
)  # fmt: skip

# The newest stored price per asset, written by the consensus alone.
latest_prices = Table(
    "latest_prices", METADATA,
    Column("symbol", String, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("price", Float, nullable=False),
    Column("quote", String, nullable=False),
    Column("change_24h", Float),
    Column("providers", Text, nullable=False),  # JSON list
    Column("n_sources", Integer, nullable=False),
    Column("spread_bps", Float),
    Column("observed_at", BigInteger, nullable=False),
    Column("fetched_at", BigInteger, nullable=False),
    Column("quality", String, nullable=False),
    Column("mode", String, nullable=False),
)  # fmt: skip

# The candle that has not closed yet, per market and interval; never in the lake.
forming_candles = Table(
    "forming_candles", METADATA,
    Column("symbol", String, primary_key=True),
    Column("interval", String, primary_key=True),
    Column("open_time", BigInteger, nullable=False),
    *(Column(name, Float, nullable=False) for name in ("open", "high", "low", "close", "volume")),
    Column("quote_volume", Float),
    Column("trades", Integer),
    Column("provider", String, nullable=False),
    Column("mode", String, nullable=False),
    Column("fetched_at", BigInteger, nullable=False),
)  # fmt: skip

# Rows that broke a rule of their schema; the same row is kept once.
quarantine = Table(
    "quarantine", METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("table_name", String, nullable=False),
    Column("provider", String, nullable=False),
    Column("symbol", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("row", Text, nullable=False),  # JSON
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("table_name", "provider", "symbol", "reason", "row"),
)  # fmt: skip

# The markets that a provider lists, by our canonical symbol.
listings = Table(
    "listings", METADATA,
    Column("provider", String, primary_key=True),
    Column("symbol", String, primary_key=True),
    Column("seen_at", BigInteger, nullable=False),
)  # fmt: skip
