"""The newest 500 candles of a changing market over HTTP, beside Datasette and ROAPI.

    ./dev bench serve [--markets 100] [--length 8016] [--seconds 8] [--rounds 3]
                      [--connections 32] [--only ours]

The load is wrk's: so many connections, each with one request at a time, of one market of 100 at
random, hourly candles. Ours is `python -m api` as its users run it, asked with a key (required),
its limits and metrics on; the limits are set so high that nobody is refused. Datasette serves the
same rows from SQLite (one table whose primary key is symbol and open_time, opened as immutable),
ROAPI from its memory. Before the load all three must give the same rows of each market, once.

CPU is that of the server's processes, user and system, for each answered request; in turn rounds,
the median of each. Targets: 0.15 ms, 30 times less than Datasette.
"""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx

from benchmarks.parts.served import Server
from benchmarks.parts.served_candles import MOST, RIVALS, Rival, fill, fresh_key
from benchmarks.parts.wrk import Load, load, require_wrk

TARGET_MS, TARGET_RATIO = 0.15, 30.0
_WARM = 2.0


@dataclass(frozen=True, slots=True)
class Round:
    """What one server did in one round; CPU in ms for each request."""

    cpu: float
    load: Load
    memory: float


def main() -> None:
    require_wrk()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markets", type=int, default=100)
    parser.add_argument("--length", type=int, default=8016)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--only", nargs="+", choices=RIVALS, default=list(RIVALS))
    parsed = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = Path(folder)
        markets = fill(home, parsed.markets, parsed.length)
        key = fresh_key(home)
        servers = {
            name: (RIVALS[name], stack.enter_context(RIVALS[name].start(home)))
            for name in parsed.only
        }
        compare(servers, markets, key)
        rounds = measure(servers, markets, key, parsed)
    print(f"./dev bench serve --markets {parsed.markets} --seconds {parsed.seconds:g} "
          f"--rounds {parsed.rounds} --connections {parsed.connections}")  # fmt: skip
    report(rounds)


Servers = Mapping[str, tuple[Rival, Server]]


def compare(servers: Servers, markets: Sequence[str], key: str) -> None:
    """Asks all of them for each market once, so that what they keep is kept.

    Raises SystemExit where two tell other rows of one.
    """
    with httpx.Client(trust_env=False, timeout=60, headers={"X-API-Key": key}) as client:
        for market in markets:
            told = {
                name: rival.rows(client.get(server.url + rival.path(market)).raise_for_status())
                for name, (rival, server) in servers.items()
            }
            first = next(iter(told.values()))
            if len(first) != MOST or any(rows != first for rows in told.values()):
                raise SystemExit(f"the rows of {market} differ")


def measure(
    servers: Servers, markets: Sequence[str], key: str, parsed: argparse.Namespace
) -> dict[str, list[Round]]:
    found: dict[str, list[Round]] = {name: [] for name in servers}
    for number in range(parsed.rounds):
        for name, (rival, server) in servers.items():
            paths = [rival.path(market) for market in markets]
            for seconds, counts in ((_WARM, False), (parsed.seconds, True)):
                before = server.cpu()
                done = load(
                    server.url,
                    paths,
                    seconds,
                    connections=parsed.connections,
                    seed=number,
                    headers={"X-API-Key": key},
                )
                if done.failed:
                    raise SystemExit(f"{name} failed {done.failed} of {done.requests} requests")
                if counts:
                    spent = 1000 * (server.cpu() - before) / done.requests
                    found[name].append(Round(spent, done, server.memory()))
    return found


def report(rounds: Mapping[str, Sequence[Round]]) -> None:
    """Medians of the rounds; the ratio is to the first."""
    names = ("CPU ms", "ratio", "req/s", "p50 ms", "p95 ms", "p99 ms", "kB", "MB")
    print(f"{'':12}" + "".join(f"{name:>9}" for name in names) + "   CPU ms of the rounds")
    base = median(one.cpu for one in next(iter(rounds.values())))
    for name, found in rounds.items():
        cpu = median(one.cpu for one in found)
        loads = [one.load for one in found]
        rate = median(one.requests / one.seconds for one in loads)
        size = median(1000 * one.mb / one.requests for one in loads)
        tails = [median(getattr(one, p) for one in loads) for p in ("p50", "p95", "p99")]
        print(f"{name:12}{cpu:9.3f}{cpu / base:9.1f}{rate:9,.0f}"
              + "".join(f"{tail:9.1f}" for tail in tails)
              + f"{size:9.0f}{found[-1].memory:9.0f}   "
              + " ".join(f"{one.cpu:.3f}" for one in found))  # fmt: skip
    print(f"targets: {TARGET_MS} ms; Datasette {TARGET_RATIO:.0f} times ours")


if __name__ == "__main__":
    main()
