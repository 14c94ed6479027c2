"""Jobs, runs and collections of candles by hand, and the watchlist."""

from typing import Literal

from pydantic import Field

from api.models.base import Model, Stamped, Time, example
from api.models.market import Covered

_STAMP = {"timestamp": "2026-11-22T03:14:46.135Z"}
_RUN = "3e2c9ff4-0b0f-4b1c-9d0a-0b5e42a1c7d2"
_WATCH = "/api/admin/collect/status"


class Job(Model):
    """A job; times are null where Dagster does not say them now."""

    id: str
    name: str
    next_run: Time | None = Field(description="UTC.")
    trigger: str | None = Field(description="What starts it.")
    last_run: Time | None = Field(description="UTC.")
    last_status: str | None


class SchedulerStatus(Stamped):
    """Whether schedules run, and every job with its last and next run."""

    model_config = example(
        {
            "total_jobs": 1,
            "is_running": True,
            "jobs": [
                {
                    "id": "market_data",
                    "name": "Market data: the present prices",
                    "next_run": "2026-11-22T03:15:00Z",
                    "trigger": "cron: * * * * *",
                    "last_run": "2026-11-22T03:14:03.512Z",
                    "last_status": "success",
                }
            ],
            **_STAMP,
        }
    )
    total_jobs: int
    is_running: bool | None = Field(description="Null where Dagster does not answer now.")
    jobs: list[Job]


class Triggered(Stamped):
    """The run that was started, or that has not ended yet."""

    model_config = example(
        {
            "success": True,
            "job_id": "prices",
            "message": f"run {_RUN} was started",
            "run_id": _RUN,
            **_STAMP,
        }
    )
    success: Literal[True]
    job_id: str
    message: str
    run_id: str = Field(description="Of a run of Dagster.")


class CollectionAsked(Stamped):
    """The run of a collection."""

    model_config = example(
        {
            "success": True,
            "message": f"run {_RUN} is being ended",
            "run_id": _RUN,
            "status_endpoint": _WATCH,
            **_STAMP,
        }
    )
    success: Literal[True]
    message: str
    run_id: str | None = Field(description="Of a run of Dagster.")
    status_endpoint: str = Field(description="Where to watch it.")


class CollectionStarted(CollectionAsked):
    """A collection that was started."""

    model_config = example(
        {
            "success": True,
            "message": f"run {_RUN} was started",
            "mode": "backward",
            "run_id": _RUN,
            "status_endpoint": _WATCH,
            **_STAMP,
        }
    )
    mode: str


class Progress(Model):
    """How many markets, each interval of its own, are done with."""

    done: int
    total: int
    percent: float | None


class CollectedMarket(Model):
    """How the candles of one market and interval fare."""

    symbol: str
    interval: str
    status: str = Field(description="running, or how it ended.")
    records: int
    retries: int
    missing: list[Covered] = Field(description="Ranges that are still wanted.")
    error: str | None


class CollectionResults(Model):
    """The markets by how they ended."""

    total_cryptos: int = Field(description="How many symbols there are.")
    complete: int
    partial: int
    failed: int
    skipped: int
    total_records: int
    details: list[CollectedMarket]


class CollectionStatus(Stamped):
    """The collection that is going, else the last one; nulls before the first."""

    model_config = example(
        {
            "is_running": True,
            "current_operation": "backward",
            "status": "running",
            "elapsed_seconds": 12.6,
            "collection_id": "113a12aa76c08e5b",
            "run_id": _RUN,
            "mode": "backward",
            "origin": "api",
            "started_at": "2026-11-22T06:06:55.212Z",
            "ended_at": None,
            "error": None,
            "progress": {"done": 0, "total": 1, "percent": 0.0},
            "last_results": {
                "total_cryptos": 1,
                "complete": 0,
                "partial": 0,
                "failed": 0,
                "skipped": 0,
                "total_records": 1248,
                "details": [
                    {
                        "symbol": "BTC/USDT",
                        "interval": "1h",
                        "status": "running",
                        "records": 1248,
                        "retries": 3,
                        "missing": [{"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T05:00:00Z"}],
                        "error": "kraken did not answer within 20 s",
                    }
                ],
            },
            "runs_going": [_RUN],
            **_STAMP,
        }
    )
    is_running: bool
    current_operation: str | None = Field(description="Its mode while it is going.")
    status: str = Field(
        description="idle, launching, running, success, failure, canceled, or lost: killed."
    )
    elapsed_seconds: float | None
    collection_id: str | None
    run_id: str | None = Field(description="Of a run of Dagster.")
    mode: str | None = Field(description="backward, forward, gap_fill or months.")
    origin: str | None = Field(description="Who started it.")
    started_at: Time | None = Field(description="UTC.")
    ended_at: Time | None = Field(description="UTC.")
    error: str | None
    progress: Progress | None
    last_results: CollectionResults | None
    runs_going: list[str | None] = Field(description="All that are going.")


class Watchlist(Stamped):
    """What is collected beside the largest coins: each symbol in each interval."""

    model_config = example(
        {
            "symbols": ["PEPE/USDT", "SOL/USDT"],
            "intervals": ["15m"],
            "origin": "setting",
            **_STAMP,
        }
    )
    symbols: list[str]
    intervals: list[str]
    origin: Literal["setting", "api"]
