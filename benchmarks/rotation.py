"""Picks of a pool, with breakers and budgets checked, beside two pairs of libraries.

    ./dev bench rotation [--seconds 0.5] [--rounds 3]

Two figures per strategy, in operations a second of one core: a pick that reserves its weight,
and a pick with all that follows a call that was answered (its duration, its budget, its breaker).
Ours leases budgets from a SQLite file and writes what it counts there, as it does when it calls
providers. The rivals keep all in the memory of one process; what they lack of a rotation they
borrow from ours, so that the difference is the checks and the accounting alone: pybreaker with
limits (its moving window), purgatory with aiolimiter. In turn, each in a process of its own.
The last column is the best that is known of a system whose pick checks neither.
"""

import argparse
from statistics import median

from benchmarks.measure import run_part
from resources.http.rotation import STRATEGIES, StrategyName

RIVALS = {
    "ours": "ours_picks",
    "pybreaker + limits": "pybreaker_picks",
    "purgatory + aiolimiter": "purgatory_picks",
}
MEMBERS = (5, 10)
KINDS = ("pick", "accounted")
UNCHECKED: dict[StrategyName, int] = {
    "round_robin": 378_000,
    "priority": 305_000,
    "weighted": 231_000,
    "least_used": 288_000,
    "fastest_response": 221_000,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--rounds", type=int, default=3)
    parsed = parser.parse_args()
    rates: dict[tuple[str, str], list[float]] = {}
    for _ in range(parsed.rounds):
        for who, part in RIVALS.items():
            cost = run_part(f"benchmarks.parts.{part}", [str(parsed.seconds)])
            for what, rate in cost.result.items():
                rates.setdefault((who, what), []).append(rate)
    print(f"./dev bench rotation --seconds {parsed.seconds} --rounds {parsed.rounds}")
    report({key: median(found) for key, found in rates.items()})


def report(rates: dict[tuple[str, str], float]) -> None:
    """A row per strategy, number of members and figure; the ratio is to the better rival."""
    print(
        f"{'':17}{'of':>3} {'':10}"
        + "".join(f"{who:>24}" for who in RIVALS)
        + f"{'ratio':>8}{'unchecked':>11}"
    )
    for name in STRATEGIES:
        for members in MEMBERS:
            for kind in KINDS:
                found = [rates[who, f"{name}/{members}/{kind}"] for who in RIVALS]
                best = f"{UNCHECKED[name]:>11,}" if kind == "accounted" else ""
                print(
                    f"{name:17}{members:3} {kind:10}"
                    + "".join(f"{rate:>24,.0f}" for rate in found)
                    + f"{found[0] / max(found[1:]):>8.1f}{best}"
                )


if __name__ == "__main__":
    main()
