"""Version 2: providers as they are configured."""

from typing import Any, Literal

from pydantic import Field

from api.models.base import Model, Stamped, absent, example
from api.models.providers import Limit

Update = Literal["realtime", "periodic", "scheduled", "daily"]
_STAMP = {"timestamp": "2026-11-22T03:14:46.135Z"}
_API = {
    "docs_url": "https://docs.kraken.com/api",
    "limits": [{"amount": 15, "seconds": 15}],
    "auth": None,
    "endpoints": [{"feed": "prices", "path": "/0/public/Ticker", "params": {"pair": "XBTUSD"}}],
    "ws_url": "wss://ws.kraken.com/v2",
    "id": "kraken",
    "name": "Kraken",
    "category": "exchange",
    "base_url": "https://api.kraken.com",
    "enabled": True,
    "health": {"path": "/0/public/SystemStatus"},
    "update_type": "realtime",
    "interval": 60,
    "custom": False,
    "requires_key": False,
    "key": None,
}


class Authentication(Model):
    """How a key is sent; never the key."""

    kind: str
    name: str = absent("Of the header or parameter.")
    prefix: str = absent("What stands before the key.")
    required: bool


class ConfiguredApi(Model):
    """A provider as it is configured."""

    id: str
    name: str
    category: str
    base_url: str
    docs_url: str | None
    ws_url: str | None
    limits: list[Limit]
    auth: Authentication | None
    endpoints: list[dict[str, Any]] = Field(description="What it can be asked.")
    health: dict[str, Any] = absent("What is asked to see how it is.")
    update_type: Update = Field(description="How fresh it is wanted.")
    interval: int = absent("Seconds between two looks.")
    enabled: bool = Field(description="Whether anybody calls it.")
    custom: bool = Field(description="Whether somebody has added it.")
    requires_key: bool = absent("Whether it answers with a key alone.")
    key: Literal["***"] | None = absent("*** where one is set.")


class ConfiguredApis(Stamped):
    """Every provider as it is configured."""

    model_config = example({"apis": [_API], "total": 1, **_STAMP})
    apis: list[ConfiguredApi]
    total: int


class ApiDetail(ConfiguredApi, Stamped):
    """One provider as it is configured."""

    model_config = example({**_API, **_STAMP})


class CategoryCounts(Model):
    """The providers of a category."""

    total: int
    with_endpoints: int = Field(description="Those that can be asked something.")


class ApiCategories(Stamped):
    """The categories, and how many providers each has."""

    model_config = example(
        {
            "categories": ["exchange"],
            "stats": {"exchange": {"total": 45, "with_endpoints": 45}},
            **_STAMP,
        }
    )
    categories: list[str]
    stats: dict[str, CategoryCounts | Literal[0]] = Field(description="0 where there are none.")


class CategoryApis(Stamped):
    """The providers of a category, as they are configured."""

    model_config = example({"category": "exchange", "apis": [_API], "count": 1, **_STAMP})
    category: str
    apis: list[ConfiguredApi]
    count: int


class SourceDone(Stamped):
    """What was done with a provider."""

    model_config = example({"status": "success", "message": "acme was removed", **_STAMP})
    status: Literal["success"]
    message: str


class SourceStored(SourceDone):
    """A provider as it was stored; its key is shown to nobody."""

    model_config = example(
        {
            "status": "success",
            "message": "kraken was changed",
            "api": _API,
            "warnings": [],
            **_STAMP,
        }
    )
    api: ConfiguredApi
    warnings: list[str]


class Imported(SourceDone):
    """What became of the providers of a file."""

    model_config = example(
        {
            "status": "success",
            "message": "1 providers were added, 0 updated, 0 removed",
            "added": 1,
            "updated": 0,
            "removed": 0,
            "rejected": 0,
            "providers": ["acme"],
            "warnings": [],
            **_STAMP,
        }
    )
    added: int
    updated: int
    removed: int
    rejected: int = Field(description="0: all are stored, or none.")
    providers: list[str] = Field(description="Ids of those that were added or updated.")
    warnings: list[str] = Field(description="What was noticed, as keys that were dropped.")


class ProviderFile(Model):
    """The providers that were added, as a file that the import takes."""

    model_config = example(
        {
            "version": 1,
            "providers": [
                {
                    "id": "acme",
                    "name": "Acme",
                    "base_url": "https://api.acme.example/v1",
                    "key": "***",
                }
            ],
        }
    )
    version: Literal[1]
    providers: list[dict[str, Any]]
