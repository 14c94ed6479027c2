"""The same with purgatory's breakers and the buckets of aiolimiter.

python -m benchmarks.parts.purgatory_picks SECONDS
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from aiolimiter import AsyncLimiter
from purgatory import AsyncCircuitBreakerFactory

from benchmarks.parts.picking import AMOUNT, SECONDS, Work, measure, seats, told
from resources.http.rotation import StrategyName


@contextmanager
def picks(name: StrategyName, count: int) -> Iterator[Mapping[str, Work]]:
    strategy, places = seats(name, count)
    factory = AsyncCircuitBreakerFactory(default_threshold=5)
    limiters = {seat.provider.id: AsyncLimiter(AMOUNT, SECONDS) for seat in places}

    async def pick(n: int) -> None:
        for _ in range(n):
            provider = strategy.choose(places).provider.id
            breaker = await factory.get_breaker(provider)
            await breaker.__aenter__()
            await limiters[provider].acquire()

    async def accounted(n: int) -> None:
        for _ in range(n):
            seat = strategy.choose(places)
            async with await factory.get_breaker(seat.provider.id):
                await limiters[seat.provider.id].acquire()
                told(seat.figures)

    with asyncio.Runner() as runner:
        yield {
            "pick": lambda n: runner.run(pick(n)),
            "accounted": lambda n: runner.run(accounted(n)),
        }


if __name__ == "__main__":
    measure(picks)
