"""Runs `headwater demo` as a process and talks to it as a user would."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil

from resources.errors import Unavailable
from resources.graphql import Dagster, Run
from resources.lake import Lake
from resources.ledger import Ledger
from resources.plan import PRICES_JOB, day_key
from resources.processes import is_run, marked
from tests.ports import free_port

_START_SECONDS = 300
# Seconds that an answer may take, as on a machine with much else to do.
_PATIENCE = 60


class Demo:
    """One home folder with its ports; `start` may follow a `stop` or a kill."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        self.port, self.dagster_port, self.sandbox_port = (free_port() for _ in range(3))
        self.settings = {
            "HEADWATER_HOME": str(home),
            "HEADWATER_PORT": str(self.port),
            "HEADWATER_DAGSTER_PORT": str(self.dagster_port),
            "HEADWATER_SANDBOX_PORT": str(self.sandbox_port),
            "HEADWATER_TOP_N_CRYPTOS": "3",
            "HEADWATER_COLLECTION_START_DATE": "2026-09-01",
            **settings,
        }
        self.dagster = Dagster(f"http://127.0.0.1:{self.dagster_port}")
        self.output = home.with_suffix(".txt")
        self.folder = Path.cwd()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it says that it has fetched what it lacked."""
        self.launch()
        self.wait_until(lambda: "The first runs have ended" in self.said(), _START_SECONDS)

    def launch(self, command: str = "demo") -> None:
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pipelines.cli", command],
                env={**os.environ, **self.settings},
                cwd=self.folder,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def stop(self) -> float:
        """Ctrl-C; the seconds it took to end."""
        assert self.process is not None
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        return time.monotonic() - began

    def close(self) -> None:
        self.dagster.close()

    def said(self) -> str:
        return self.output.read_text()

    @property
    def key(self) -> str:
        found = re.search(r"hw_[\w-]+", self.said())
        assert found is not None
        return found.group()

    @property
    def ledger(self) -> Ledger:
        return Ledger(f"sqlite:///{self.home / 'ledger.db'}")

    @property
    def lake(self) -> Lake:
        return Lake(str(self.home / "lake"))

    def get(self, path: str, **params: str) -> httpx.Response:
        headers = {"X-API-Key": self.key}
        url = f"http://127.0.0.1:{self.port}{path}"
        return httpx.get(url, params=params, headers=headers, timeout=_PATIENCE)

    def put(self, path: str, body: Mapping[str, object]) -> None:
        headers = {"X-API-Key": self.key}
        url = f"http://127.0.0.1:{self.port}{path}"
        answer = httpx.put(url, json=body, headers=headers, timeout=_PATIENCE)
        answer.raise_for_status()

    def graphql(self, query: str, **variables: str) -> Any:
        """The data that Dagster's webserver answers."""
        url = f"http://127.0.0.1:{self.dagster_port}/graphql"
        asked = {"query": query, "variables": variables}
        return httpx.post(url, json=asked, timeout=_PATIENCE).json()["data"]

    def sandbox(self, method: str, path: str, json: Mapping[str, object] | None = None) -> None:
        url = f"http://127.0.0.1:{self.sandbox_port}{path}"
        httpx.request(method, url, json=json, timeout=_PATIENCE).raise_for_status()

    def processes(self, part: str = "") -> list[psutil.Process]:
        """The live processes of this home whose command line holds `part`."""
        return [process for process in marked(self.home) if part in command_line(process)]

    def runs(self) -> list[psutil.Process]:
        """The live processes that runs of Dagster go on in."""
        found = []
        for process in marked(self.home):
            with suppress(psutil.NoSuchProcess):
                found += [process] if is_run(process) else []
        return found

    def kinds(self) -> set[str]:
        """What kinds of processes the metrics tell of."""
        return set(re.findall(r'home_processes{process="([^"]+)"}', self.get("/metrics").text))

    def has_ended(self, run_id: str) -> bool:
        run = self.dagster.run(run_id)
        return run is not None and not run.going

    def collected_prices(self) -> Run:
        """A run that has ended, begun as soon as Dagster takes it."""
        started: list[str] = []

        def is_taken() -> bool:
            today = {"dagster/partition": day_key(time.time_ns() // 1_000_000)}
            with suppress(Unavailable):
                started.append(self.dagster.launch(PRICES_JOB, today, {}))
            return bool(started)

        self.wait_until(is_taken, 60)
        [run] = self.finished(lambda: [run for run in [self.dagster.run(started[0])] if run])
        return run

    def finished(self, runs: Callable[[], list[Run]], seconds: float = 120) -> list[Run]:
        """These runs once there are some and none is going any more."""
        self.wait_until(lambda: bool(runs()) and not any(r.going for r in runs()), seconds)
        return runs()

    def wait_until(self, true: Callable[[], bool], seconds: float) -> None:
        until = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < until, f"not within {seconds} s; it said: {self.said()}"
            assert self.process is not None
            assert self.process.poll() is None, f"it ended: {self.said()}"
            time.sleep(0.2)


def command_line(process: psutil.Process) -> str:
    """Empty where it has just ended."""
    with suppress(psutil.NoSuchProcess):
        return " ".join(process.cmdline())
    return ""
