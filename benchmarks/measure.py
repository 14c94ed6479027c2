"""What things cost: a part of a benchmark as a process of its own, or many short calls in this one."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median as middle
from statistics import quantiles
from typing import TypeVar

Answer = TypeVar("Answer")
# Threads that a call started may work on a little after it has answered.
_SETTLE = 0.003


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process cost: CPU seconds (user and system, children included), wall, memory."""

    cpu: float
    wall: float
    peak_mb: float
    result: Mapping[str, float]


def run_part(module: str, arguments: Sequence[str], more: Mapping[str, str] | None = None) -> Cost:
    """Run `python -m module`; the last line that it prints is its result as JSON.

    `more` is added to its environment.
    """
    command = [sys.executable, "-m", module, *arguments]
    started = time.monotonic()
    environment = {**os.environ, **(more or {})}
    # Nobody compiles the same modules anew in each round.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - started
    if status:
        raise SystemExit(f"{module} failed with status {status}:\n{output}")
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


def timed(call: Callable[[], Answer]) -> tuple[Answer, float, float]:
    """What a call answers, its CPU seconds (all threads of this process) and its wall seconds."""
    cpu, started = time.process_time(), time.perf_counter()
    answer = call()
    wall = time.perf_counter() - started
    time.sleep(_SETTLE)
    return answer, time.process_time() - cpu, wall


@dataclass(frozen=True, slots=True)
class Timings:
    """What many short calls cost, each in ms."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def add(self, cpu: float, wall: float) -> None:
        """Both in seconds."""
        self.cpu.append(1000 * cpu)
        self.wall.append(1000 * wall)


def timings_table(reads: Mapping[str, Mapping[str, Timings]]) -> str:
    """Medians and 95th percentiles; the last column is the CPU as a multiple of the first row's."""
    lines = [f"{'':24} {'CPU ms':>8} {'p95':>8} {'wall ms':>8} {'p95':>8} {'ratio':>8}"]
    for read, rivals in reads.items():
        lines.append(read)
        base = middle(next(iter(rivals.values())).cpu)
        for name, cost in rivals.items():
            figures = [f(of) for of in (cost.cpu, cost.wall) for f in (middle, _p95)]
            numbers = " ".join(f"{figure:8.2f}" for figure in [*figures, figures[0] / base])
            lines.append(f"  {name:22} {numbers}")
    return "\n".join(lines)


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1]
