"""The partitions that the assets share. Keys are UTC; the newest partition is the current one."""

import dagster as dg

MONTHS = dg.MonthlyPartitionsDefinition(start_date="2013-01-01", end_offset=1)
DAYS = dg.DailyPartitionsDefinition(start_date="2013-01-01", end_offset=1)
