"""How the platform works: totals, budgets, logs, alerts and failures."""

from typing import Any, Literal

from pydantic import Field

from api.models.base import Model, Page, Stamped, Time, example
from api.models.providers import ProviderCalls

_STAMP = {"timestamp": "2026-11-22T03:02:58.527Z"}
_TOTALS = {
    "total_providers": 377,
    "online": 300,
    "degraded": 3,
    "offline": 0,
    "unknown": 74,
    "system_health": "healthy",
    "total_requests": 110,
    "successful_requests": 98,
    "failed_requests": 12,
    "rate_limited": 0,
    "success_rate": 89.09,
    "avg_response_time_ms": 40.65,
    "p95_response_time_ms": 166.62,
}
_LINE = {
    "id": 4,
    "timestamp": "2026-11-22T03:02:58.187Z",
    "log_type": "failure",
    "level": "error",
    "category": "market_data",
    "provider": "coingecko",
    "message": "coingecko answered 451: not here",
    "details": {"kind": "client_error", "http_status": 451},
}


class Totals(Model):
    """Providers by state, and their calls; rates (percent) and times without a call are null."""

    total_providers: int
    online: int
    degraded: int
    offline: int
    unknown: int = Field(description="Never looked at.")
    system_health: Literal["healthy", "degraded", "unhealthy", "unknown"]
    total_requests: int
    successful_requests: int
    failed_requests: int
    rate_limited: int
    success_rate: float | None = Field(description="In percent.")
    avg_response_time_ms: float | None
    p95_response_time_ms: float | None


class SystemStatus(Totals, Stamped):
    """Providers by state, their calls of the last 24 hours, and whether they are real."""

    model_config = example(
        {"status": "healthy", "mode": "live", "total_apis": 377, **_TOTALS, **_STAMP}
    )
    status: Literal["healthy", "degraded"]
    mode: Literal["live", "sandbox"] = Field(description="Sandbox: all data are played.")
    total_apis: int = Field(description="The same as total_providers.")


class StatisticsSummary(Totals):
    """All calls."""

    hours: int = Field(description="How far it looks back.")


class PoolSummary(Model):
    """A pool in short."""

    pool_id: str
    pool_name: str
    category: str
    rotation_strategy: str
    enabled: bool
    total_providers: int
    total_rotations: int


class StatisticsFile(Model):
    """The last 24 hours, as a file."""

    model_config = example({"summary": {"hours": 24, **_TOTALS}, "providers": [], "pools": []})
    summary: StatisticsSummary
    providers: list[ProviderCalls] = Field(description="Of each that was called.")
    pools: list[PoolSummary]


class PlatformStatistics(StatisticsFile, Stamped):
    """The last 24 hours: all calls, those of each provider that was called, and the pools."""

    model_config = example(
        {
            "summary": {"hours": 24, **_TOTALS},
            "providers": [],
            "pools": [
                {
                    "pool_id": "prices",
                    "pool_name": "Prices",
                    "category": "market_data",
                    "rotation_strategy": "round_robin",
                    "enabled": True,
                    "total_providers": 20,
                    "total_rotations": 61,
                }
            ],
            **_STAMP,
        }
    )


class LimitUse(Model):
    """A window of a provider's limits, and how much of it is used."""

    model_config = example(
        {
            "provider": "binance",
            "limit_type": "minute",
            "limit_value": 6000,
            "window_seconds": 60,
            "current_usage": 3000,
            "percentage": 50.0,
            "reset_time": "2026-11-22T03:04:01.183Z",
            "reset_in_seconds": 63,
            "status": "ok",
        }
    )
    provider: str
    limit_type: str | None = Field(description="second, minute, hour, day, month, or its seconds.")
    limit_value: int | None
    window_seconds: int | None
    current_usage: float | None = Field(description="What is reserved counts in full.")
    percentage: float | None
    reset_time: Time | None = Field(description="When it is free again, UTC.")
    reset_in_seconds: int | None
    status: Literal["ok", "warning", "critical", "exhausted", "banned", "unlimited"] = Field(
        description="Warning from 80 %, critical from 95 %."
    )


class ProviderLimits(LimitUse, Stamped):
    """The window of a provider with least left, and all of its windows; nulls without limits."""

    model_config = example(
        {
            "provider": "okx_swap",
            **dict.fromkeys(
                (
                    "limit_type",
                    "limit_value",
                    "window_seconds",
                    "current_usage",
                    "percentage",
                    "reset_time",
                    "reset_in_seconds",
                )
            ),
            "status": "unlimited",
            "limits": [],
            **_STAMP,
        }
    )
    limits: list[LimitUse]


class LogLine(Model):
    """A line of the logs."""

    model_config = example(_LINE)
    id: int
    timestamp: Time = Field(description="UTC.")
    log_type: Literal["connection", "failure", "collection", "rate_limit"]
    level: Literal["info", "warning", "error"]
    category: str | None = Field(description="Of the provider.")
    provider: str | None
    message: str
    details: dict[str, Any] | None


class Pagination(Page):
    """Where a page stands."""

    limit: int
    count: int


class Logs(Pagination, Stamped):
    """Lines of the logs, newest first."""

    model_config = example(
        {
            "logs": [_LINE],
            "pagination": {"limit": 1, "count": 1, "next_cursor": "ksQGPnz7r8cfBQ"},
            "limit": 1,
            "count": 1,
            "next_cursor": "ksQGPnz7r8cfBQ",
            **_STAMP,
        }
    )
    logs: list[LogLine]
    pagination: Pagination = Field(description="The same as the fields beside it.")


class FailingProvider(Model):
    """A provider whose calls failed."""

    provider: str
    failed: int
    total_requests: int
    success_rate: float | None = Field(description="In percent.")
    error_types: dict[str, int]


class Suggestion(Model):
    """What can be done about failures."""

    provider: str
    error_type: str
    http_status: int | None
    failures: int
    suggestion: str


class Failures(Stamped):
    """Why calls failed in the last hours, and what can be done about it."""

    model_config = example(
        {
            "error_type_distribution": {"client_error": 10},
            "top_failing_providers": [
                {
                    "provider": "coingecko",
                    "failed": 10,
                    "total_requests": 10,
                    "success_rate": 0.0,
                    "error_types": {"client_error": 10},
                }
            ],
            "recent_failures": [_LINE],
            "remediation_suggestions": [
                {
                    "provider": "coingecko",
                    "error_type": "client_error",
                    "http_status": 451,
                    "failures": 10,
                    "suggestion": "The provider does not serve this region: use another one.",
                }
            ],
            **_STAMP,
        }
    )
    error_type_distribution: dict[str, int]
    top_failing_providers: list[FailingProvider] = Field(description="The 10 that failed most.")
    recent_failures: list[LogLine] = Field(description="The 20 newest.")
    remediation_suggestions: list[Suggestion]


class MetricSnapshot(Totals):
    """The totals of one hour."""

    model_config = example({"timestamp": "2026-11-22T03:02:00.188Z", **_TOTALS})
    timestamp: Time = Field(description="UTC.")
