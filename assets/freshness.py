"""How old an asset may be, as Dagster's own view of it tells."""

from datetime import timedelta

import dagster as dg

from resources.cadence import CADENCES


def freshness_of(feed: str) -> dg.FreshnessPolicy:
    """That of a feed. Dagster goes by the newest run alone, of whatever partition; by the data
    themselves go the check `fresh` and the alert."""
    return dg.FreshnessPolicy.time_window(timedelta(milliseconds=CADENCES[feed].target))
