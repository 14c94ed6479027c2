"""Version 2: when providers are looked at, and what they answered."""

from typing import Any, Literal

from pydantic import Field

from api.models.base import Model, Page, Stamped, Time, example
from api.models.sources import SourceDone, Update

_STAMP = {"timestamp": "2026-11-22T03:14:46.135Z"}
_TASK = {
    "api_id": "binance",
    "name": "Binance",
    "category": "exchange",
    "interval": 60,
    "minimum_interval": 60,
    "update_type": "realtime",
    "enabled": True,
    "key_missing": False,
    "last_update": "2026-11-22T03:14:04.120Z",
    "next_update": "2026-11-22T03:15:04.120Z",
    "last_status": "success",
    "success_count": 41,
    "error_count": 0,
    "failures_in_a_row": 0,
}
_SNAPSHOT = {
    "api_id": "binance",
    "timestamp": "2026-11-22T03:14:04.320Z",
    "data": {"symbol": "BTCUSDT", "price": "63356.64000000"},
    "metadata": {
        "status": "success",
        "http_status": 200,
        "content_type": "application/json",
        "is_json": True,
        "size": 47,
        "error": None,
        "left_out": False,
        "seq": 1841,
        "source": "binance",
    },
}


class ScheduleTask(Model):
    """When a provider is looked at, and how that went."""

    model_config = example(_TASK)
    api_id: str
    name: str
    category: str
    interval: int = Field(description="Seconds between two looks.")
    minimum_interval: int = Field(description="The least that its limits allow, in seconds.")
    update_type: Update
    enabled: bool
    key_missing: bool
    last_update: Time | None = Field(description="UTC.")
    next_update: Time | None = Field(description="UTC; null where it was never looked at.")
    last_status: Literal["success", "failed", "not_called", "unknown"]
    success_count: int
    error_count: int
    failures_in_a_row: int


class ScheduleDetail(ScheduleTask, Stamped):
    """One provider's schedule."""

    model_config = example({**_TASK, **_STAMP})


class ScheduleChanged(SourceDone):
    """A schedule as it holds now."""

    model_config = example(
        {
            "status": "success",
            "message": "the schedule of binance was changed",
            "task": _TASK,
            **_STAMP,
        }
    )
    task: ScheduleTask


class UpdateForced(Stamped):
    """The run that looks at a provider."""

    model_config = example(
        {
            "status": "launched",
            "message": "run 0b5e42a1-7d0f-4c56-9f5d-a6a1b7f2c9d1 looks at binance",
            "task": _TASK,
            "run_id": "0b5e42a1-7d0f-4c56-9f5d-a6a1b7f2c9d1",
            **_STAMP,
        }
    )
    status: Literal["launched"]
    message: str
    task: ScheduleTask
    run_id: str = Field(description="Of a run of Dagster.")


class SnapshotMetadata(Model):
    """How a provider answered."""

    status: Literal["success", "failed"]
    http_status: int | None
    content_type: str | None
    is_json: bool
    size: int | None = Field(description="In bytes.")
    error: str | None = Field(description="Why there are no data.")
    left_out: bool = Field(description="Whether the data are too large for this answer.")
    seq: int | None
    source: str


class Snapshot(Model):
    """What a provider answered when it was looked at."""

    model_config = example(_SNAPSHOT)
    api_id: str
    timestamp: Time = Field(description="When it answered, UTC.")
    data: Any = Field(description="Its JSON as it came, else its text, else null.")
    metadata: SnapshotMetadata


class SnapshotHistory(Page, Stamped):
    """The snapshots of a provider, newest first; those that failed say why."""

    model_config = example(
        {
            "api_id": "binance",
            "history": [_SNAPSHOT],
            "count": 1,
            "next_cursor": None,
            **_STAMP,
        }
    )
    api_id: str
    history: list[Snapshot]
    count: int


class HeldSnapshots(Model):
    """The snapshots of one provider."""

    records: int
    successes: int
    errors: int
    first_update: Time = Field(description="UTC.")
    last_update: Time = Field(description="UTC.")


class SnapshotStatistics(Stamped):
    """How many snapshots are stored, of whom and since when."""

    model_config = example(
        {
            "cached_apis": 1,
            "total_history_records": 61,
            "apis_with_history": 1,
            "api_statistics": {
                "binance": {
                    "records": 61,
                    "successes": 61,
                    "errors": 0,
                    "first_update": "2026-11-22T02:14:04.101Z",
                    "last_update": "2026-11-22T03:14:04.320Z",
                }
            },
            **_STAMP,
        }
    )
    cached_apis: int = Field(description="Providers that have answered.")
    total_history_records: int
    apis_with_history: int
    api_statistics: dict[str, HeldSnapshots] = Field(description="By provider.")


class Cleaned(SourceDone):
    """What was deleted of what providers answered."""

    model_config = example(
        {
            "status": "success",
            "message": "61 snapshots of binance were deleted",
            "removed_count": 61,
            **_STAMP,
        }
    )
    removed_count: int
