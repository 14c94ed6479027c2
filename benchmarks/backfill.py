"""Candles from a loopback server into the lake, beside ccxt into parquet.

    ./dev bench backfill [--symbols 100] [--hours 8016] [--rounds 3]

Two comparisons, each run in turn as a process of its own: fetched and parsed alone, and
everything (validated, merged, acknowledged, queryable; for ccxt one parquet file a symbol).
CPU is of the whole process; `work` leaves out the start of Python and the imports. Our
process has the environment of a run under the supervisor, and a ledger that is set up.
Targets: a third of ccxt's CPU for the first, less than ccxt's for the second, under 300 MB
of memory, at most 45 MB on disk.
"""

import argparse
import tempfile

from benchmarks.klines_server import serving
from benchmarks.measure import Cost, median, run_part, table
from pipelines.supervisor import RUN_ENVIRONMENT
from resources.ledger import Ledger

PARTS = [(who, what) for what in ("fetch", "store") for who in ("ours", "ccxt")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=100)
    parser.add_argument("--hours", type=int, default=8016)
    parser.add_argument("--rounds", type=int, default=3)
    parsed = parser.parse_args()
    compare(parsed.symbols, parsed.hours, parsed.rounds)


def compare(count: int, hours: int, rounds: int) -> None:
    costs: dict[tuple[str, str], list[Cost]] = {part: [] for part in PARTS}
    with serving(count, hours) as url:
        for _ in range(rounds):
            for who, what in PARTS:
                cost = part(who, what, url, count, hours)
                if cost.result["rows"] != count * hours:
                    raise SystemExit(f"{who} has {cost.result['rows']} rows of {count * hours}")
                costs[who, what].append(cost)
    best = {part: median(runs) for part, runs in costs.items()}
    print(f"{count} symbols x {hours} hourly candles, median of {rounds} rounds in turn")
    print(table([(f"{who} {what}", cost) for (who, what), cost in best.items()]))
    for what, target in (("fetch", 3), ("store", 1)):
        theirs, ours = best["ccxt", what], best["ours", what]
        work = theirs.result["work"] / ours.result["work"]
        print(
            f"{what}: ccxt needs {theirs.cpu / ours.cpu:.2f} times our CPU (target {target}); work "
            f"alone {theirs.result['work']:.2f} s to {ours.result['work']:.2f} s, {work:.2f} times"
        )
    ours = best["ours", "store"]
    print(f"memory {ours.peak_mb:.0f} MB (target 300), disk {ours.result['disk_mb']:.1f} MB (45)")


def part(who: str, what: str, url: str, count: int, hours: int) -> Cost:
    """One run in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        Ledger(f"sqlite:///{folder}/ledger.db").migrate()
        arguments = [what, url, str(count), str(hours), folder]
        more = RUN_ENVIRONMENT if who == "ours" else None
        return run_part(f"benchmarks.parts.{who}_candles", arguments, more)


if __name__ == "__main__":
    main()
