"""`headwater doctor`: what is wrong with a home, and what can be done about it at once."""
# ruff: noqa: PLC0415 (a refused start should not wait for what a command needs)

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from pipelines.arguments import Commands, add_providers, settings_of
from resources.errors import InvalidInput

_SEVERITIES = ("critical", "warning", "info")


def add_commands(commands: Commands) -> None:
    doctor = commands.add_parser("doctor", help="tell what is wrong, and what can be done about it")
    doctor.add_argument("--auto-fix", action="store_true", help="do every fix that is safe")
    doctor.add_argument(
        "--fix", metavar="ID", action="append", default=[], help="do this one; may be repeated"
    )
    add_providers(doctor)
    doctor.set_defaults(run=_doctor)


def _doctor(parsed: argparse.Namespace) -> None:
    """Exit code 1 where something critical is left."""
    from importlib.metadata import version

    from pipelines.home import port_of_running
    from pipelines.output import say
    from resources.diagnostics import Platform, diagnose
    from resources.graphql import Dagster
    from resources.ledger import Ledger

    settings = settings_of(parsed)
    if not settings.home_dir.is_dir():
        raise InvalidInput(f"there is no home {settings.home_dir}: nothing is stored")
    port = port_of_running(settings)
    dagster = None if port is None else Dagster(f"http://127.0.0.1:{port}")
    ledger = Ledger(settings.ledger_url)
    try:
        platform = Platform(settings, ledger, dagster, version("headwater"))
        report = diagnose(platform, auto_fix=parsed.auto_fix, chosen=parsed.fix)
    finally:
        ledger.close()
        if dagster is not None:
            dagster.close()
    say(_told(report))
    if any(one["severity"] == "critical" and not one["fixed"] for one in report["issues"]):
        sys.exit(1)


def _told(report: Mapping[str, Any]) -> str:
    issues = sorted(report["issues"], key=lambda one: _SEVERITIES.index(one["severity"]))
    lines = [line for one in issues for line in _lines(one)]
    counts = ", ".join(
        f"{report[key]} {name}"
        for key, name in (
            ("critical_issues", "critical"), ("warnings", "warnings"), ("info_issues", "to know"),
        )
    )  # fmt: skip
    checks = report["system_info"]["checks"]
    return "\n".join([*lines, f"{checks} checks in {report['duration_ms'] / 1000:.1f} s: {counts}"])


def _lines(issue: Mapping[str, Any]) -> list[str]:
    lines = [f"{issue['severity']:8}  {issue['check']}: {issue['message']}"]
    if "outcome" in issue:
        lines.append(f"{'':10}{'done' if issue['fixed'] else 'not done'}: {issue['outcome']}")
    elif fix := issue["fix"]:
        lines.append(f"{'':10}--fix {fix['id']} would {fix['does']}")
    return lines
