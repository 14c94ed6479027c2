"""Runs that are killed at random moments and at their commits, and started again."""

from benchmarks.parts.killed_runs import KilledRuns
from benchmarks.parts.work import Work
from resources.market import Interval

WORK = Work(("BTC", "ETH"), Interval.M5, "2026-01-01", "2026-02-01")
KILLS, SEED = 5, 1
# A month of both markets is stored at its end at the latest; and the listing.
MONTH = 2 * 10 + 1


def test_kills_lose_and_double_nothing_and_cost_few_pages(sandbox: str) -> None:
    runs = KilledRuns(sandbox, WORK, SEED)
    while runs.figures.kills < KILLS:
        runs.fill(KILLS - runs.figures.kills)
    figures = runs.figures
    assert (figures.lost, figures.doubled, figures.other) == (0, 0, 0)
    assert 0 < figures.aimed < KILLS
    extra = figures.requests - figures.undisturbed_requests
    assert extra <= sum(figures.in_vain) + KILLS * len(WORK.symbols)
    assert max(figures.in_vain) <= MONTH
