"""Dagster's webserver as the service sees it: it starts runs and says what it knows of jobs."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from typing import Any

SCHEDULE = {
    "pipelineName": "collect_prices",
    "cronSchedule": "* * * * *",
    "scheduleState": {"status": "RUNNING"},
    "futureTicks": {"results": [{"timestamp": 1_800_000_060.0}]},
}
JOBS: list[dict[str, Any]] = [
    {"name": "collect_prices", "runs": [{"status": "SUCCESS", "startTime": 1_800_000_000.5, "creationTime": 1.0}]},
    {"name": "collect_ohlcv", "runs": []},
]  # fmt: skip


@dataclass
class PlayedDagster:
    """What was launched; `status` is that of every run, a launch takes `seconds`."""

    port: int = 0
    status: str = "STARTED"
    seconds: float = 0.0
    launched: list[dict[str, Any]] = field(default_factory=list)
    terminated: list[str] = field(default_factory=list)
    # Why our code location is not loaded, and whether it is once it was loaded anew.
    load_error: str | None = None
    mends: bool = True
    switched_off: list[str] = field(default_factory=list)
    scheduling: bool = True
    last_status: str = "SUCCESS"
    version: str = metadata.version("dagster")
    backfilled: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        if "launchRun" in query:
            return {"launchRun": self._launch(variables["params"])}
        if "terminateRun" in query:
            self.terminated.append(variables["id"])
            return {"terminateRun": {"__typename": "TerminateRunSuccess"}}
        if "runsOrError" in query:
            wanted = variables["filter"]
            found = wanted.get("runIds") or self._with(wanted.get("tags", []), wanted["statuses"])
            runs = [
                {"runId": run_id, "jobName": "a_job", "status": self.status} for run_id in found
            ]
            return {"runsOrError": {"results": runs}}
        if "daemonHealth" in query:
            status = {"healthy": self.scheduling}
            return {"instance": {"daemonHealth": {"daemonStatus": status}}}
        return self._of_code(query, variables)

    def _launch(self, params: dict[str, Any]) -> dict[str, Any]:
        time.sleep(self.seconds)
        if self.load_error:
            job = params["selector"]["jobName"]
            message = f"Could not find Pipeline headwater.__repository__.{job}"
            return {"__typename": "PipelineNotFoundError", "message": message}
        self.launched.append(params)
        return {"run": {"runId": f"run-{len(self.launched)}"}}

    def _backfill(self, params: dict[str, Any]) -> dict[str, Any]:
        if self.load_error:
            [asset] = params["assetSelection"]
            return {
                "__typename": "PythonError",
                "message": f"KeyError: AssetKey({asset['path']})\n",
            }
        self.backfilled.append(params)
        return {"backfillId": "backfill-1"}

    def _of_code(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        if query == "{ version }":
            return {"version": self.version}
        if "launchPartitionBackfill" in query:
            return {"launchPartitionBackfill": self._backfill(variables["params"])}
        if "reloadRepositoryLocation" in query:
            self.load_error = None if self.mends else self.load_error
            return {"reloadRepositoryLocation": self._location()}
        if "workspaceOrError" in query:
            return {"workspaceOrError": {"locationEntries": [self._location()]}}
        if "sensorState" in query:
            names = ["prices_every_minute", *self.switched_off]
            schedules = [{"name": name, "scheduleState": self._state(name)} for name in names]
            return {"repositoriesOrError": {"nodes": [{"schedules": schedules, "sensors": []}]}}
        first, second = JOBS
        runs = [{**run, "status": self.last_status} for run in first["runs"]]
        jobs = [{**first, "runs": runs}, second]
        return {"repositoriesOrError": {"nodes": [{"jobs": jobs, "schedules": [SCHEDULE]}]}}

    def _state(self, name: str) -> dict[str, str]:
        return {"status": "STOPPED" if name in self.switched_off else "RUNNING"}

    def _location(self) -> dict[str, Any]:
        found: dict[str, Any] = {"__typename": "RepositoryLocation"}
        if self.load_error:
            found = {"__typename": "PythonError", "message": self.load_error}
        return {"name": "headwater", "loadStatus": "LOADED", "locationOrLoadError": found}

    def _with(self, tags: list[dict[str, str]], statuses: list[str]) -> list[str]:
        return [
            f"run-{number}"
            for number, params in enumerate(self.launched, 1)
            if all(tag in params["executionMetadata"]["tags"] for tag in tags)
            and self.status in statuses
        ]

    @property
    def jobs(self) -> list[str]:
        """The jobs of the runs that were launched."""
        return [params["selector"]["jobName"] for params in self.launched]


@contextmanager
def playing(**options: Any) -> Iterator[PlayedDagster]:
    played = PlayedDagster(**options)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            data = {"data": played.answer(asked["query"], asked["variables"])}
            content = json.dumps(data).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    played.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield played
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
