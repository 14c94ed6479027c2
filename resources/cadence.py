"""How often each feed is collected, and how old its newest data may be."""

from collections.abc import Mapping
from dataclasses import dataclass

from resources.plan import (
    HOURLY_JOB,
    MARKET_JOB,
    NEWS_JOB,
    OHLCV_ASSET,
    OHLCV_JOB,
    PRICES_ASSET,
    PRICES_JOB,
)

_MINUTE = 60_000
_HOUR = 3_600_000


@dataclass(frozen=True, slots=True)
class Cadence:
    """`job` collects the feed, `every` is the ms between two times, `target` how old (ms) its newest
    data may be before it counts as stale."""

    job: str
    every: int
    target: int


# By feed, which is the name of its asset and of its pool too.
CADENCES: Mapping[str, Cadence] = {
    PRICES_ASSET: Cadence(PRICES_JOB, _MINUTE, 5 * _MINUTE),
    OHLCV_ASSET: Cadence(OHLCV_JOB, _HOUR, 2 * _HOUR),
    "market": Cadence(MARKET_JOB, 5 * _MINUTE, 15 * _MINUTE),
    "trending": Cadence(HOURLY_JOB, _HOUR, 3 * _HOUR),
    "defi": Cadence(HOURLY_JOB, _HOUR, 3 * _HOUR),
    "derivatives": Cadence(HOURLY_JOB, _HOUR, 3 * _HOUR),
    "onchain": Cadence(HOURLY_JOB, _HOUR, 3 * _HOUR),
    "nft": Cadence(HOURLY_JOB, _HOUR, 3 * _HOUR),
    "social": Cadence(HOURLY_JOB, _HOUR, 3 * _HOUR),
    "fear_greed": Cadence(HOURLY_JOB, _HOUR, 36 * _HOUR),
    "news": Cadence(NEWS_JOB, 30 * _MINUTE, 2 * _HOUR),
}

# What collects the feeds that are told in pages.
FEED_JOB_NAMES = (MARKET_JOB, HOURLY_JOB, NEWS_JOB)


def feeds_of(job: str) -> list[str]:
    """The feeds that a job collects."""
    return [feed for feed, cadence in CADENCES.items() if cadence.job == job]
