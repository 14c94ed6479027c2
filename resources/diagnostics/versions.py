"""Whether everything is of one version, and the home of one mode."""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from resources.diagnostics.issue import Check, Issue
from resources.diagnostics.platform import Platform
from resources.graphql import Dagster

_DAGSTER = ("dagster", "dagster-webserver", "dagster-graphql", "dagster-shared", "dagster-pipes")


def _of_ours(platform: Platform) -> Iterator[Issue]:
    installed = version("headwater")
    if platform.version != installed:
        message = f"version {platform.version} runs and {installed} is installed: restart Headwater"
        yield Issue("warning", message, {"runs": platform.version, "installed": installed})


def _of_dagster(platform: Platform) -> Iterator[Issue]:
    found = {name: told for name in _DAGSTER if (told := _installed(name))}
    running = platform.ask(Dagster.version)
    if running is not None:
        found["the webserver that runs"] = running
    if len(set(found.values())) > 1:
        names = ", ".join(f"{name} {told}" for name, told in found.items())
        yield Issue("warning", f"parts of Dagster are of several versions: {names}", found)


def _mode(platform: Platform) -> Iterator[Issue]:
    marker = platform.home / "mode"
    if marker.exists() and (held := marker.read_text().strip()) != platform.settings.providers:
        message = f"the home holds {held} data, and the settings say {platform.settings.providers}"
        yield Issue("critical", message, {"holds": held})


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


CHECKS: dict[str, Check] = {
    "version_of_headwater": _of_ours,
    "version_of_dagster": _of_dagster,
    "mode_of_home": _mode,
}
