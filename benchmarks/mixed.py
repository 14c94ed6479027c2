"""Everything at once: the platform with all feeds on the sandbox, and 100 users of its service.

    ./dev bench mixed [--minutes 30] [--users 100] [--assets 20] [--since 2025-01-01]

Seven of ten users read (candles, prices, feeds, histories, operations; with what they hold of
earlier answers), two of ten sit at a socket, the others send SQL or fetch histories as files. Each has
a key of its own of the tier pro, with its limits on, and thinks between two questions. Their
process is not counted, nor is the first collection (of so many assets, since that day); all that `headwater demo` starts is, runs of Dagster included. Memory is
the proportional share (PSS): pages that processes share count once.

Targets: no error, p95 of all requests under 500 ms, memory flat and under 1 GB in all.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Sequence
from statistics import median, quantiles

from benchmarks.parts.demo import Demo, Usage, running
from benchmarks.parts.users import Tally, use

TARGET_P95_MS, TARGET_MB = 500, 1024
_SAMPLES_A_MINUTE = 6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--assets", type=int, default=20)
    parser.add_argument("--since", default="2025-01-01")
    parsed = parser.parse_args()
    tally = Tally()
    with running(parsed.assets, parsed.since) as demo:
        keys = demo.keys(parsed.users, "write")
        started = time.monotonic()
        usage = asyncio.run(_measured(demo, keys, 60 * parsed.minutes, tally))
        wall = time.monotonic() - started
    print(f"./dev bench mixed --minutes {parsed.minutes:g} --users {parsed.users}")
    report_requests(tally, wall)
    report_memory(usage)
    report_cpu(usage, wall)
    if tally.errors:
        raise SystemExit("there were errors")


async def _measured(
    demo: Demo, keys: Sequence[str], seconds: float, tally: Tally
) -> list[list[Usage]]:
    """What the platform used, by minute."""
    users = asyncio.create_task(use(demo.url, keys, seconds, tally))
    minutes: list[list[Usage]] = []
    while not users.done():
        if not minutes or len(minutes[-1]) == _SAMPLES_A_MINUTE:
            minutes.append([])
        minutes[-1].append(await asyncio.to_thread(demo.usage))
        await asyncio.wait({users}, timeout=60 / _SAMPLES_A_MINUTE)
    minutes[-1].append(await asyncio.to_thread(demo.usage))
    await users
    return minutes


def report_requests(tally: Tally, wall: float) -> None:
    print(f"\n{'ms':18}{'requests':>10}{'p50':>9}{'p95':>9}{'p99':>9}{'most':>9}")
    every = [ms for took in tally.took.values() for ms in took]
    for name, took in (*sorted(tally.took.items()), ("all", every)):
        cuts = quantiles(took, n=100, method="inclusive") if len(took) > 1 else [took[0]] * 99
        figures = (median(took), cuts[94], cuts[98], max(took))
        print(f"{name:18}{len(took):>10,}" + "".join(f"{ms:9.1f}" for ms in figures))
    print(f"{len(every) / wall:.0f} requests/s, {tally.messages:,} messages heard, "
          f"{tally.busy} asked again, {tally.errors.total()} errors")  # fmt: skip
    for error, count in tally.errors.most_common(20):
        print(f"  {count} x {error}")
    print(f"targets: 0 errors, p95 of all under {TARGET_P95_MS} ms")


def report_memory(minutes: Sequence[Sequence[Usage]]) -> None:
    print("\nMB by minute, the most of each; and at its end by kind of process")
    for number, samples in enumerate(minutes, 1):
        most = max(sum(one.memory.values()) for one in samples)
        kinds = "  ".join(f"{kind} {mb:.0f}" for kind, mb in sorted(samples[-1].memory.items()))
        print(f"{number:4} {most:6.0f}   {kinds}")
    print(f"target: under {TARGET_MB} MB")


def report_cpu(minutes: Sequence[Sequence[Usage]], wall: float) -> None:
    """Of what all processors could have done in this time."""
    before, after = minutes[0][0].cpu, minutes[-1][-1].cpu
    # A process that was not reaped by its parent is gone with its time.
    spent = {kind: max(0.0, after[kind] - before.get(kind, 0.0)) for kind in after}
    total = sum(spent.values())
    could = wall * (os.cpu_count() or 1)
    print(
        "\nCPU "
        + "  ".join(
            f"{kind} {s:.0f} s" for kind, s in sorted(spent.items(), key=lambda one: -one[1])
        )
    )
    print(f"{total:.0f} s in all, {total / could:.0%} of {os.cpu_count()} cores; "
          f"load {os.getloadavg()[0]:.1f}")  # fmt: skip


if __name__ == "__main__":
    main()
