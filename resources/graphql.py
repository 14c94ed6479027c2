"""Dagster's GraphQL API, as far as the service and the supervisor need it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from resources.errors import HeadwaterError, InvalidInput, Unavailable
from resources.local_http import local_client

LOCATION = "headwater"
REPOSITORY = "__repository__"
# Schedules come first: a run that somebody asked for waits behind theirs.
BEHIND_SCHEDULES = {"dagster/priority": "-5"}
_WAITING = ("QUEUED", "STARTING")
# What it says of jobs and assets that exist while their code is not loaded.
_NOT_LOADED = ("PipelineNotFoundError", "PythonError")
_GOING = ("QUEUED", "NOT_STARTED", "STARTING", "STARTED", "CANCELING")


def partition_range(first: str, last: str) -> dict[str, str]:
    """Run tags that make one run of all partitions from `first` to `last`, both included."""
    return {
        "dagster/asset_partition_range_start": first,
        "dagster/asset_partition_range_end": last,
    }


@dataclass(frozen=True, slots=True)
class Run:
    id: str
    job: str
    status: str

    @property
    def going(self) -> bool:
        return self.status in _GOING


@dataclass(frozen=True, slots=True)
class JobState:
    """What Dagster knows of a job; times are ms since 1970, None where there is none.

    `schedule` is the cron expression of its schedule, `next_run` is None while that is stopped.
    """

    schedule: str | None = None
    next_run: int | None = None
    last_run: int | None = None
    last_status: str | None = None


class Dagster:
    """Talks to the webserver at `url`; every call raises Unavailable when it does not answer."""

    def __init__(self, url: str, timeout: float = 10.0) -> None:
        self._http = local_client(url, timeout)

    def close(self) -> None:
        self._http.close()

    def jobs(self) -> list[str]:
        """The jobs of the loaded location; empty while it is not loaded."""
        data = self._ask(_JOBS, {})["repositoriesOrError"]
        return [job["name"] for node in data.get("nodes", ()) for job in node["jobs"]]

    def job_states(self) -> dict[str, JobState]:
        """Every job of the loaded location with its schedule and its newest run."""
        nodes = self._ask(_JOB_STATES, {})["repositoriesOrError"].get("nodes", ())
        return {
            job["name"]: _job_state(job, node["schedules"])
            for node in nodes
            for job in node["jobs"]
        }

    def launch(self, job: str, tags: Mapping[str, str], config: Mapping[str, Any]) -> str:
        """Launch a run and return its id. Raises InvalidInput when Dagster refuses it, Unavailable
        while it has not loaded the code."""
        params = {
            "selector": {
                "repositoryLocationName": LOCATION,
                "repositoryName": REPOSITORY,
                "jobName": job,
            },
            "runConfigData": config,
            "executionMetadata": {"tags": _tags(tags)},
        }
        answer = self._ask(_LAUNCH, {"params": params})["launchRun"]
        if "run" not in answer:
            raise _refusal("run", answer)
        return str(answer["run"]["runId"])

    def backfill(self, asset: str, partitions: Sequence[str], config: Mapping[str, Any]) -> str:
        """Launch a backfill of an asset's partitions, as the UI does, and return its id.

        Raises as `launch`.
        """
        params = {
            "assetSelection": [{"path": [asset]}],
            "partitionNames": list(partitions),
            "runConfigData": config,
            "tags": _tags(BEHIND_SCHEDULES),
        }
        answer = self._ask(_BACKFILL, {"params": params})["launchPartitionBackfill"]
        if "backfillId" not in answer:
            raise _refusal("backfill", answer)
        return str(answer["backfillId"])

    def runs_of_backfill(self, backfill_id: str) -> list[Run]:
        return self._runs({"tags": [{"key": "dagster/backfill", "value": backfill_id}]})

    def run(self, run_id: str) -> Run | None:
        found = self._runs({"runIds": [run_id]})
        return found[0] if found else None

    def runs_going(self, tags: Mapping[str, str] | None = None) -> list[Run]:
        """The runs with these tags that have not ended."""
        wanted = {"tags": _tags(tags)} if tags else {}
        return self._runs({"statuses": list(_GOING), **wanted})

    def runs_waiting(self, job: str) -> list[Run]:
        """The runs of a job that were launched and have not begun."""
        return self._runs({"statuses": list(_WAITING), "pipelineName": job})

    def scheduler_runs(self) -> bool:
        """Whether the daemon that starts schedules has reported lately."""
        status = self._ask(_SCHEDULER, {})["instance"]["daemonHealth"]["daemonStatus"]
        return bool(status["healthy"])

    def version(self) -> str:
        """Of the webserver."""
        return str(self._ask(_VERSION, {})["version"])

    def schedules(self) -> dict[str, bool]:
        """Every schedule and sensor of the loaded location by name, and whether it is on."""
        nodes = self._ask(_SCHEDULES, {})["repositoriesOrError"].get("nodes", ())
        return {
            one["name"]: one[state]["status"] == "RUNNING"
            for node in nodes
            for kind, state in (("schedules", "scheduleState"), ("sensors", "sensorState"))
            for one in node[kind]
        }

    def locations(self) -> dict[str, str | None]:
        """Every code location by name, and why it is not loaded; None where it is."""
        entries = self._ask(_LOCATIONS, {})["workspaceOrError"].get("locationEntries", ())
        return {entry["name"]: _load_error(entry) for entry in entries}

    def reload(self, location: str) -> str | None:
        """Load a code location anew; why that failed, None where it did not."""
        answer = self._ask(_RELOAD, {"name": location})["reloadRepositoryLocation"]
        return _load_error(answer) if "loadStatus" in answer else str(answer.get("message"))

    def terminate(self, runs: Sequence[Run]) -> None:
        """Ask these runs to stop; what has already ended is no error."""
        for run in runs:
            self._ask(_TERMINATE, {"id": run.id})

    def _runs(self, wanted: Mapping[str, Any]) -> list[Run]:
        rows = self._ask(_RUNS, {"filter": wanted})["runsOrError"].get("results", ())
        return [Run(row["runId"], row["jobName"], row["status"]) for row in rows]

    def _ask(self, query: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            response = self._http.post("/graphql", json={"query": query, "variables": variables})
            answer: Mapping[str, Any] = response.json() if response.is_success else {}
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable(f"Dagster does not answer: {error}") from error
        if not response.is_success:
            raise Unavailable(f"Dagster answers with {response.status_code} now: try again soon")
        if answer.get("errors"):
            raise InvalidInput(f"Dagster refused the query: {answer['errors'][0]['message']}")
        return dict(answer["data"])


def _refusal(what: str, answer: Mapping[str, Any]) -> HeadwaterError:
    reasons = [error["message"] for error in answer.get("errors", ())] or [answer.get("message")]
    why = "; ".join(str(reason).strip() for reason in reasons)
    if answer["__typename"] in _NOT_LOADED:
        return Unavailable(f"Dagster cannot take the {what} now: {why}")
    return InvalidInput(f"Dagster refused the {what}: {why}")


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]


def _job_state(job: Mapping[str, Any], schedules: Sequence[Mapping[str, Any]]) -> JobState:
    mine = [one for one in schedules if one["pipelineName"] == job["name"]]
    # Of several schedules the one that comes next; those that are stopped come never.
    following = min(mine, key=lambda one: _next_tick(one) or math.inf, default=None)
    tick = _next_tick(following) if following else None
    run = job["runs"][0] if job["runs"] else None
    began = run and (run["startTime"] or run["creationTime"])
    return JobState(
        schedule=following["cronSchedule"] if following else None,
        next_run=round(tick * 1_000) if tick else None,
        last_run=round(began * 1_000) if began else None,
        last_status=run["status"] if run else None,
    )


def _load_error(entry: Mapping[str, Any]) -> str | None:
    if entry["loadStatus"] == "LOADING":
        return "it is being loaded"
    found = entry.get("locationOrLoadError") or {}
    return str(found["message"]).strip() if "message" in found else None


def _next_tick(schedule: Mapping[str, Any]) -> float | None:
    """In seconds; None while it is stopped."""
    running = schedule["scheduleState"]["status"] == "RUNNING"
    ticks = schedule["futureTicks"]["results"]
    return ticks[0]["timestamp"] if running and ticks else None


_JOBS = "{ repositoriesOrError { ... on RepositoryConnection { nodes { jobs { name } } } } }"
_JOB_STATES = """
{ repositoriesOrError { ... on RepositoryConnection { nodes {
    jobs { name runs(limit: 1) { status startTime creationTime } }
    schedules {
      pipelineName cronSchedule scheduleState { status } futureTicks(limit: 1) { results { timestamp } }
    }
} } } }"""
_LAUNCH = """
mutation Launch($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on RunConfigValidationInvalid { errors { message } }
    ... on Error { message }
  }
}"""
_BACKFILL = """
mutation Backfill($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on Error { message }
  }
}"""
_RUNS = """
query Runs($filter: RunsFilter!) {
  runsOrError(filter: $filter, limit: 100) {
    ... on Runs { results { runId jobName status } }
  }
}"""
_SCHEDULER = """
{ instance { daemonHealth { daemonStatus(daemonType: "SCHEDULER") { healthy } } } }"""
_TERMINATE = """
mutation Terminate($id: String!) {
  terminateRun(runId: $id) { __typename }
}"""
_VERSION = "{ version }"
_SCHEDULES = """
{ repositoriesOrError { ... on RepositoryConnection { nodes {
    schedules { name scheduleState { status } } sensors { name sensorState { status } }
} } } }"""
_ENTRY = "name loadStatus locationOrLoadError { __typename ... on PythonError { message } }"
_LOCATIONS = f"""
{{ workspaceOrError {{ ... on Workspace {{ locationEntries {{ {_ENTRY} }} }} }} }}"""
_RELOAD = f"""
mutation Reload($name: String!) {{
  reloadRepositoryLocation(repositoryLocationName: $name) {{
    __typename
    ... on WorkspaceLocationEntry {{ {_ENTRY} }}
    ... on Error {{ message }}
  }}
}}"""
