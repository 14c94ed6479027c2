"""Runs one part of a benchmark as a process of its own and says what it cost."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process cost: CPU seconds (user and system, children included), wall, memory."""

    cpu: float
    wall: float
    peak_mb: float
    result: Mapping[str, float]


def run_part(module: str, part: str, arguments: Sequence[str] = ()) -> Cost:
    """Run `python -m module --part part`; the last line that it prints is its result as JSON."""
    command = [sys.executable, "-m", module, "--part", part, *arguments]
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - started
    if status:
        raise SystemExit(f"{part} failed with status {status}:\n{output}")
    result = json.loads(output.strip().splitlines()[-1])
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, result)


def median(costs: Iterable[Cost]) -> Cost:
    """The run with the median CPU time."""
    ordered = sorted(costs, key=lambda cost: cost.cpu)
    return ordered[len(ordered) // 2]


def table(rows: Sequence[tuple[str, Cost]]) -> str:
    lines = [f"{'':24} {'CPU s':>8} {'wall s':>8} {'peak MB':>8}"]
    lines += [f"{name:24} {c.cpu:8.2f} {c.wall:8.2f} {c.peak_mb:8.0f}" for name, c in rows]
    return "\n".join(lines)
