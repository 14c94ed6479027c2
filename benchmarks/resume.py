"""A complete collection of hourly candles run again with nothing missing, beside freqtrade's.

    ./dev bench resume [--symbols 100] [--hours 8016] [--rounds 3]

Both collect all from a loopback server, then the same is asked for again by a process of its
own: from the first look at what is missing to the end (`again`), the start of Python, the
imports and the opening of the stores apart. freqtrade's is its command download-data, which
reads each file, asks for what follows its last candle, and writes the file anew; ccxt keeps
nothing that a rerun could begin from. Targets: 0 requests, under a second.
"""

import argparse
import tempfile

from benchmarks.backfill import Part, prepared
from benchmarks.klines_server import Server, serving
from benchmarks.measure import Cost, median, table

RIVALS = ("ours", "freqtrade")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=100)
    parser.add_argument("--hours", type=int, default=8_016)
    parser.add_argument("--rounds", type=int, default=3)
    parsed = parser.parse_args()
    with serving(parsed.symbols, parsed.hours) as server:
        found: dict[str, Cost] = {}
        for who in RIVALS:
            found |= rerun(server, who, parsed.symbols, parsed.hours, parsed.rounds)
    print(f"{parsed.symbols} symbols x {parsed.hours:,} candles, median of {parsed.rounds}")
    print(table(list(found.items())))
    for name, cost in found.items():
        result = cost.result
        print(
            f"{name}: {result['requests']:.0f} requests, from start to end "
            f"{result['wall']:.3f} s, {result['work']:.3f} s of CPU"
        )


def rerun(server: Server, who: str, count: int, hours: int, rounds: int) -> dict[str, Cost]:
    """One complete collection, and the median of so many reruns over it."""
    with tempfile.TemporaryDirectory() as folder:
        prepared(folder)
        first = Part(who, "store", count, hours).run(server, folder)
        again = [Part(who, "again", count, hours).run(server, folder) for _ in range(rounds)]
    return {f"{who} store": first, f"{who} again": median(again)}


if __name__ == "__main__":
    main()
