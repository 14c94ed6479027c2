"""The system, for its admin and for everybody."""

from typing import Any, Literal

from pydantic import Field

from api.models.base import Model, Stamped, example
from api.models.root import COMPONENTS, Components

_STAMP = {"timestamp": "2026-11-22T00:14:45.670Z"}


class LedgerInfo(Model):
    """The ledger."""

    kind: str
    url: str = Field(description="Without its password.")
    schema_: str | None = Field(alias="schema", description="Its last migration.")
    size_mb: float


class ScheduleInfo(Model):
    """Dagster, and when it collects candles."""

    status: Literal["running", "stopped", "unknown"]
    schedule: str = Field(description="As cron writes it, UTC.")


class SystemInfo(Stamped):
    """Version, store, scheduler and settings."""

    model_config = example(
        {
            "version": "0.1.0",
            "mode": "live",
            "database": {
                "kind": "sqlite",
                "url": "sqlite:////srv/headwater/ledger.db",
                "schema": "0007",
                "size_mb": 0.901,
            },
            "scheduler": {"status": "running", "schedule": "1 */6 * * *"},
            "configuration": {"HEADWATER_PORT": 8000, "HEADWATER_SECRET_KEY": "unset"},
            "uptime": 69.4,
            **_STAMP,
        }
    )
    version: str
    mode: Literal["live", "sandbox"]
    database: LedgerInfo
    scheduler: ScheduleInfo
    configuration: dict[str, Any] = Field(description="Each setting; of a secret, set or unset.")
    uptime: float = Field(description="Seconds since the start.")


class Application(Model):
    """What runs."""

    name: str
    version: str
    mode: Literal["live", "sandbox"] = Field(description="Sandbox: all data are played.")
    uptime: float = Field(description="Seconds since the start.")


class StoreInfo(Model):
    """The ledger, without its address."""

    kind: str
    schema_: str | None = Field(alias="schema", description="Its last migration.")
    size_mb: float


class TierLimits(Model):
    """Requests that a tier may send; null for no limit."""

    per_minute: int | None
    per_day: int | None


class Cadence(Model):
    """A feed, how often it is collected and how old it may be."""

    feed: str
    every_seconds: int
    target_seconds: int


class FeedSchedules(ScheduleInfo):
    """Dagster, and when it collects what."""

    feeds: list[Cadence]


class SocketInfo(Model):
    """The sockets, and how many are connected."""

    paths: list[str]
    max_connections: int
    max_connections_per_address: int
    active_connections: int
    total_sessions: int = Field(description="Since the start.")
    groups: dict[str, int] = Field(description="How many listen to each group.")


class ServiceInfo(Stamped):
    """What the service tells everybody of itself."""

    model_config = example(
        {
            "application": {
                "name": "Headwater",
                "version": "0.1.0",
                "mode": "live",
                "uptime": 69.4,
            },
            "configuration": {"HEADWATER_TOP_N_CRYPTOS": 100, "HEADWATER_SECRET_KEY": None},
            "database": {"kind": "sqlite", "schema": "0009", "size_mb": 0.901},
            "rate_limits": {"free": {"per_minute": 30, "per_day": 1000}},
            "scheduler": {
                "status": "running",
                "schedule": "1 */6 * * *",
                "feeds": [{"feed": "prices", "every_seconds": 60, "target_seconds": 300}],
            },
            "websocket": {
                "paths": ["/ws", "/ws/live", "/api/v2/ws"],
                "max_connections": 1000,
                "max_connections_per_address": 100,
                "active_connections": 1,
                "total_sessions": 1,
                "groups": {"market": 1},
            },
            **_STAMP,
        }
    )
    application: Application
    configuration: dict[str, Any] = Field(description="Settings; of a secret, *** or null.")
    database: StoreInfo
    rate_limits: dict[str, TierLimits] = Field(description="By tier of the caller.")
    scheduler: FeedSchedules
    websocket: SocketInfo


class SchedulesComponent(Model):
    """The schedules of providers."""

    status: Literal["running", "stopped"]
    total_apis: int
    active: int = Field(description="Those that are looked at.")
    answering: int = Field(description="Those that answered last time.")
    failing: int = Field(description="Those that failed last time.")


class SnapshotsComponent(Model):
    """What providers answered."""

    status: Literal["healthy", "unknown"]
    providers: int
    records: int


class SourceComponents(Components):
    """How each part is that the data source area stands on."""

    schedules: SchedulesComponent
    snapshots: SnapshotsComponent


class SourceStatus(Stamped):
    """Each service with its state and figures."""

    model_config = example(
        {
            "services": {
                **COMPONENTS,
                "schedules": {
                    "status": "running",
                    "total_apis": 377,
                    "active": 349,
                    "answering": 340,
                    "failing": 9,
                },
                "snapshots": {"status": "healthy", "providers": 342, "records": 20400},
            },
            **_STAMP,
        }
    )
    services: SourceComponents


class SourceHealth(Stamped):
    """The state of each service, and of all."""

    model_config = example(
        {
            "status": "healthy",
            "services": {"database": "healthy", "scheduler": "running"},
            **_STAMP,
        }
    )
    status: Literal["healthy", "degraded"]
    services: dict[str, str]


class DatabaseSize(Stamped):
    """How large the ledger is, and the rows of each of its tables."""

    model_config = example(
        {"database_size_mb": 0.274, "tables": {"alerts": 2, "logs": 5}, **_STAMP}
    )
    database_size_mb: float
    tables: dict[str, int]


class DatabaseHealth(Stamped):
    """That ledger and lake can be read."""

    model_config = example(
        {
            "status": "healthy",
            "checks": {"ledger_readable": "ok", "lake_readable": "ok"},
            **_STAMP,
        }
    )
    status: Literal["healthy"]
    checks: dict[str, str]


class ConfigurationStatistics(Stamped):
    """How many providers there are, of which categories, and for how many a key is set."""

    model_config = example(
        {
            "total_providers": 377,
            "enabled_providers": 349,
            "custom_providers": 0,
            "providers_requiring_keys": 72,
            "providers_with_keys": 0,
            "categories": 1,
            "categories_list": ["exchange"],
            "providers_by_category": {"exchange": 377},
            **_STAMP,
        }
    )
    total_providers: int
    enabled_providers: int
    custom_providers: int
    providers_requiring_keys: int
    providers_with_keys: int
    categories: int
    categories_list: list[str]
    providers_by_category: dict[str, int]
