"""Times that repeat, as cron writes them: minute, hour, day of the month, month, weekday; UTC."""

import re
from datetime import datetime, timedelta

from cronsim import CronSim, CronSimError

from resources.errors import InvalidInput

# Of what other crons know beside these, Dagster knows not all.
_FIELDS = re.compile(r"[\d*,/-]+(?:\s+[\d*,/-]+){4}", re.ASCII)


def check_cron(text: str) -> None:
    """Raises InvalidInput for what is not five fields of numbers, `*`, ranges, lists and steps,
    such as `1 */6 * * 1-5`, or never comes."""
    if not _FIELDS.fullmatch(text.strip()):
        raise InvalidInput(
            f"{text!r} is no cron expression of five fields: minute hour day month weekday"
        )
    try:
        CronSim(text, datetime(2001, 1, 1))  # noqa: DTZ001 (any moment, of no zone)
    except CronSimError as error:
        raise InvalidInput(f"{text!r} is no cron expression: {error}") from error


def due_in_hour_of(text: str, at: datetime) -> bool:
    """Whether it comes at any minute of this hour. `at` is of the zone that it is meant in."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    return next(CronSim(text, hour - timedelta(minutes=1))) < hour + timedelta(hours=1)
