"""What is collected of candles, and how each collection went."""

from sqlalchemy import BigInteger, Column, Float, Integer, String, Table, Text

from resources.ledger.tables.metadata import METADATA

# One row per collection: who asked for it, and how far it is.
collections = Table(
    "collections", METADATA,
    Column("id", String, primary_key=True),
    Column("mode", String, nullable=False),  # backward, forward, gap_fill, or months of the UI
    Column("origin", String, nullable=False),  # api, command line, schedule, start, dagster
    Column("run_id", String),  # null while it is launched
    Column("state", String, nullable=False),  # launching, running, success, failure, canceled
    Column("started_at", BigInteger, nullable=False),
    Column("beat_at", BigInteger, nullable=False),  # one that is running says so all the time
    Column("ended_at", BigInteger),
    Column("error", Text),
)  # fmt: skip

# One row per market and interval of a collection.
collection_symbols = Table(
    "collection_symbols", METADATA,
    Column("collection", String, primary_key=True),
    Column("symbol", String, primary_key=True),
    Column("interval", String, primary_key=True),
    Column("status", String, nullable=False),
    Column("records", Integer, nullable=False),
    Column("retries", Integer, nullable=False),
    Column("missing", Text, nullable=False),  # JSON list of [from, to) open times
    Column("error", Text),
    Column("updated_at", BigInteger, nullable=False),
)  # fmt: skip

# What is collected beside the largest coins; no row: as the setting says.
watchlist = Table(
    "watchlist", METADATA,
    Column("id", Integer, primary_key=True),  # 1
    Column("symbols", Text, nullable=False),  # JSON list of canonical markets
    Column("intervals", Text, nullable=False),  # JSON list
    Column("updated_at", BigInteger, nullable=False),
)  # fmt: skip

# Open times that were asked for and that nobody who was asked has a candle of: [start, end),
# disjoint per market and interval.
candle_gaps = Table(
    "candle_gaps", METADATA,
    Column("symbol", String, primary_key=True),
    Column("interval", String, primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("end", BigInteger, nullable=False),
    Column("reason", String, nullable=False),  # outage, no trade, not listed
    Column("providers", Text, nullable=False),  # JSON list of who was asked, sorted
    Column("seen_at", BigInteger, nullable=False),
)  # fmt: skip

# What a market was at a provider, from when to when; `ended_at` is null while it still is.
market_statuses = Table(
    "market_statuses", METADATA,
    Column("provider", String, primary_key=True),
    Column("symbol", String, primary_key=True),
    Column("started_at", BigInteger, primary_key=True),
    Column("ended_at", BigInteger),
    Column("status", String, nullable=False),  # listed, delisted
)  # fmt: skip

# Candles that sources do not agree on: what was stored, and what else was told; each once.
quality_events = Table(
    "quality_events", METADATA,
    Column("kind", String, primary_key=True),  # disagreement, resampled
    Column("symbol", String, primary_key=True),
    Column("interval", String, primary_key=True),
    Column("open_time", BigInteger, primary_key=True),
    Column("provider", String, primary_key=True),  # whose value is stored
    Column("other_provider", String, primary_key=True),
    Column("close", Float, nullable=False),
    Column("other_close", Float, nullable=False),
    Column("at", BigInteger, nullable=False),
)  # fmt: skip
