"""Starts every service of Headwater, keeps them running, and ends them all."""

import fcntl
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from pipelines.processes import MARK, Child, end_all, free_port, require_free
from resources.errors import StartRefused, Unavailable
from resources.graphql import LOCATION, Dagster
from resources.providers import load_providers
from resources.providers.base import Provider
from resources.settings import Settings, child_environment

_PROJECT = Path(__file__).parents[1]
_LEAST_FREE = 200 * 1024 * 1024
_GRACE = 6.0
_FUTILE = 3
# Small frames, stored one batch at a time: more threads of deltalake and polars take 30 MB
# of a run and save neither time nor CPU. The sandbox's frames are smaller still.
RUN_ENVIRONMENT = {"POLARS_MAX_THREADS": "1", "TOKIO_WORKER_THREADS": "1"}


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
        with self._own_home():
            ended = end_all(self.home, grace=2.0)
            if ended:
                say(f"ended {ended} processes that an earlier start left behind")
            self._require_ports()
            self._write_configuration()
            self._prepare_dagster()
            try:
                for child in self._services():
                    self.children.append(child)
                    child.start()
                yield
            finally:
                self._stop()

    def watch(self) -> None:
        """Start again what has ended on its own; call often."""
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

    @contextmanager
    def _own_home(self) -> Iterator[None]:
        """The home folder, writable, locked for this process and marked with its mode."""
        try:
            for folder in ("logs", "run", "dagster", "lake"):
                (self.home / folder).mkdir(parents=True, exist_ok=True)
            lock = (self.home / "run" / "lock").open("w")
        except OSError as error:
            raise StartRefused(
                f"{self.home} cannot be written ({error.strerror}); "
                "make it writable or set HEADWATER_HOME to another folder"
            ) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise StartRefused(
                    f"Headwater is already running in {self.home}; "
                    "stop it, or set HEADWATER_HOME and the ports to others"
                ) from error
            self._require_room()
            self._require_mode()
            yield

    def _require_room(self) -> None:
        free = shutil.disk_usage(self.home).free
        if free < _LEAST_FREE:
            raise StartRefused(
                f"only {free // 2**20} MB are free where {self.home} lies and "
                f"{_LEAST_FREE // 2**20} are needed; free some or set HEADWATER_HOME"
            )

    def _require_mode(self) -> None:
        marker = self.home / "mode"
        if not marker.exists():
            marker.write_text(self.settings.providers)
        if (held := marker.read_text()) != self.settings.providers:
            raise StartRefused(
                f"{self.home} holds {held} data and this start is {self.settings.providers}; "
                "set HEADWATER_HOME to another folder"
            )

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
        shutil.copy(_PROJECT / "dagster_home" / "dagster.yaml", self.settings.dagster_home)
        self._code_port = free_port()
        server = {"host": "127.0.0.1", "port": self._code_port, "location_name": LOCATION}
        # JSON is YAML too.
        self._workspace = self.home / "run" / "workspace.yaml"
        self._workspace.write_text(json.dumps({"load_from": [{"grpc_server": server}]}))
        self._sandbox_config = self.home / "run" / "sandbox.json"
        self._sandbox_config.write_text(json.dumps(sandbox_config()))

    def _prepare_dagster(self) -> None:
        """Make Dagster's storage, and end the runs that were going when everything was killed.

        Services that start together in an empty folder would each make the storage, and one
        of them would find it half made.
        """
        import dagster as dg  # noqa: PLC0415 (costs seconds that a refused start need not spend)

        going = [
            dg.DagsterRunStatus.STARTING,
            dg.DagsterRunStatus.STARTED,
            dg.DagsterRunStatus.CANCELING,
            dg.DagsterRunStatus.NOT_STARTED,
        ]
        with dg.DagsterInstance.from_config(str(self.settings.dagster_home)) as instance:
            for run in instance.get_runs(dg.RunsFilter(statuses=going)):
                instance.report_run_failed(run, "left behind by an earlier start of Headwater")

    def _services(self) -> Iterator[Child]:
        settings, python, workspace = self.settings, sys.executable, str(self._workspace)
        if settings.sandbox_url:
            config = ["--port", str(settings.sandbox_port), "--config", str(self._sandbox_config)]
            replay = settings.sandbox_replay
            more = ["--replay", str(replay.absolute())] if replay else []
            sandbox = [python, "-m", "sandbox", *config, *more]
            yield self._child("sandbox", sandbox, RUN_ENVIRONMENT)
        module = ["-m", "pipelines.definitions", "--host", "127.0.0.1", "--location-name", LOCATION]
        code = [python, "-m", "dagster", "code-server", "start", *module]
        code += ["--port", str(self._code_port)]
        yield self._child("code-server", code, RUN_ENVIRONMENT)
        yield self._child("daemon", [python, "-m", "dagster._daemon", "run", "-w", workspace])
        web = ["-w", workspace, "-h", "127.0.0.1", "-p", str(settings.dagster_port)]
        yield self._child("webserver", [python, "-m", "dagster_webserver", *web])
        yield self._child("api", [python, "-m", "api"])

    def _child(self, name: str, command: list[str], more: Mapping[str, str] | None = None) -> Child:
        marked = {MARK: str(self.home), "PYTHONUNBUFFERED": "1", **(more or {})}
        environment = child_environment(self.settings, marked)
        return Child(name, command, environment, self.home / "logs" / f"{name}.log")

    def _stop(self) -> None:
        with suppress(Unavailable):
            dagster = Dagster(self.dagster_url, timeout=1.0)
            dagster.terminate(dagster.runs_going())
            dagster.close()
        end_all(self.home, _GRACE)
        for child in self.children:
            if child.process is not None:
                child.process.wait(timeout=1)


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


def say(line: str) -> None:
    """One line for the person at the terminal."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
