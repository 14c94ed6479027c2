"""Budgets, logs, alerts and failures, as answers show them."""

from collections.abc import Sequence
from typing import Any

from api.answers import iso
from resources.ledger.alerts import Alert
from resources.ledger.logs import Entry
from resources.ledger.usage import Usage
from resources.monitoring.analysis import Analysis

Row = dict[str, Any]


def usage_row(usage: Usage, now: int) -> Row:
    """One window of one provider; `now` is the ledger's, in ms."""
    reset = usage.reset_at if usage.banned_until is None else usage.banned_until
    return {
        "provider": usage.provider,
        "limit_type": usage.window,
        "limit_value": usage.limit.amount,
        "window_seconds": usage.limit.seconds,
        "current_usage": usage.used,
        "percentage": usage.percentage,
        "reset_time": None if reset is None else iso(reset),
        "reset_in_seconds": None if reset is None else max(0, round((reset - now) / 1000)),
        "status": usage.status,
    }


def steady(row: Row) -> Row:
    """What of a window does not change as time passes."""
    return {name: value for name, value in row.items() if name != "reset_in_seconds"}


def tightest(rows: Sequence[Row], provider_id: str) -> Row:
    """The window with least left, and all of them as `limits`; nulls where there are none."""
    nothing = {
        "provider": provider_id,
        "limit_type": None,
        "limit_value": None,
        "window_seconds": None,
        "current_usage": None,
        "percentage": None,
        "reset_time": None,
        "reset_in_seconds": None,
        "status": "unlimited",
    }
    return {**max(rows, key=lambda row: float(row["percentage"]), default=nothing), "limits": rows}


def log_row(entry: Entry) -> Row:
    line = entry.line
    return {
        "id": entry.id,
        "timestamp": iso(entry.at),
        "log_type": line.log_type,
        "level": line.level,
        "category": line.category,
        "provider": line.provider,
        "message": line.message,
        "details": line.details,
    }


def alert_row(alert: Alert) -> Row:
    news = alert.news
    return {
        "alert_id": alert.id,
        "timestamp": iso(alert.at),
        "alert_type": news.alert_type,
        "severity": news.severity,
        "provider": news.provider,
        "feed": news.feed,
        "message": news.message,
        "details": news.details,
        "acknowledged": alert.acknowledged_at is not None,
        "acknowledged_at": None if alert.acknowledged_at is None else iso(alert.acknowledged_at),
        "resolved_at": None if alert.resolved_at is None else iso(alert.resolved_at),
    }


def failures_row(analysis: Analysis) -> Row:
    return {
        "error_type_distribution": analysis.kinds,
        "top_failing_providers": [
            {
                "provider": name,
                "failed": calls.failed,
                "total_requests": calls.total,
                "success_rate": calls.success_rate,
                "error_types": calls.error_types,
            }
            for name, calls in analysis.top
        ],
        "recent_failures": [log_row(entry) for entry in analysis.recent],
        "remediation_suggestions": [
            {
                "provider": one.provider,
                "error_type": one.kind,
                "http_status": one.http_status,
                "failures": one.calls,
                "suggestion": one.action,
            }
            for one in analysis.suggestions
        ],
    }
