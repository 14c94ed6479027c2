"""Alerts."""

from typing import Any, Literal

from pydantic import Field

from api.models.base import Model, Page, Stamped, Time, example

_STAMP = {"timestamp": "2026-11-22T03:02:58.527Z"}


class Alert(Model):
    """Something that somebody should know."""

    alert_id: int
    timestamp: Time = Field(description="UTC.")
    alert_type: str
    severity: Literal["info", "warning", "critical"]
    provider: str | None
    feed: str | None
    message: str
    details: dict[str, Any] | None
    acknowledged: bool
    acknowledged_at: Time | None = Field(description="When somebody had seen it, UTC.")
    resolved_at: Time | None = Field(description="When it was over, UTC.")


class Alerts(Page, Stamped):
    """Alerts, newest first."""

    model_config = example(
        {
            "alerts": [
                {
                    "alert_id": 2,
                    "timestamp": "2026-11-22T03:02:58.187Z",
                    "alert_type": "stale_feed",
                    "severity": "warning",
                    "provider": None,
                    "feed": "prices",
                    "message": "the newest data of prices is 7 min old, its target is 5 min",
                    "details": {"age_ms": 420000, "target_ms": 300000},
                    "acknowledged": False,
                    "acknowledged_at": None,
                    "resolved_at": None,
                }
            ],
            "total": 1,
            "next_cursor": None,
            **_STAMP,
        }
    )
    alerts: list[Alert]
    total: int = Field(description="All that are found.")


class Acknowledged(Stamped):
    """That somebody has seen an alert."""

    model_config = example(
        {
            "success": True,
            "alert_id": 2,
            "acknowledged_at": "2026-11-22T03:02:58.625Z",
            **_STAMP,
        }
    )
    success: Literal[True]
    alert_id: int
    acknowledged_at: Time = Field(description="When it was first acknowledged, UTC.")
