"""What this service is, whether it lives, and how its parts are."""

from typing import Any, Literal

from pydantic import Field

from api.models.base import Model, Stamped, Time, absent, example

_STAMP = {"timestamp": "2026-11-22T00:14:45.670Z"}
_CHECKS = {"ledger_readable": "ok", "lake_readable": "ok"}
COMPONENTS = {
    "database": {"status": "healthy", "checks": _CHECKS},
    "scheduler": {"status": "running"},
    "websocket": {"status": "running", "active_connections": 0},
    "providers": {
        "status": "healthy",
        "total": 377,
        "online": 300,
        "degraded": 3,
        "offline": 0,
        "unknown": 74,
    },
    "models": {"status": "not_loaded", "setting": "embedded"},
}
Health = Literal["healthy", "degraded", "unhealthy", "unknown"]


class Entrance(Stamped):
    """What this service is, and its endpoints."""

    model_config = example(
        {
            "name": "Headwater",
            "version": "0.1.0",
            "description": "Crypto market data from many providers.",
            "status": "running",
            "endpoints": ["GET /", "GET /api/health", "GET /api/ohlcv"],
            **_STAMP,
        }
    )
    name: str
    version: str
    description: str
    status: Literal["running"]
    endpoints: list[str] = Field(description="Method and path of each.")


class Alive(Stamped):
    """That the process answers."""

    model_config = example({"status": "alive", **_STAMP})
    status: Literal["alive"]


class Ready(Stamped):
    """That ledger, lake and disk allow reading and writing, and the background goes on."""

    model_config = example(
        {
            "status": "ready",
            "checks": {
                **_CHECKS,
                "ledger_writable": "ok",
                "disk_space": "ok",
                "background_tasks": "ok",
            },
            **_STAMP,
        }
    )
    status: Literal["ready"]
    checks: dict[str, str] = Field(description="Each check, with ok.")


class DatabaseComponent(Model):
    """Ledger and lake."""

    status: Literal["healthy", "unhealthy"]
    checks: dict[str, str]


class SchedulerComponent(Model):
    """Dagster."""

    status: Literal["running", "stopped", "unknown"]


class WebsocketComponent(Model):
    """The sockets."""

    status: Literal["running", "stopped"]
    active_connections: int


class ProvidersComponent(Model):
    """How many providers are in each state."""

    status: Health
    total: int
    online: int
    degraded: int
    offline: int
    unknown: int


class ModelsComponent(Model):
    """The model that reads texts of callers."""

    status: Literal["loaded", "not_loaded"]
    setting: str
    engine: str = absent("What reads them, once it is loaded.")
    model: str = absent("Its name, once it is loaded.")


class Components(Model):
    """How each part is."""

    database: DatabaseComponent
    scheduler: SchedulerComponent
    websocket: WebsocketComponent
    providers: ProvidersComponent
    models: ModelsComponent


class ServiceHealth(Stamped):
    """How each part of the service is."""

    model_config = example(
        {
            "status": "healthy",
            "version": "0.1.0",
            "components": COMPONENTS,
            "providers_count": 377,
            "online_count": 300,
            "connected_clients": 0,
            "total_sessions": 0,
            **_STAMP,
        }
    )
    status: Literal["healthy", "degraded"]
    version: str
    components: Components
    providers_count: int
    online_count: int
    connected_clients: int
    total_sessions: int = Field(description="Sockets since the start.")


class SocketConnection(Model):
    """A client of the sockets, without its address."""

    session_id: str
    channel: str
    groups: list[str]
    connected_at: Time = Field(description="UTC.")


class SocketStatistics(Stamped):
    """Who is connected to the sockets."""

    model_config = example(
        {
            "active_connections": 1,
            "total_sessions": 1,
            "groups": {"market": 1, "prices": 1},
            "channels": {"ws": 1, "monitoring": 0, "data_sources": 0},
            "evicted": 0,
            "refused": 0,
            "messages_sent": 61,
            "bytes_sent": 20480,
            "connections": [
                {
                    "session_id": "2c5d4c731947a3d0",
                    "channel": "ws",
                    "groups": ["market", "prices"],
                    "connected_at": "2026-11-22T00:14:47.050Z",
                }
            ],
            "background_tasks_running": True,
            **_STAMP,
        }
    )
    active_connections: int
    total_sessions: int = Field(description="Since the start.")
    groups: dict[str, int] = Field(description="How many listen to each group.")
    channels: dict[str, int] = Field(description="How many are on each path.")
    evicted: int = Field(description="Clients that were sent away, since the start.")
    refused: int = Field(description="Clients that were not let in, since the start.")
    messages_sent: int = Field(description="Since the start.")
    bytes_sent: int = Field(description="Since the start.")
    connections: list[SocketConnection]
    background_tasks_running: bool


class Spec(Model):
    """This interface as OpenAPI."""

    model_config = example(
        {"openapi": "3.1.0", "info": {"title": "Headwater"}, "paths": {}, "components": {}}
    )
    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]
    components: dict[str, Any]
    tags: list[dict[str, Any]] = absent("What the areas are about.")
