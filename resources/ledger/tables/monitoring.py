"""How providers behave, and what people are told of it."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, text

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

# How each provider was when it was last looked at; who has no row was never checked.
provider_health = Table(
    "provider_health", METADATA,
    Column("provider", String, primary_key=True),
    Column("status", String, nullable=False),  # online, degraded, offline
    Column("checked_at", BigInteger, nullable=False),
    Column("response_ms", Integer),
    Column("error", Text),
    Column("failures", Integer, nullable=False),  # failed checks in a row
    Column("changed_at", BigInteger, nullable=False),
)  # fmt: skip

# What happened, for people; the newest rows alone are kept.
logs = Table(
    "logs", METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("log_type", String, nullable=False),  # connection, failure, collection, rate_limit
    Column("level", String, nullable=False),  # info, warning, error
    Column("category", String),  # of the provider
    Column("provider", String),
    Column("message", Text, nullable=False),
    Column("details", Text, nullable=False),  # JSON object
    Index("logs_by_time", "at"),
    Index("logs_by_type", "log_type", "at"),
    sqlite_autoincrement=True,
)  # fmt: skip

# What somebody should know of. Of the alerts with one `key` one at most is not resolved, so
# that whoever notices the same thing adds nothing.
alerts = Table(
    "alerts", METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("alert_type", String, nullable=False),  # see ledger/alerts.py
    Column("severity", String, nullable=False),  # info, warning, critical
    Column("provider", String),
    Column("feed", String),
    Column("message", Text, nullable=False),
    Column("details", Text, nullable=False),  # JSON object
    Column("key", String, nullable=False),
    Column("acknowledged_at", BigInteger),
    Column("resolved_at", BigInteger),
    Index("alerts_by_time", "at"),
    Index(
        "alerts_not_resolved", "key", unique=True,
        sqlite_where=text("resolved_at IS NULL"), postgresql_where=text("resolved_at IS NULL"),
    ),
    sqlite_autoincrement=True,
)  # fmt: skip

# Totals at one moment, for charts.
metric_snapshots = Table(
    "metric_snapshots", METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("kind", String, nullable=False),  # metrics, rate_limits
    Column("totals", Text, nullable=False),  # JSON
    Index("metric_snapshots_by_time", "kind", "at"),
)  # fmt: skip

# Providers that are switched off and were seen working.
proposals = Table(
    "proposals", METADATA,
    Column("provider", String, primary_key=True),
    Column("found_at", BigInteger, nullable=False),
    Column("response_ms", Integer, nullable=False),
    Column("state", String, nullable=False),  # proposed, withdrawn
)  # fmt: skip

# What the diagnostics found, newest last.
diagnoses = Table(
    "diagnoses", METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("report", Text, nullable=False),  # JSON
    sqlite_autoincrement=True,
)  # fmt: skip
