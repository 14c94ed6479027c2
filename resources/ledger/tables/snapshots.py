"""What providers answered when they were looked at, and when they are looked at next."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from resources.ledger.tables.metadata import METADATA

# One row per provider that was looked at, or whose schedule was edited.
provider_schedules = Table(
    "provider_schedules", METADATA,
    Column("provider", String, primary_key=True),
    Column("interval_seconds", Integer),  # null: what the provider's kind of update asks for
    Column("enabled", Boolean),  # null: as the provider says
    Column("next_due", BigInteger, nullable=False),
    Column("last_at", BigInteger),
    Column("last_status", String),  # success, failed, not_called; null before the first look
    Column("successes", Integer, nullable=False),
    Column("errors", Integer, nullable=False),
    Column("failures_in_a_row", Integer, nullable=False),
)  # fmt: skip

# One row per look at a provider; `seq` is that of the commit which told of it.
snapshots = Table(
    "snapshots", METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("provider", String, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("fetched_at", BigInteger, nullable=False),
    Column("ok", Boolean, nullable=False),
    Column("http_status", Integer),
    Column("content_type", String),
    Column("is_json", Boolean, nullable=False),
    Column("size", Integer, nullable=False),  # bytes of the answer
    Column("digest", String),  # of its body; null where none is kept
    Column("error", Text),
    Index("snapshots_by_provider", "provider", "id"),
    Index("snapshots_by_age", "fetched_at"),
    Index("snapshots_by_seq", "seq"),
    sqlite_autoincrement=True,
)  # fmt: skip

# The bodies of answers, zlib; one that a provider repeats is kept once.
snapshot_bodies = Table(
    "snapshot_bodies", METADATA,
    Column("provider", String, primary_key=True),
    Column("digest", String, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)  # fmt: skip

# Runs that were asked for by hand and still go; `run_id` is null while one is being launched.
forced_updates = Table(
    "forced_updates", METADATA,
    Column("provider", String, primary_key=True),
    Column("claim", String, nullable=False),
    Column("run_id", String),
    Column("claimed_at", BigInteger, nullable=False),
)  # fmt: skip
