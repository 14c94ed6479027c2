"""Load by wrk, a program of the system (Debian: apt-get install wrk)."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_SCRIPT = Path(__file__).with_suffix(".lua")


@dataclass(frozen=True, slots=True)
class Load:
    """What a server answered; latencies in ms, `failed` counts statuses above 399 too."""

    requests: int
    seconds: float
    failed: int
    mb: float
    p50: float
    p95: float
    p99: float


def require_wrk() -> None:
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not installed; on Debian: apt-get install wrk")


def load(
    url: str,
    paths: Sequence[str],
    seconds: float,
    *,
    connections: int,
    seed: int,
    headers: Mapping[str, str],
) -> Load:
    """Ask for these paths in random order for so long, each connection one after the other."""
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("\n".join(paths))
        file.flush()
        named = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
        how = ["-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "30s"]
        command = ["wrk", *how, *named, "-s", str(_SCRIPT), url, "--", str(seed), file.name]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Load(**json.loads(done.stdout.strip().splitlines()[-1]))
