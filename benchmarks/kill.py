"""Runs of candles that are killed (kill -9) and started again, against the sandbox.

    ./dev bench kill [100] [--seed 1] [--each 5]

Each fill collects the same candles into a home of its own, and up to `--each` runs of it are
killed: half of them at random moments, the others right after a commit of the lake, before or
while the ledger hears of it. At the end the home must hold what an undisturbed run stores.
Targets: 0 rows lost, 0 doubled, 0 other; no page is fetched again that was asked for more than
5 seconds, and the time of one flush, before the kill.
"""

import argparse
import os

from assets.collect import FLUSH_SECONDS
from benchmarks.parts.killed_runs import Figures, KilledRuns
from benchmarks.parts.work import Work
from pipelines.supervisor import sandbox_config
from resources.market import Interval
from sandbox.server import running

WORK = Work(("BTC", "ETH", "SOL"), Interval.M1, "2026-03-01", "2026-04-01")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=5)
    parsed = parser.parse_args()
    with running(sandbox_config()) as sandbox:
        runs = KilledRuns(sandbox, WORK, parsed.seed)
        while (left := parsed.kills - runs.figures.kills) > 0:
            runs.fill(min(parsed.each, left))
            print(_told(runs.figures), flush=True)
    figures = runs.figures
    if figures.lost or figures.doubled or figures.other:
        raise SystemExit("rows were lost, doubled or changed")


def _told(figures: Figures) -> str:
    extra = figures.requests - figures.undisturbed_requests
    load = os.getloadavg()[0]
    return (
        f"{figures.kills} kills ({figures.aimed} at a commit) in {figures.fills} fills: rows lost "
        f"{figures.lost}, doubled {figures.doubled}, other {figures.other}; extra requests {extra} "
        f"of {figures.requests}, {max(figures.in_vain)} by one kill at most; the oldest page "
        f"fetched again was asked for {max(figures.seconds):.1f} s before its kill (a flush every "
        f"{FLUSH_SECONDS:.0f} s); load {load:.1f}"
    )


if __name__ == "__main__":
    main()
