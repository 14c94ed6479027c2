"""The settings of the service alone; `resources/settings.py` reads them with all others."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings

from resources.setting_values import address


class ServiceSettings(BaseSettings):
    """What bounds and guards the service."""

    limit_free_minute: int = Field(
        30, ge=1, description="Requests a minute of the free tier, and of an address without a key."
    )
    limit_free_day: int = Field(1_000, ge=1, description="Requests a day of the free tier.")
    limit_pro_minute: int = Field(300, ge=1, description="Requests a minute of the pro tier.")
    limit_pro_day: int = Field(50_000, ge=1, description="Requests a day of the pro tier.")
    trusted_proxies: list[Annotated[str, AfterValidator(address)]] = Field(
        [], description="Addresses and networks of proxies whose X-Forwarded-For is believed."
    )
    token_minutes: int = Field(
        60, ge=1, le=1_440, description="Minutes that a token (JWT) holds, at most."
    )
    metrics_key_required: bool = Field(
        False, description="true lets only keys with the scope read see /metrics."
    )
    query_seconds: float = Field(
        10.0, gt=0, le=300, description="Seconds that a statement of /api/query may take."
    )
    query_memory_mb: int = Field(
        512, ge=64, description="MB of memory that a statement of /api/query may take."
    )
    query_rows: int = Field(
        100_000, ge=1, description="Most rows that a statement of /api/query answers."
    )
    query_at_once: int = Field(
        2,
        ge=1,
        description="Statements of /api/query that run at the same time; of one caller one less, at least one.",
    )
    webhooks_most: int = Field(50, ge=1, description="Most webhooks that are registered.")
    backup_at_shutdown: bool = Field(
        False, description="true makes a last backup when Headwater is stopped."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least grave lines that the logs hold."
    )
    log_mb: int = Field(10, ge=1, description="MB after which a log file is rotated.")
    logs_kept: int = Field(5, ge=1, description="Rotated files that are kept of each log.")
