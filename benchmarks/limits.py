"""A collection whose pace the providers' rate limits set, beside what they allow at best.

    ./dev bench limits [--providers bitget,mexc,gate] [--symbols 100] [--hours 8016] [--rounds 1]

Hourly candles of eleven months through the real Collector, from a sandbox that enforces the
real limits and takes 50 ms to answer: by each provider alone, then by all at once. `least` is
what the limits alone allow, were every window filled in its first instant and every answer
there at once; `plan` is what the cost of a collection is told to be beforehand. The
providers are such that their limits bind, not the latency, and that a round takes some
minutes (okx alone would take 14).
Targets: within 1.2 times of `least` for each alone, no call refused, and all at once
faster than any one of them could ever be.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import httpx

from benchmarks.measure import Cost, run_part
from pipelines.supervisor import RUN_ENVIRONMENT, sandbox_config
from resources.http.client import Client
from resources.ledger import Ledger
from resources.market import Interval, Symbol, load_registry
from resources.plan import Demand, Window, cost
from resources.providers import load_providers
from resources.providers.base import CandleQuery, Candles, Provider
from sandbox.server import running

LATENCY_MS = 50
TARGET = 1.2
_HOUR = Interval.H1


@dataclass(frozen=True, slots=True)
class Work:
    """What is collected: candles of these markets in one window."""

    markets: Sequence[Symbol]
    window: Window

    @property
    def hours(self) -> int:
        return self.window.length // _HOUR.ms

    @property
    def candles(self) -> int:
        return len(self.markets) * self.hours


@dataclass(frozen=True, slots=True)
class Ran:
    """One collection: `requests` and `refused` are by provider, as the sandbox counted them."""

    cost: Cost
    requests: Mapping[str, int]
    refused: int

    @property
    def wall(self) -> float:
        return self.cost.result["wall"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--providers", default="bitget,mexc,gate")
    parser.add_argument("--symbols", type=int, default=100)
    parser.add_argument("--hours", type=int, default=8016)
    parser.add_argument("--rounds", type=int, default=1)
    parsed = parser.parse_args()
    providers = [load_providers()[name] for name in parsed.providers.split(",")]
    start = _month_start(11)
    window = Window(start, start + parsed.hours * _HOUR.ms)
    work = Work(asyncio.run(common_markets(providers))[: parsed.symbols], window)
    if len(work.markets) < parsed.symbols:
        raise SystemExit(f"only {len(work.markets)} markets are listed by all of them")
    print(f"{len(work.markets)} markets x {work.hours} hourly candles, {LATENCY_MS} ms latency")
    print(f"{'':24} {'wall s':>8} {'least s':>8} {'ratio':>6} {'plan s':>7} {'CPU s':>6}  requests")
    for _ in range(parsed.rounds):
        compare(providers, work)


def compare(providers: Sequence[Provider], work: Work) -> None:
    alone = []
    for provider in providers:
        alone.append(least([provider], work))
        report(collect([provider], work), alone[-1], [provider], work)
    together = collect(providers, work)
    report(together, least(providers, work), providers, work)
    faster = "faster" if together.wall < min(alone) else "SLOWER"
    print(f"all at once: {faster} than any one alone could be ({min(alone)} s)")


def collect(providers: Sequence[Provider], work: Work) -> Ran:
    """One run in a folder of its own, against a sandbox that nobody has called yet."""
    names = [provider.id for provider in providers]
    with tempfile.TemporaryDirectory() as folder, sandbox(names) as url:
        Ledger(f"sqlite:///{folder}/ledger.db").migrate()
        arguments = [
            url,
            ",".join(names),
            ",".join(str(market) for market in work.markets),
            str(work.window.start),
            str(work.hours),
            folder,
        ]
        cost = run_part("benchmarks.parts.limited_candles", arguments, RUN_ENVIRONMENT)
        told = httpx.get(f"{url}/_control/requests").raise_for_status().json()["providers"]
    if cost.result["rows"] != work.candles:
        raise SystemExit(f"{cost.result['rows']} rows of {work.candles} are stored")
    requests = {one["provider"]: one["requests"] for one in told}
    return Ran(cost, requests, sum(one["limited"] for one in told))


def report(ran: Ran, least: int, providers: Sequence[Provider], work: Work) -> None:
    who = ", ".join(provider.id for provider in providers)
    calls = ", ".join(f"{name} {made}" for name, made in sorted(ran.requests.items()))
    verdict = "" if ran.wall <= TARGET * least else f", above {TARGET} times"
    print(
        f"{who:24} {ran.wall:8.1f} {least:8} {ran.wall / max(least, 1):6.2f} "
        f"{planned(providers, work):7.1f} {ran.cost.cpu:6.1f}  {calls}; "
        f"{ran.refused} refused{verdict}",
        flush=True,
    )


def least(providers: Sequence[Provider], work: Work) -> int:
    """The fewest seconds in which the limits let enough pages pass, each window filled at once.

    Alone each market needs whole pages; of several, only the sum of candles is asked for,
    so that no division of the work among them can be faster.
    """
    for seconds in count():
        pages = {p.id: _calls_within(p, work, seconds) for p in providers}
        if len(providers) == 1 and pages[providers[0].id] >= _pages(providers[0], work):
            return seconds
        if len(providers) > 1 and sum(
            pages[p.id] * _candles(p).page for p in providers
        ) >= work.candles:
            return seconds
    raise AssertionError


def _calls_within(provider: Provider, work: Work, seconds: int) -> int:
    """How many pages may be asked for in [0, seconds], the last instant included."""
    native = provider.native(work.markets[0]) or ""
    query = CandleQuery(native, _HOUR, work.window.start, work.window.end)
    weight = _candles(provider).call(query).weight
    return min(
        (seconds // limit.seconds + 1) * limit.amount // weight for limit in provider.limits
    )


def _pages(provider: Provider, work: Work) -> int:
    return len(work.markets) * -(-work.hours // _candles(provider).page)


def _candles(provider: Provider) -> Candles:
    if provider.candles is None:
        raise SystemExit(f"{provider.id} has no candles")
    return provider.candles


def planned(providers: Sequence[Provider], work: Work) -> float:
    """What `cost` says of the collection, in seconds."""
    demands = [Demand(market, _HOUR, work.window) for market in work.markets]
    costs = cost(demands, providers, lambda _provider, _demand: True)
    return 60 * max(each.minutes for each in costs.values())


async def common_markets(providers: Sequence[Provider]) -> list[Symbol]:
    """The markets that all of them list, in the registry's order."""
    natives: dict[str, set[str]] = {}
    with tempfile.TemporaryDirectory() as folder, sandbox([p.id for p in providers]) as url:
        ledger = Ledger(f"sqlite:///{folder}/ledger.db")
        ledger.migrate()
        async with Client(ledger, sandbox_url=url) as client:
            for provider in providers:
                if provider.markets is None:
                    raise SystemExit(f"{provider.id} does not list its markets")
                answer = await client.get(
                    provider, provider.markets.call(), provider.markets.parse
                )
                natives[provider.id] = set(answer.value["native"])
    return [
        market
        for market in load_registry().markets()
        if all(provider.native(market) in natives[provider.id] for provider in providers)
    ]


@contextmanager
def sandbox(names: Sequence[str]) -> Iterator[str]:
    """These providers with their real limits, nobody else."""
    played = sandbox_config()["providers"]
    config = {"providers": {name: played[name] for name in names}, "latency_ms": LATENCY_MS}
    with running(config) as url:
        yield url


def _month_start(months_ago: int) -> int:
    """Full months that even providers with ten thousand candles still have."""
    now = datetime.now(UTC)
    months = now.year * 12 + now.month - 1 - months_ago
    return int(datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC).timestamp() * 1000)


if __name__ == "__main__":
    main()
