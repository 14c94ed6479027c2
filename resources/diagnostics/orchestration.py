"""Dagster: whether it answers, has our code, and starts what it should."""

from collections.abc import Iterator

from resources.diagnostics.issue import Apply, Check, Fix, Issue
from resources.diagnostics.platform import NO_DAGSTER, Platform
from resources.errors import Unavailable
from resources.graphql import LOCATION, Dagster


def _answers(platform: Platform) -> Iterator[Issue]:
    if platform.dagster is None:
        yield Issue("info", "Headwater does not run in this home: Dagster was not asked")
        return
    try:
        running = platform.dagster.scheduler_runs()
    except NO_DAGSTER:
        yield Issue("critical", "Dagster does not answer: nothing is collected; see its log")
        return
    if not running:
        yield Issue("critical", "Dagster's scheduler has stopped: no schedule starts a run")


def _loaded(platform: Platform) -> Iterator[Issue]:
    found = platform.ask(Dagster.locations)
    if found is None:
        return
    does = "load the code location anew, as a click on Reload in Dagster's UI does"
    for name, reason in {LOCATION: "Dagster does not know it", **found}.items():
        if reason is not None:
            # The first line: what follows is a trace with paths.
            why = reason.partition("\n")[0]
            message = f"the code location {name} is not loaded: {why}"
            yield Issue("critical", message, {}, Fix("reload_location", name, does))


def _switched_off(platform: Platform) -> Iterator[Issue]:
    found = platform.ask(Dagster.schedules) or {}
    off = sorted(name for name, running in found.items() if not running)
    if off:
        message = f"switched off in Dagster: {', '.join(off)}"
        yield Issue("warning", message, {"schedules": off})


def _failed(platform: Platform) -> Iterator[Issue]:
    found = platform.ask(Dagster.job_states) or {}
    for job, state in sorted(found.items()):
        if state.last_status == "FAILURE":
            message = f"the newest run of {job} has failed; its reasons stand in Dagster"
            yield Issue("warning", message, {"job": job, "began_at": state.last_run})


def _reload(platform: Platform, target: str) -> str:
    if platform.dagster is None:
        raise Unavailable("Dagster does not run")
    reason = platform.dagster.reload(target)
    if reason is not None:
        raise Unavailable(f"{target} was not loaded: {reason.partition(chr(10))[0]}")
    return f"{target} is loaded"


CHECKS: dict[str, Check] = {
    "dagster_answers": _answers,
    "location_loaded": _loaded,
    "schedules_on": _switched_off,
    "runs_succeed": _failed,
}
FIXES: dict[str, Apply] = {"reload_location": _reload}
