"""The mood of the sandbox's market, of which indices and headlines tell alike."""

from functools import lru_cache

from sandbox.model import DAY, SEED
from sandbox.noise import key_of, level

_DAYS = 14


def mood(at: int) -> float:
    """From 0, fear, to 1, greed: where bitcoin stands at the start of the day of a moment (ms since
    1970, UTC), among the two weeks before."""
    day = at // 86_400_000
    walk = [_level(day - back) for back in range(_DAYS, -1, -1)]
    low, high = min(walk), max(walk)
    return (walk[-1] - low) / (high - low)


@lru_cache(maxsize=16_384)
def _level(day: int) -> float:
    return level(key_of(SEED, "BTC"), day * DAY)
