"""A collection whose pace the providers' rate limits set, beside what they allow at best.

    ./dev bench limits [--providers bitget,mexc,gate] [--symbols 100] [--hours 8016] [--rounds 1]

Hourly candles of eleven months through the real Collector, from a sandbox that enforces the
real limits and takes 50 ms to answer: by each provider alone, then by all at once. It plays
recordings, made up for this, since candles out of its model would cost it more than the
limits allow in time. `least` is
what the limits alone allow, were every window filled in its first instant and every answer
there at once; `plan` is what the cost of a collection is told to be beforehand. The
providers are such that their limits bind, not the latency, and that a round takes about five
minutes (okx alone would take fourteen).
Targets: within 1.2 times of `least` for each alone, no call refused, and all at once
faster than any one of them could ever be.
"""

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import httpx
import polars as pl

from benchmarks.measure import Cost, run_part
from pipelines.processes import RUN_ENVIRONMENT
from pipelines.supervisor import sandbox_config
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
    """Candles of these markets in one window, who may be asked, and what is played."""

    providers: Sequence[Provider]
    markets: Sequence[Symbol]
    window: Window
    recordings: Path

    @property
    def names(self) -> list[str]:
        return [provider.id for provider in self.providers]

    @property
    def hours(self) -> int:
        return self.window.length // _HOUR.ms


@dataclass(frozen=True, slots=True)
class Ran:
    """One collection: `requests` by provider, and the `refused` of all, as the sandbox counted."""

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
    markets = common_markets(providers)[: parsed.symbols]
    start = _months_ago(11)
    window = Window(start, start + parsed.hours * _HOUR.ms)
    print(f"{len(markets)} markets x {parsed.hours} hourly candles, {LATENCY_MS} ms latency")
    print(f"{'':24} {'wall s':>8} {'least s':>8} {'ratio':>6} {'plan s':>7} {'CPU s':>6}  requests")
    with tempfile.TemporaryDirectory() as folder:
        record(Path(folder), providers, markets, window)
        alone = [[provider] for provider in providers]
        works = [Work(who, markets, window, Path(folder)) for who in [*alone, providers]]
        for _ in range(parsed.rounds):
            compare(works)


def compare(works: Sequence[Work]) -> None:
    rans = [collect_and_report(work) for work in works]
    alone = min(least(work) for work in works[:-1])
    faster = "faster" if rans[-1].wall < alone else "SLOWER"
    print(f"all at once: {faster} than any one alone could be ({alone} s)", flush=True)


def collect_and_report(work: Work) -> Ran:
    ran = collect(work)
    report(ran, work)
    return ran


def collect(work: Work) -> Ran:
    """One run in a folder of its own, against a sandbox that nobody has called yet."""
    with tempfile.TemporaryDirectory() as folder, sandbox(work) as url:
        Ledger(f"sqlite:///{folder}/ledger.db").migrate()
        lists = [",".join(work.names), ",".join(str(market) for market in work.markets)]
        arguments = [url, *lists, str(work.window.start), str(work.hours), folder]
        cost = run_part("benchmarks.parts.limited_candles", arguments, RUN_ENVIRONMENT)
        told = httpx.get(f"{url}/_control/requests").raise_for_status().json()["providers"]
    wanted = len(work.markets) * work.hours
    if cost.result["rows"] != wanted:
        raise SystemExit(f"{cost.result['rows']} rows of {wanted} are stored")
    requests = {one["provider"]: one["requests"] for one in told}
    return Ran(cost, requests, sum(one["limited"] for one in told))


def report(ran: Ran, work: Work) -> None:
    best = least(work)
    calls = ", ".join(f"{name} {made}" for name, made in sorted(ran.requests.items()))
    missed = f", above {TARGET}" if len(work.providers) == 1 and ran.wall > TARGET * best else ""
    print(
        f"{', '.join(work.names):24} {ran.wall:8.1f} {best:8} {ran.wall / max(best, 1):6.2f} "
        f"{planned(work):7.1f} {ran.cost.cpu:6.1f}  {calls}; {ran.refused} refused{missed}",
        flush=True,
    )


def least(work: Work) -> int:
    """The fewest seconds in which the limits let enough pages pass, each window filled at once.

    Alone a provider needs whole pages for each market; of several only the sum of
    candles is asked for, so that no division of the work among them can be faster.
    """
    wanted = len(work.markets) * work.hours
    for seconds in count():
        calls = [(candles_of(p).page, _calls_within(p, work, seconds)) for p in work.providers]
        if len(calls) == 1:
            ((page, made),) = calls
            enough = made >= len(work.markets) * -(-work.hours // page)
        else:
            enough = sum(page * made for page, made in calls) >= wanted
        if enough:
            return seconds
    raise AssertionError("time has no end")


def _calls_within(provider: Provider, work: Work, seconds: int) -> int:
    """How many pages may be asked for in [0, seconds], the last instant included."""
    native = provider.native(work.markets[0]) or ""
    query = CandleQuery(native, _HOUR, work.window.start, work.window.end)
    weight = candles_of(provider).call(query).weight
    return min((seconds // limit.seconds + 1) * limit.amount // weight for limit in provider.limits)


def planned(work: Work) -> float:
    """What `cost` says of the collection, in seconds."""
    demands = [Demand(market, _HOUR, work.window) for market in work.markets]
    costs = cost(demands, work.providers, lambda _provider, _demand: True)
    return 60 * max(each.minutes for each in costs.values())


def candles_of(provider: Provider) -> Candles:
    if provider.candles is None:
        raise SystemExit(f"{provider.id} has no candles")
    return provider.candles


def common_markets(providers: Sequence[Provider]) -> list[Symbol]:
    """The markets in Tether that all of them can spell, in the registry's order."""
    markets = (market for market in load_registry().markets() if market.quote == "USDT")
    return [market for market in markets if all(p.native(market) for p in providers)]


def record(
    folder: Path, providers: Sequence[Provider], markets: Sequence[Symbol], window: Window
) -> None:
    """Recordings as the sandbox replays them: a wave for each market, the same everywhere."""
    hour = pl.int_range(window.length // _HOUR.ms, eager=True)
    index = []
    for number, market in enumerate(markets):
        opens, closes = (
            100 * (1 + number) * (1 + 0.1 * ((hour + at) / 50 + number).sin()) for at in (0, 1)
        )
        frame = pl.DataFrame({"ts_ms": window.start + hour * _HOUR.ms, "open": opens})
        frame = frame.with_columns(
            high=pl.max_horizontal(opens, closes) * 1.001,
            low=pl.min_horizontal(opens, closes) * 0.999,
            close=closes,
            volume=50.0 + hour % 97,
        )
        frame.write_parquet(folder / f"{market.base}.parquet")
        index += [
            (f"{market.base}.parquet", p.id, f"{market.base}{market.quote}", "1h")
            for p in providers
        ]
    columns = ["file", "exchange", "symbol", "interval"]
    pl.DataFrame(index, schema=columns, orient="row").write_csv(folder / "INDEX.csv")


@contextmanager
def sandbox(work: Work) -> Iterator[str]:
    """These providers with their real limits, nobody else."""
    played = sandbox_config()["providers"]
    assert isinstance(played, dict)
    config = {"providers": {name: played[name] for name in work.names}, "latency_ms": LATENCY_MS}
    with running(config, work.recordings) as url:
        yield url


def _months_ago(months: int) -> int:
    """The start of a month so long ago; those with ten thousand candles have eleven months."""
    now = datetime.now(UTC)
    month = now.year * 12 + now.month - 1 - months
    return int(datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC).timestamp() * 1000)


if __name__ == "__main__":
    main()
