"""The partitions that the assets share. Keys are UTC; the newest partition is the current one."""

import dagster as dg

from resources.plan import Window, day_key

MONTHS = dg.MonthlyPartitionsDefinition(start_date="2013-01-01", end_offset=1)
DAYS = dg.DailyPartitionsDefinition(start_date="2013-01-01", end_offset=1)

# A run that is launched just after midnight may have been meant for the day before.
_LATEST_LAUNCH = 600_000


def launched_at(context: dg.AssetExecutionContext) -> int:
    """When a run was launched, ms: that is what it is about, however long its retries wait."""
    (record,) = context.instance.get_run_records(dg.RunsFilter([context.run.run_id]))
    return int(record.create_timestamp.timestamp() * 1000)


def is_present(context: dg.AssetExecutionContext) -> bool:
    """Whether the day of a run was the current one when it was launched."""
    at = launched_at(context)
    return context.partition_key in {day_key(at), day_key(at - _LATEST_LAUNCH)}


def to_window(span: dg.TimeWindow) -> Window:
    """The partitions that a run is about, ms."""
    return Window(int(span.start.timestamp() * 1000), int(span.end.timestamp() * 1000))
