"""How far tables are: derived ones, and those of feeds."""

from sqlalchemy import BigInteger, Column, Integer, String, Table

from resources.ledger.tables.metadata import METADATA

# Open times whose candles were made of those of a lower interval, or compared where `source` is
# "own": [start, end), disjoint per market, interval and source.
resampled_spans = Table(
    "resampled_spans", METADATA,
    Column("symbol", String, primary_key=True),
    Column("interval", String, primary_key=True),
    Column("source", String, primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("end", BigInteger, nullable=False),
)  # fmt: skip

# Who follows `commits` across runs, and the newest one that it has seen.
commit_readers = Table(
    "commit_readers", METADATA,
    Column("name", String, primary_key=True),
    Column("seq", Integer, nullable=False),
)  # fmt: skip

# The time of the newest data of each table of a feed.
feed_times = Table(
    "feed_times", METADATA,
    Column("table_name", String, primary_key=True),
    Column("newest", BigInteger, nullable=False),
)  # fmt: skip
