"""Examples of the bodies that requests send, by method and path."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field

_API = {
    "id": "acme",
    "name": "Acme",
    "category": "My own",
    "base_url": "https://api.acme.example/v1",
    "auth": {"kind": "header", "name": "X-Acme"},
    "update_type": "periodic",
    "interval": 90,
    "enabled": True,
    "endpoints": [{"feed": "prices", "path": "/prices", "params": {"of": "btc"}}],
}

# What stands for the names in paths.
IN_PATHS: Mapping[str, str | int] = {
    "alert_id": 17,
    "api_id": "binance",
    "category": "exchange",
    "job_id": "market_data",
    "key_id": "5f0c1d7e9a3b2c48",
    "log_type": "failure",
    "pool_id": "prices",
    "protocol": "lido",
    "provider_id": "binance",
    "symbol": "BTC",
    "webhook_id": "5b1e0c2f9a7d4e63",
}
BODIES: Mapping[str, Any] = {
    "POST /api/sentiment/analyze": {
        "text": "Bitcoin rallies after ETF approval",
        "symbol": "btcusdt",
    },
    "POST /api/sentiment/crypto-analysis": {
        "text": "The SEC sues an exchange over Solana",
        "labels": ["regulation", "hack"],
    },
    "POST /api/query": {
        "sql": "SELECT symbol, price FROM prices ORDER BY at DESC LIMIT 10",
        "format": "json",
    },
    "POST /api/pools": {
        "name": "My Nodes",
        "category": "rpc_node",
        "rotation_strategy": "fastest_response",
        "description": "Those that I pay for.",
    },
    "PUT /api/pools/{pool_id}": {"rotation_strategy": "weighted", "enabled": True},
    "POST /api/pools/{pool_id}/members": {"provider_id": "binance", "priority": 1, "weight": 80},
    "POST /api/pools/{pool_id}/rotate": {"reason": "manual"},
    "POST /api/diagnostics/run": {"auto_fix": False, "fixes": ["compact:lake"]},
    "POST /api/admin/collect/trigger": {
        "mode": "backward",
        "start_date": "2026-01-01",
        "end_date": "2026-01-31",
        "symbols": ["BTC", "ETHUSDT"],
        "interval": "1h",
    },
    "PUT /api/watchlist": {"symbols": ["PEPE/USDT", "SOL"], "intervals": ["15m"]},
    "POST /api/auth/token": {"api_key": "hw_…", "scopes": ["read"]},
    "POST /api/auth/keys": {
        "name": "reports",
        "tier": "pro",
        "scopes": ["read"],
        "expires_at": "2027-01-01T00:00:00Z",
    },
    "POST /api/auth/keys/{key_id}/rotate": {"overlap_seconds": 60},
    "POST /api/v2/config/apis": _API,
    "PUT /api/v2/config/apis/{api_id}": _API,
    "POST /api/v2/config/import": {"version": 1, "providers": [_API]},
    "PUT /api/v2/schedule/tasks/{api_id}": {"interval": 300, "enabled": True},
    "POST /api/v2/export/json": {"api_ids": ["binance"], "include_history": False},
    "POST /api/v2/export/csv": {"api_ids": ["binance"], "flatten": True},
    "POST /api/webhooks": {
        "url": "https://hooks.example.com/headwater",
        "events": ["alert"],
        "filter": {"severities": ["critical"]},
    },
}


class NewApi(BaseModel):
    """A provider; entries as others write them are taken too (docs/custom_providers.md)."""

    id: str = Field(description="Letters, digits and _, at most 64.")
    name: str | None = Field(None, description="What people call it; the id where there is none.")
    category: str | None = Field(None, description="Of ours, or any other.")
    base_url: str = Field(description="https://…; no address within a private network.")
    ws_url: str | None = Field(None, description="wss://….")
    docs_url: str | None = None
    auth: dict[str, Any] | None = Field(
        None, description="kind, name, and the key, which is kept encrypted and never shown."
    )
    limits: list[Any] | None = Field(None, description="amount and seconds of each.")
    endpoints: list[Any] | dict[str, Any] | None = Field(
        None, description="feed, path and params of each."
    )
    update_type: str | None = Field(None, description="realtime, periodic, scheduled or daily.")
    interval: int | None = Field(None, description="Seconds between two looks.")
    enabled: bool | None = Field(None, description="Whether anybody calls it.")
