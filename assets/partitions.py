"""The partitions that the assets share. Keys are UTC; the newest partition is the current one."""

import dagster as dg

from resources.plan import Window

MONTHS = dg.MonthlyPartitionsDefinition(start_date="2013-01-01", end_offset=1)
DAYS = dg.DailyPartitionsDefinition(start_date="2013-01-01", end_offset=1)


def to_window(span: dg.TimeWindow) -> Window:
    """The partitions that a run is about, ms."""
    return Window(int(span.start.timestamp() * 1000), int(span.end.timestamp() * 1000))
