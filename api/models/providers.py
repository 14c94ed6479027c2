"""Providers: who they are, how they are, how their calls end."""

from typing import Literal

from pydantic import Field

from api.models.base import Model, Page, Stamped, Time, example

State = Literal["online", "degraded", "offline", "unknown"]
_STAMP = {"timestamp": "2026-11-22T03:02:58.584Z"}
_NAMES = {"provider_id": "binance", "name": "Binance", "category": "exchange"}
_ROW = {
    **_NAMES,
    "status": "online",
    "enabled": True,
    "custom": False,
    "proposed": False,
    "base_url": "https://api.binance.com",
    "docs_url": "https://developers.binance.com/docs/binance-spot-api-docs",
    "feeds": ["ohlcv", "prices"],
    "update_type": "realtime",
    "update_seconds": 60,
    "requires_key": False,
    "has_key": False,
    "limits": [{"amount": 6000, "seconds": 60}],
    "success_rate": 98.0,
    "total_requests": 100,
    "avg_response_time_ms": 40.65,
    "response_time_ms": 40,
    "last_check": "2026-11-22T03:02:58.170Z",
    "status_since": "2026-11-22T03:02:58.170Z",
}


class Limit(Model):
    """What a provider allows in a window."""

    amount: int = Field(description="Of calls, or of their weights.")
    seconds: int = Field(description="Length of the window.")


class ProviderRow(Model):
    """A provider; calls are of the last 24 hours."""

    provider_id: str
    name: str
    category: str
    status: State = Field(description="Unknown until it was looked at.")
    enabled: bool = Field(description="Whether it is called.")
    custom: bool = Field(description="Whether somebody has added it.")
    proposed: bool = Field(description="Whether it is switched off and was seen working.")
    base_url: str
    docs_url: str | None
    feeds: list[str] = Field(description="What it tells of.")
    update_type: Literal["realtime", "periodic", "scheduled", "daily"]
    update_seconds: int = Field(description="Seconds between two looks, as built in.")
    requires_key: bool
    has_key: bool
    limits: list[Limit]
    success_rate: float | None = Field(description="In percent; null without a call.")
    total_requests: int
    avg_response_time_ms: float | None
    response_time_ms: float | None = Field(description="Of the last look.")
    last_check: Time | None = Field(description="When it was last looked at, UTC.")
    status_since: Time | None = Field(description="UTC.")


class ProviderList(Page, Stamped):
    """Every provider, in the order of their ids."""

    model_config = example(
        {"providers": [_ROW], "total": 1, "count": 1, "next_cursor": None, **_STAMP}
    )
    providers: list[ProviderRow]
    total: int = Field(description="All that are found.")
    count: int = Field(description="Those of this page.")


class CategoryProviders(Stamped):
    """The providers of one category."""

    model_config = example({"category": "exchange", "providers": [_ROW], "count": 1, **_STAMP})
    category: str
    providers: list[ProviderRow]
    count: int


class Endpoint(Model):
    """What a provider can be asked."""

    feed: str
    path: str
    method: Literal["GET", "POST"]


class BreakerState(Model):
    """Whether calls are held back after failures."""

    state: Literal["closed", "open", "half_open"]
    failures: int = Field(description="In a row.")
    open_until: Time | None = Field(description="UTC; null where it is not open.")


class ProviderDetail(ProviderRow, Stamped):
    """One provider with its endpoints, its breaker and its calls of the last 24 hours."""

    model_config = example(
        {
            **_ROW,
            "endpoints": [{"feed": "prices", "path": "/api/v3/ticker/24hr", "method": "GET"}],
            "websocket_url": "wss://stream.binance.com:9443/ws",
            "consecutive_failures": 0,
            "breaker": {"state": "closed", "failures": 0, "open_until": None},
            "last_error": None,
            "last_success": "2026-11-22T03:02:58.178Z",
            "last_failure": None,
            **_STAMP,
        }
    )
    endpoints: list[Endpoint]
    websocket_url: str | None
    consecutive_failures: int
    breaker: BreakerState
    last_error: str | None = Field(description="Of the last look.")
    last_success: Time | None = Field(description="Within 30 days, UTC.")
    last_failure: Time | None = Field(description="Within 30 days, UTC.")


class ProviderCalls(Model):
    """How the calls of some hours ended, and how long they took."""

    provider: str
    name: str
    category: str
    hours: int = Field(description="How far it looks back.")
    total_requests: int
    successful: int
    failed: int
    rate_limited: int
    success_rate: float | None = Field(description="In percent; null without a call.")
    avg_response_time_ms: float | None
    p50_response_time_ms: float | None
    p95_response_time_ms: float | None
    error_types: dict[str, int] = Field(description="Failed calls by kind.")
    last_success: Time | None = Field(description="UTC.")
    last_failure: Time | None = Field(description="UTC.")


class HourOfCalls(Model):
    """The calls of one hour."""

    hour: Time = Field(description="Its start, UTC.")
    total_requests: int
    failed: int
    success_rate: float | None = Field(description="In percent; null without a call.")
    p50_response_time_ms: float | None
    p95_response_time_ms: float | None


_CALLS = {
    "provider": "binance",
    "name": "Binance",
    "category": "exchange",
    "hours": 24,
    "total_requests": 100,
    "successful": 98,
    "failed": 2,
    "rate_limited": 0,
    "success_rate": 98.0,
    "avg_response_time_ms": 40.65,
    "p50_response_time_ms": 29.68,
    "p95_response_time_ms": 166.62,
    "error_types": {"timeout": 2},
    "last_success": "2026-11-22T03:02:58.178Z",
    "last_failure": "2026-11-22T03:02:58.178Z",
}


class ProviderStatistics(ProviderCalls, Stamped):
    """How the calls of the last hours ended; together and per hour."""

    model_config = example(
        {
            **_CALLS,
            "by_hour": [
                {
                    "hour": "2026-11-22T03:00:00Z",
                    "total_requests": 100,
                    "failed": 2,
                    "success_rate": 98.0,
                    "p50_response_time_ms": 29.68,
                    "p95_response_time_ms": 166.62,
                }
            ],
            **_STAMP,
        }
    )
    by_hour: list[HourOfCalls] = Field(description="Oldest first.")


class HealthCheck(Stamped):
    """What a look at a provider found."""

    model_config = example(
        {
            "provider_id": "binance",
            "name": "Binance",
            "is_healthy": True,
            "status": "online",
            "response_time": 40,
            "error": None,
            **_STAMP,
        }
    )
    provider_id: str
    name: str
    is_healthy: bool | None = Field(description="Null where it was not asked.")
    status: State
    response_time: float | None = Field(description="In ms; null where it did not answer.")
    error: str | None = Field(description="What was wrong, or why it was not asked.")


class Category(Model):
    """A category with how many of its providers are in each state."""

    model_config = example(
        {
            "category": "exchange",
            "total": 72,
            "online": 1,
            "degraded": 1,
            "offline": 0,
            "unknown": 70,
            "online_ratio": 1.4,
        }
    )
    category: str
    total: int
    online: int
    degraded: int
    offline: int
    unknown: int
    online_ratio: float | None = Field(description="In percent of all; null until one was seen.")
