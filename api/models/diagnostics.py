"""What is wrong with the platform, and what was done about it."""

from typing import Any, Literal

from pydantic import Field

from api.models.base import Model, Time, absent, example

_FIX = "close_breaker:binance"
_DONE = "the breaker of binance is closed"


class OfferedFix(Model):
    """What can be done about an issue."""

    id: str = Field(description="For `fixes`.")
    does: str = Field(description="What it would do, or has done.")
    safe: bool = Field(description="Whether `auto_fix` does it.")


class FoundIssue(Model):
    """What a check has found."""

    check: str
    severity: Literal["critical", "warning", "info"]
    message: str
    details: dict[str, Any]
    fix: OfferedFix | None = Field(description="null where there is nothing to be done at once.")
    fixed: bool
    outcome: str = absent("What was done, or why it could not be; of a fix that was asked for.")


class DoneFix(Model):
    """A fix that was done."""

    fix: str = Field(description="Its id.")
    outcome: str


class SystemFacts(Model):
    """The machine, and what runs on it."""

    version: str
    mode: Literal["live", "sandbox"]
    python: str
    system: str
    cpus: int | None
    load_1m: float
    memory_total_bytes: int
    memory_free_bytes: int
    disk_total_bytes: int = Field(description="Of the disk that the home lies on.")
    disk_free_bytes: int
    checks: int = Field(description="How many were made.")


class Diagnosis(Model):
    """A report of all checks."""

    model_config = example(
        {
            "timestamp": "2026-11-22T12:15:59.120Z",
            "total_issues": 1,
            "critical_issues": 0,
            "warnings": 1,
            "info_issues": 0,
            "issues": [
                {
                    "check": "breakers_open",
                    "severity": "warning",
                    "message": "the breaker of binance is stuck",
                    "details": {"provider": "binance", "state": "open", "opens": 1},
                    "fix": {"id": _FIX, "does": "close the breaker of binance", "safe": True},
                    "fixed": True,
                    "outcome": _DONE,
                }
            ],
            "fixed_issues": [{"fix": _FIX, "outcome": _DONE}],
            "system_info": {
                "version": "0.1.0",
                "mode": "live",
                "python": "3.11.9",
                "system": "Linux x86_64",
                "cpus": 2,
                "load_1m": 0.4,
                "memory_total_bytes": 16_000_000_000,
                "memory_free_bytes": 9_000_000_000,
                "disk_total_bytes": 270_000_000_000,
                "disk_free_bytes": 75_000_000_000,
                "checks": 30,
            },
            "duration_ms": 214.3,
        }
    )
    timestamp: Time = Field(description="When the checks began, UTC.")
    total_issues: int
    critical_issues: int
    warnings: int
    info_issues: int
    issues: list[FoundIssue]
    fixed_issues: list[DoneFix] = Field(description="What was asked for and done.")
    system_info: SystemFacts
    duration_ms: float
    stored: bool = absent("false where the ledger could not keep the report.")
