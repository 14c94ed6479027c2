"""CPU and memory of all processes of the home: services, runs, and this one."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from api.metrics.families import Collected, counter, gauge
from api.metrics.scrape import Scrape
from api.seldom import Seldom
from resources.processes import is_run, marked

_SECONDS = 10.0
# By a part of the command line, the first that fits.
_KINDS: Mapping[str, str] = {
    "pipelines.code_server": "code-server",
    "dagster._daemon": "daemon",
    "dagster_webserver": "webserver",
    "-m sandbox": "sandbox",
    "-m api": "api",  # what it forks
}


@dataclass(frozen=True, slots=True)
class _Found:
    count: Counter[str]
    memory: Counter[str]
    seconds: float


class Home:
    """Looks at the processes at most every ten seconds: it reads the environment of each."""

    def __init__(self) -> None:
        self._seldom = Seldom[_Found](_SECONDS)
        self._last = self._total = 0.0

    def collect(self, scrape: Scrape) -> Collected:
        home = scrape.services.settings.home_dir
        found = self._seldom.get(lambda: self._look(home))
        yield gauge(
            "home_processes", "Processes of the home, by kind.", ("process",),
            [((kind,), count) for kind, count in sorted(found.count.items())],
        )  # fmt: skip
        yield gauge(
            "home_resident_memory_bytes", "Resident memory of the home's processes, by kind; what "
            "they share counts for each.", ("process",),
            [((kind,), size) for kind, size in sorted(found.memory.items())],
        )  # fmt: skip
        yield counter(
            "home_cpu_seconds", "CPU time of all processes of the home, those that have ended "
            "included.", (), [((), found.seconds)],
        )  # fmt: skip

    def _look(self, home: Path) -> _Found:
        count, memory, seconds = Counter[str](), Counter[str](), 0.0
        for process in (*marked(home), psutil.Process()):
            try:
                with process.oneshot():
                    kind, times = _kind(process), process.cpu_times()
                    count[kind] += 1
                    memory[kind] += process.memory_info().rss
                    # What has ended counts for who started it.
                    seconds += times.user + times.system
                    seconds += times.children_user + times.children_system
            except psutil.Error:
                continue
        # Where a service was killed its time is lost: the total stands still meanwhile.
        self._total += max(0.0, seconds - self._last)
        self._last = seconds
        return _Found(count, memory, self._total)


def _kind(process: psutil.Process) -> str:
    if process.pid == psutil.Process().pid:
        return "api"
    if is_run(process):
        return "run"
    command = " ".join(process.cmdline())
    return next((kind for part, kind in _KINDS.items() if part in command), "other")
