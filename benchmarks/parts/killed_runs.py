"""Runs of candles against a sandbox, killed and started again until everything is stored."""

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx
import polars as pl
import sqlalchemy as sa

from benchmarks.parts.candle_run import start
from benchmarks.parts.work import Work
from resources import pools
from resources.lake import Lake
from resources.ledger import Ledger
from resources.ledger.tables import coverage, pool_members
from resources.providers import load_providers
from resources.schemas import CANDLES

PROVIDER, PAGE = "binance", 1000
_TOLD = ("symbol", "open_time", *CANDLES.values, "provider")
_POLL = 0.005
# Of the kills so many are aimed at a commit, within so many seconds after its file is there.
_AIMED, _BEHIND_COMMIT = 0.5, 0.05


@dataclass(slots=True)
class Figures:
    """What became of it all. `in_vain` are the pages that each killed run had fetched and not
    stored, `seconds` how long before the kill the oldest of them was asked for."""

    kills: int = 0
    aimed: int = 0
    fills: int = 0
    lost: int = 0
    doubled: int = 0
    other: int = 0
    requests: int = 0
    undisturbed_requests: int = 0
    in_vain: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


class Home:
    """A folder that one provider's candles are collected into."""

    def __init__(self, folder: Path, sandbox: str, work: Work) -> None:
        self.folder = folder
        self.lake = Lake(str(folder / "lake"))
        self.ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}")
        self.ledger.migrate()
        pools.seed(self.ledger, load_providers())
        with self.ledger.write() as connection:
            others = pool_members.c.provider != PROVIDER
            connection.execute(sa.delete(pool_members).where(others))
        self._sandbox = sandbox
        self._work = work

    def start(self) -> ForkServerProcess:
        return start(self.folder, self._sandbox, self._work)

    def finish(self) -> None:
        """Run until everything is stored; raises RuntimeError where that fails."""
        process = self.start()
        process.join()
        self.require(process)

    def require(self, process: ForkServerProcess) -> None:
        """Raises RuntimeError, with its last words, where an ended run has failed."""
        if process.exitcode:
            raise RuntimeError(self.told()[-3000:])

    def told(self) -> str:
        """What all runs have logged."""
        return (self.folder / "log.txt").read_text()

    def rows(self) -> pl.DataFrame:
        return self.lake.scan(CANDLES, {}).select(_TOLD).collect().sort("symbol", "open_time")

    def commits(self) -> int:
        """How many commits there are of candles in the lake."""
        return len(list((self.folder / "lake" / CANDLES.name / "_delta_log").glob("*.json")))

    def pages_covered(self) -> int:
        """The covered ranges, in pages."""
        with self.ledger.read() as connection:
            ms = connection.execute(sa.select(sa.func.sum(coverage.c.end - coverage.c.start)))
            return (ms.scalar() or 0) // (self._work.interval.ms * PAGE)

    def requests(self) -> int:
        """The calls that the sandbox has had of the one provider."""
        told = httpx.get(f"{self._sandbox}/_control/requests").json()["providers"]
        return next((one["requests"] for one in told if one["provider"] == PROVIDER), 0)


@contextmanager
def home_for(sandbox: str, work: Work) -> Iterator[Home]:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder), sandbox, work)
        try:
            yield home
        finally:
            home.ledger.close()


class KilledRuns:
    """Fills homes while their runs are killed; what it finds is in `figures`."""

    def __init__(self, sandbox: str, work: Work, seed: int) -> None:
        self.figures = Figures()
        self._sandbox = sandbox
        self._work = work
        self._random = random.Random(seed)
        with home_for(sandbox, work) as home:
            before = home.requests()
            process = home.start()
            began = time.monotonic()
            process.join()
            home.require(process)
            self._seconds = time.monotonic() - began
            self._rows = home.rows()
            self._requests = home.requests() - before

    def fill(self, kills: int) -> None:
        """Fill a home with up to so many kills: fewer where everything is stored before."""
        figures = self.figures
        with home_for(self._sandbox, self._work) as home:
            before = home.requests()
            for _ in range(kills):
                if not self._kill(home):
                    break
            home.finish()
            rows = home.rows()
            figures.fills += 1
            figures.requests += home.requests() - before
            figures.undisturbed_requests += self._requests
        keys = ["symbol", "open_time"]
        figures.doubled += rows.height - rows.unique(keys).height
        figures.lost += self._rows.join(rows, on=keys, how="anti").height
        figures.other += rows.join(self._rows, on=list(_TOLD), how="anti", nulls_equal=True).height

    def _kill(self, home: Home) -> bool:
        """False where the run has ended before the moment of the kill."""
        at_commit = self._random.random() < _AIMED
        commits, covered, requests = home.commits(), home.pages_covered(), home.requests()
        process = home.start()
        began, asked = time.monotonic(), [(time.monotonic(), requests)]
        limit = self._random.uniform(0, _BEHIND_COMMIT if at_commit else self._seconds)
        while process.exitcode is None:
            now = time.monotonic()
            if at_commit and home.commits() == commits:
                began = now
            if now - began >= limit:
                break
            if now - asked[-1][0] > 10 * _POLL:
                asked.append((now, home.requests()))
            time.sleep(_POLL)
        else:
            home.require(process)
            return False
        process.kill()
        process.join()
        self._count(at_commit, [*asked, (time.monotonic(), home.requests())], home, covered)
        return True

    def _count(
        self, at_commit: bool, asked: list[tuple[float, int]], home: Home, covered: int
    ) -> None:
        """`asked` tells by time how many requests there were, `covered` what was at the start."""
        figures, (killed_at, requests) = self.figures, asked[-1]
        in_vain = max(0, requests - asked[0][1] - (home.pages_covered() - covered))
        oldest = min(at for at, count in asked if count >= requests - in_vain)
        figures.kills += 1
        figures.aimed += at_commit
        figures.in_vain.append(in_vain)
        figures.seconds.append(killed_at - oldest)
