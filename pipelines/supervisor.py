"""Starts every service of Headwater, keeps them running, and ends them all."""

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from urllib.parse import urlsplit

from pipelines import dagster_storage
from pipelines.home import finish_restore, own_home
from pipelines.last_backup import last_backup
from pipelines.output import say
from pipelines.processes import (
    MEMORY_ENVIRONMENT,
    RUN_ENVIRONMENT,
    Child,
    end_all,
    free_port,
    require_free,
)
from resources.errors import StartRefused, StoreUnavailable, Unavailable
from resources.graphql import LOCATION, Dagster
from resources.ledger import Ledger, collections
from resources.maintenance.log_files import rotate
from resources.processes import MARK
from resources.providers import load_providers
from resources.providers.base import Provider
from resources.settings import Settings, child_environment

_GRACE = 6.0
_FUTILE = 3
_AS_JSON = ("--log-format", "json")  # Dagster's own lines


class Supervisor:
    """One running Headwater of one home folder."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.home = settings.home_dir
        self.dagster_url = f"http://127.0.0.1:{settings.dagster_port}"
        self.children: list[Child] = []

    @contextmanager
    def running(self) -> Iterator[None]:
        """All services started, in a home that nobody else uses; all ended at the end.

        Raises StartRefused with one sentence that names what to change.
        """
        with own_home(self.settings, self.settings.dagster_port):
            ended = end_all(self.home, grace=2.0)
            if ended:
                say(f"ended {ended} processes that an earlier start left behind")
            self._require_ports()
            self._write_configuration()
            _in_passing(dagster_storage.prepare, self.settings)
            try:
                self._start()
                yield
            finally:
                self._stop()
                _abandon_collections(self.settings)
            if self.settings.backup_at_shutdown:
                last_backup(self.settings)

    def restore(self) -> None:
        """Stop everything, put the restored state in place that lies ready, start everything.

        Where it cannot be put in place the state that was there goes on, and it is said why.
        """
        say("a restored state lies ready: everything stops, and starts again with it")
        self._stop()
        finish_restore(self.home)
        # Runs and collections that were killed must not be taken for going ones.
        _in_passing(dagster_storage.prepare, self.settings)
        self._start()

    def watch(self) -> None:
        """Start again what has ended on its own, and put large logs aside; call often."""
        rotate(self.home / "logs", self.settings.log_mb * 1_000_000, self.settings.logs_kept)
        for child in self.children:
            if child.revive():
                say(f"{child.name} had ended and was started again; its log is {child.log}")

    def watch_start(self) -> None:
        """The same; raises StartRefused when a service ends again and again."""
        self.watch()
        for child in self.children:
            if child.restarts >= _FUTILE:
                raise StartRefused(f"{child.name} cannot start: {child.last_words()}")

    def wait_for(self, ready: Callable[[], bool], what: str, seconds: float) -> None:
        """Watch until `ready`; raises StartRefused after `seconds`."""
        until = time.monotonic() + seconds
        while not ready():
            self.watch_start()
            if time.monotonic() > until:
                logs = self.home / "logs"
                raise StartRefused(f"{what} did not come up in {seconds:.0f} s; see {logs}")
            time.sleep(0.2)

    def _require_ports(self) -> None:
        settings = self.settings
        ports = {
            "HEADWATER_PORT": settings.port,
            "HEADWATER_DAGSTER_PORT": settings.dagster_port,
            "HEADWATER_SANDBOX_PORT": settings.sandbox_port,
        }
        if len(set(ports.values())) < len(ports):
            said = ", ".join(f"{name}={port}" for name, port in ports.items())
            raise StartRefused(f"the ports must differ: {said}")
        require_free(settings.port, settings.host, "HEADWATER_PORT")
        require_free(settings.dagster_port, "127.0.0.1", "HEADWATER_DAGSTER_PORT")
        if settings.sandbox_url:
            require_free(settings.sandbox_port, "127.0.0.1", "HEADWATER_SANDBOX_PORT")

    def _write_configuration(self) -> None:
        self._code_port = free_port()
        server = {"host": "127.0.0.1", "port": self._code_port, "location_name": LOCATION}
        # JSON is YAML too.
        self._workspace = self.home / "run" / "workspace.yaml"
        self._workspace.write_text(json.dumps({"load_from": [{"grpc_server": server}]}))
        self._sandbox_config = self.home / "run" / "sandbox.json"
        self._sandbox_config.write_text(json.dumps(sandbox_config()))

    def _services(self) -> Iterator[Child]:
        settings, python, workspace = self.settings, sys.executable, str(self._workspace)
        if settings.sandbox_url:
            config = ["--port", str(settings.sandbox_port), "--config", str(self._sandbox_config)]
            replay = settings.sandbox_replay
            more = ["--replay", str(replay.absolute())] if replay else []
            sandbox = [python, "-m", "sandbox", *config, *more]
            yield self._child("sandbox", sandbox, RUN_ENVIRONMENT)
        module = ["-m", "pipelines.definitions", "--host", "127.0.0.1", "--location-name", LOCATION]
        # Not `dagster code-server`, whose proxy is 80 MB more: the code changes at a start alone.
        code = [python, "-m", "pipelines.code_server", str(settings.dagster_home)]
        code += ["api", "grpc", *module, "--port", str(self._code_port), *_AS_JSON]
        yield self._child("code-server", code, RUN_ENVIRONMENT)
        yield self._child(
            "daemon", [python, "-m", "dagster._daemon", "run", *_AS_JSON, "-w", workspace]
        )
        web = ["-w", workspace, "-h", "127.0.0.1", "-p", str(settings.dagster_port), *_AS_JSON]
        yield self._child("webserver", [python, "-m", "dagster_webserver", *web])
        yield self._child("api", [python, "-m", "api"])

    def _child(self, name: str, command: list[str], more: Mapping[str, str] | None = None) -> Child:
        marked = {MARK: str(self.home), "PYTHONUNBUFFERED": "1", **(more or {})}
        environment = child_environment(self.settings, {**MEMORY_ENVIRONMENT, **marked})
        return Child(name, command, environment, self.home / "logs" / f"{name}.log")

    def _start(self) -> None:
        self.children = list(self._services())
        for child in self.children:
            child.start()

    def _stop(self) -> None:
        with suppress(Unavailable):
            dagster = Dagster(self.dagster_url, timeout=1.0)
            dagster.terminate(dagster.runs_going())
            dagster.close()
        end_all(self.home, _GRACE)
        for child in self.children:
            if child.process is not None:
                child.process.wait(timeout=1)


def _abandon_collections(settings: Settings) -> None:
    """Those that no run had begun yet cannot say themselves that they are over."""
    ledger = Ledger(settings.ledger_url)
    # Where it cannot be written, the next start does it.
    with suppress(StoreUnavailable):
        collections.abandon(ledger)
    ledger.close()


def _in_passing(work: Callable[[Settings], None], settings: Settings) -> None:
    """Do it in a process that ends then: the 100 MB of modules that it needs go with it."""
    with ProcessPoolExecutor(
        1, get_context("spawn"), signal.signal, (signal.SIGINT, signal.SIG_IGN)
    ) as process:
        process.submit(work, settings).result()


def sandbox_config() -> dict[str, object]:
    """Hosts, paths and limits of the providers, as data: the sandbox may not read their code."""
    return {"providers": {name: _played(one) for name, one in load_providers().items()}}


def _played(provider: Provider) -> dict[str, object]:
    address = urlsplit(provider.base_url)
    return {
        "host": address.hostname,
        # What stands behind a key differs from caller to caller.
        "path": address.path.partition("{")[0].rstrip("/"),
        "limits": [[limit.amount, limit.seconds] for limit in provider.limits],
    }
