"""The same with pybreaker's breakers and the moving windows of limits.

python -m benchmarks.parts.pybreaker_picks SECONDS
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pybreaker
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from benchmarks.parts.picking import AMOUNT, SECONDS, Work, measure, seats, told
from resources.http.rotation import StrategyName

# A window is a list that grows at its head: emptied that often, it holds about what real
# limits would, and adding to it stays cheap.
_KEPT = 20_000


@contextmanager
def picks(name: StrategyName, count: int) -> Iterator[Mapping[str, Work]]:
    strategy, places = seats(name, count)
    storage = MemoryStorage()
    limiter, limit = MovingWindowRateLimiter(storage), RateLimitItemPerSecond(AMOUNT, SECONDS)
    breakers = {seat.provider.id: pybreaker.CircuitBreaker() for seat in places}
    made = 0

    def bounded(n: int) -> None:
        nonlocal made
        made += n
        if made > _KEPT:
            made = 0
            storage.events.clear()

    def pick(n: int) -> None:
        bounded(n)
        for _ in range(n):
            provider = strategy.choose(places).provider.id
            if breakers[provider].current_state == "open" or not limiter.hit(limit, provider):
                raise SystemExit("nobody should have been refused")

    def accounted(n: int) -> None:
        bounded(n)
        for _ in range(n):
            seat = strategy.choose(places)
            provider = seat.provider.id
            if not limiter.hit(limit, provider):
                raise SystemExit("nobody should have been refused")
            breakers[provider].call(told, seat.figures)

    yield {"pick": pick, "accounted": accounted}
    storage.reset()


if __name__ == "__main__":
    measure(picks)
