"""What the service tells everybody of itself: no path, no address, no secret."""

from collections.abc import Mapping
from typing import Any

from api.queries.system import database
from resources.cadence import CADENCES
from resources.ledger import Ledger
from resources.setting_values import PREFIX
from resources.settings import Settings

# What is not named here is for the admin.
_TOLD = (
    "providers", "api_key_required", "top_n_cryptos", "collection_start_date",
    "collection_intervals", "collection_retries", "candle_tolerance", "collection_schedule",
    "price_quorum", "call_deadline", "max_response_mb", "enable_auto_discovery", "max_sockets",
    "max_sockets_per_address", "cors_origins", "snapshot_history", "snapshot_days",
    "snapshot_max_kb", "token_minutes", "metrics_key_required", "query_seconds",
    "query_memory_mb", "query_rows", "query_at_once", "webhooks_most",
)  # fmt: skip
_SECRET = ("secret_key", "huggingface_token")
_MASK = "***"


def configuration(settings: Settings) -> dict[str, Any]:
    """The settings that clients may want to know; of a secret that is set only a mask."""
    shown = {name: _shown(getattr(settings, name)) for name in _TOLD}
    masked = {name: _MASK if getattr(settings, name) else None for name in _SECRET}
    return {PREFIX + name.upper(): value for name, value in {**shown, **masked}.items()}


def store(ledger: Ledger) -> dict[str, Any]:
    """What kind of database the ledger is, the version of its schema, and its size."""
    return {name: value for name, value in database(ledger).items() if name != "url"}


def rate_limits(settings: Settings) -> dict[str, Mapping[str, int | None]]:
    """Requests that each tier may send in a minute and in a day; null for no limit."""
    return {
        "free": {"per_minute": settings.limit_free_minute, "per_day": settings.limit_free_day},
        "pro": {"per_minute": settings.limit_pro_minute, "per_day": settings.limit_pro_day},
        "admin": {"per_minute": None, "per_day": None},
    }


def feeds() -> list[dict[str, Any]]:
    """Every feed, how often it is collected and how old it may be, in seconds."""
    return [
        {"feed": feed, "every_seconds": one.every // 1000, "target_seconds": one.target // 1000}
        for feed, one in CADENCES.items()
    ]


def _shown(value: Any) -> Any:
    return value if isinstance(value, bool | int | float | list | None) else str(value)
