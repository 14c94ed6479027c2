"""All checks, one after another; then the fixes that were asked for."""

import fcntl
import os
import platform as machine
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import polars as pl
import psutil
import sqlalchemy as sa
from deltalake.exceptions import DeltaError

from resources.diagnostics import (
    clocks,
    copies,
    database,
    derived,
    derived_assets,
    disk,
    feeds,
    leftovers,
    limits,
    orchestration,
    tables,
    versions,
)
from resources.diagnostics.issue import Apply, Check, Fix, Issue
from resources.diagnostics.platform import Platform
from resources.errors import Conflict, HeadwaterError, InvalidInput, StoreUnavailable
from resources.ledger import diagnoses
from resources.monitoring.sizes import room

CHECKS: Mapping[str, Check] = {
    **disk.CHECKS, **database.CHECKS, **tables.CHECKS, **derived.CHECKS, **derived_assets.CHECKS,
    **orchestration.CHECKS, **feeds.CHECKS, **limits.CHECKS, **leftovers.CHECKS, **clocks.CHECKS,
    **copies.CHECKS, **versions.CHECKS,
}  # fmt: skip
FIXES: Mapping[str, Apply] = {
    **tables.FIXES, **derived_assets.FIXES, **orchestration.FIXES, **limits.FIXES, **leftovers.FIXES,
}  # fmt: skip
# What a store that is broken may raise beyond our own errors.
_ERRORS = (
    HeadwaterError, OSError, ValueError, sa.exc.SQLAlchemyError, DeltaError,
    pl.exceptions.PolarsError,
)  # fmt: skip
Report = dict[str, Any]


def diagnose(platform: Platform, *, auto_fix: bool = False, chosen: Collection[str] = ()) -> Report:
    """Make all checks, then do what was asked for, and store the report (docs/operations.md).

    `auto_fix` does every fix that is offered and safe, `chosen` those with these ids; without
    either nothing is changed. Raises Conflict while another diagnosis of this home goes on, and
    InvalidInput where a chosen fix is not offered; nothing was done then.
    """
    began = time.monotonic()
    with _alone(platform):
        at = datetime.now(UTC)
        found = [
            (name, one) for name, check in CHECKS.items() for one in _made(name, check, platform)
        ]
        done = _fixed(platform, _wanted([one.fix for _, one in found if one.fix], auto_fix, chosen))
        report = {
            "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            **_counts([one for _, one in found]),
            "issues": [_row(name, one, done) for name, one in found],
            "fixed_issues": [
                {"fix": fix, "outcome": outcome} for fix, (ok, outcome) in done.items() if ok
            ],
            "system_info": _system(platform),
            "duration_ms": round((time.monotonic() - began) * 1000, 1),
        }
        try:
            diagnoses.keep(platform.ledger, report)
        except (StoreUnavailable, sa.exc.SQLAlchemyError):
            # A ledger that is broken is what the report is about.
            report["stored"] = False
    return report


@contextmanager
def _alone(platform: Platform) -> Iterator[None]:
    folder = platform.home / "run"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "diagnostics.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict("a diagnosis is going on") from error
        yield


def _made(name: str, check: Check, platform: Platform) -> Iterator[Issue]:
    try:
        yield from check(platform)
    except _ERRORS as error:
        # What follows a colon names files and statements.
        why = str(error).partition(":")[0] if isinstance(error, HeadwaterError) else ""
        reason = why or type(error).__name__
        yield Issue("critical", f"the check {name} could not be made: {reason}")


def _wanted(offered: Sequence[Fix], auto_fix: bool, chosen: Collection[str]) -> list[Fix]:
    known = {fix.id for fix in offered}
    if unknown := sorted(set(chosen) - known):
        raise InvalidInput(
            f"not offered now: {', '.join(unknown)}; offered: {', '.join(sorted(known)) or 'none'}"
        )
    wanted = {fix.id: fix for fix in offered if (auto_fix and fix.safe) or fix.id in chosen}
    return list(wanted.values())


def _fixed(platform: Platform, wanted: Sequence[Fix]) -> dict[str, tuple[bool, str]]:
    """By the id of each fix whether it was done, and what was done or why it was not."""
    done = {}
    for fix in wanted:
        try:
            done[fix.id] = True, FIXES[fix.action](platform, fix.target)
        except _ERRORS as error:
            done[fix.id] = False, str(error).partition("\n")[0]
    return done


def _counts(found: Sequence[Issue]) -> dict[str, int]:
    by_severity = [one.severity for one in found]
    return {
        "total_issues": len(found),
        "critical_issues": by_severity.count("critical"),
        "warnings": by_severity.count("warning"),
        "info_issues": by_severity.count("info"),
    }


def _row(check: str, issue: Issue, done: Mapping[str, tuple[bool, str]]) -> Report:
    row: Report = {
        "check": check,
        "severity": issue.severity,
        "message": issue.message,
        "details": issue.details,
        "fix": None,
        "fixed": False,
    }
    if fix := issue.fix:
        row["fix"] = {"id": fix.id, "does": fix.does, "safe": fix.safe}
        row["fixed"], outcome = done.get(fix.id, (False, None))
        if outcome is not None:
            row["outcome"] = outcome
    return row


def _system(platform: Platform) -> Report:
    memory = psutil.virtual_memory()
    disk_room = room(platform.home)
    return {
        "version": platform.version,
        "mode": platform.settings.providers,
        "python": machine.python_version(),
        "system": f"{machine.system()} {machine.machine()}",
        "cpus": os.cpu_count(),
        "load_1m": round(os.getloadavg()[0], 2),
        "memory_total_bytes": memory.total,
        "memory_free_bytes": memory.available,
        "disk_total_bytes": disk_room.total,
        "disk_free_bytes": disk_room.free,
        "checks": len(CHECKS),
    }
