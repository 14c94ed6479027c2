"""The providers' schedules, as answers show them."""

from collections.abc import Sequence
from typing import Any

from api.answers import iso
from resources.schedules import Schedule, minimum_interval

Row = dict[str, Any]


def to_row(schedule: Schedule) -> Row:
    """A schedule; `next_update` is null where nothing will be asked, times are of the ledger."""
    provider, row = schedule.provider, schedule.row
    return {
        "api_id": provider.id,
        "name": provider.name,
        "category": provider.category,
        "interval": schedule.interval,
        "minimum_interval": minimum_interval(provider),
        "update_type": provider.update,
        "enabled": schedule.enabled,
        "key_missing": not schedule.has_key,
        "last_update": row.last_at and iso(row.last_at),
        "next_update": _next_update(schedule),
        "last_status": row.last_status or "unknown",
        "success_count": row.successes,
        "error_count": row.errors,
        "failures_in_a_row": row.failures_in_a_row,
    }


def count(schedules: Sequence[Schedule]) -> dict[str, int]:
    """How many providers there are, are looked at, answered last time, and failed last time."""
    return {
        "total_apis": len(schedules),
        "active": sum(one.active for one in schedules),
        "answering": sum(one.row.last_status == "success" for one in schedules),
        "failing": sum(one.row.failures_in_a_row > 0 for one in schedules),
    }


def _next_update(schedule: Schedule) -> str | None:
    if not schedule.active:
        return None
    # One that was never looked at is due now.
    return iso(schedule.row.next_due) if schedule.row.next_due else None
