"""Candles from a loopback server into the lake, beside ccxt into parquet and freqtrade into feather.

    ./dev bench backfill [--scale 1 10 100] [--rounds 3]

Scale 1 is 80,160 hourly candles: 10 symbols x 8,016; 10 is 100 symbols x 8,016; 100 is 100
symbols x 80,160, nine years of months. Each rival in turn is a process of its own. Ours
validates, merges, keeps coverage and acknowledges; ccxt (its async client, pandas) writes one
parquet file a symbol; freqtrade is its command download-data, whose Binance class talks to the
same server: it asks each symbol's first page twice and leaves out the newest candle. At scale
10 also fetched and parsed alone, ours and ccxt's.

CPU is of the whole process; `work` leaves out the start of Python and the imports. Our process
has the environment of a run under the supervisor, and a ledger that is set up. Targets: at
most 60 % of ccxt's CPU and a third of freqtrade's, a third of ccxt's for fetching alone; time
no worse than linear, memory flat; at scale 10 under 300 MB of memory and 45 MB on disk.
"""

import argparse
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.klines_server import Server, serving
from benchmarks.measure import Cost, median, run_part, table
from pipelines.processes import RUN_ENVIRONMENT
from resources.ledger import Ledger

UNIT = 80_160
SCALES = {1: (10, 8_016), 10: (100, 8_016), 100: (100, 80_160)}
STORE = [("ours", "store"), ("ccxt", "store"), ("freqtrade", "store")]
FETCH = [("ours", "fetch"), ("ccxt", "fetch")]
# The most of a rival's CPU that ours may need.
TARGETS = {("ccxt", "store"): 0.6, ("freqtrade", "store"): 1 / 3, ("ccxt", "fetch"): 1 / 3}


@dataclass(frozen=True, slots=True)
class Part:
    """What a rival does in one process: `what` with the candles of a server."""

    who: str
    what: str
    count: int
    hours: int

    def run(self, server: Server, folder: str) -> Cost:
        """Raises SystemExit where rows are missing; freqtrade leaves out each symbol's newest."""
        before = server.requests
        arguments = [self.what, server.url, str(self.count), str(self.hours), folder]
        more = RUN_ENVIRONMENT if self.who == "ours" else None
        cost = run_part(f"benchmarks.parts.{self.who}_candles", arguments, more)
        wanted = self.count * (self.hours - (self.who == "freqtrade"))
        if cost.result["rows"] != wanted:
            raise SystemExit(f"{self.who} has {cost.result['rows']} rows of {wanted}")
        asked = {"requests": server.requests - before}
        return Cost(cost.cpu, cost.wall, cost.peak_mb, {**cost.result, **asked})


def prepared(folder: str) -> None:
    """Set up our ledger, as every start of the platform does."""
    ledger = Ledger(f"sqlite:///{Path(folder) / 'ledger.db'}")
    ledger.migrate()
    ledger.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=int, nargs="+", choices=SCALES, default=[1, 10])
    parser.add_argument("--rounds", type=int, default=3)
    parsed = parser.parse_args()
    ours = {
        scale: compare(scale, parsed.rounds)["ours", "store"] for scale in sorted(set(parsed.scale))
    }
    growth(ours)


def compare(scale: int, rounds: int) -> Mapping[tuple[str, str], Cost]:
    """Run and tell one scale; the median round of each part."""
    count, hours = SCALES[scale]
    parts = STORE + (FETCH if scale == 10 else [])
    costs: dict[tuple[str, str], list[Cost]] = {part: [] for part in parts}
    with serving(count, hours) as server:
        for _ in range(rounds):
            for who, what in parts:
                with tempfile.TemporaryDirectory() as folder:
                    prepared(folder)
                    costs[who, what].append(Part(who, what, count, hours).run(server, folder))
    found = {part: median(runs) for part, runs in costs.items()}
    print(f"\nscale {scale}: {count} symbols x {hours:,} candles, median of {rounds} in turn")
    print(table([(f"{who} {what}", cost) for (who, what), cost in found.items()]))
    for part, cost in found.items():
        tell(part, cost, found["ours", part[1]])
    return found


def tell(part: tuple[str, str], cost: Cost, ours: Cost) -> None:
    """One line: what a part asked and left behind, and what ours needs of its CPU."""
    who, what = part
    said = f"{who} {what}: work {cost.result['work']:.2f} s, {cost.result['requests']:.0f} requests"
    if "disk_mb" in cost.result:
        said += f", {cost.result['disk_mb']:.1f} MB on disk"
    if part in TARGETS:
        said += (
            f"; ours needs {ours.cpu / cost.cpu:.0%} of its CPU (target {TARGETS[part]:.0%}), "
            f"{ours.result['work'] / cost.result['work']:.0%} of its work"
        )
    print(said)


def growth(ours: Mapping[int, Cost]) -> None:
    """Ours over the scales: what a candle costs and the memory, each also as a multiple of what
    it is at the scale before."""
    print(f"\n{'ours, a candle':24} {'work us':>8} {'wall us':>8} {'peak MB':>8}")
    before: tuple[float, ...] = ()
    for scale, cost in ours.items():
        each = [1e6 * cost.result[what] / (UNIT * scale) for what in ("work", "wall")]
        figures = (*each, cost.peak_mb)
        numbers = " ".join(f"{figure:8.2f}" for figure in figures)
        times = [f"{now / then:.2f}" for now, then in zip(figures, before, strict=False)]
        print(f"{f'scale {scale}':24} {numbers}   {' '.join(times)}")
        before = figures
    print("at most 1 is linear time and flat memory")


if __name__ == "__main__":
    main()
