"""Providers that are not called: breakers that stay open, budgets that are used up."""

from collections.abc import Iterator

import sqlalchemy as sa

from resources.diagnostics.issue import Apply, Check, Fix, Issue
from resources.diagnostics.platform import Platform
from resources.ledger import breakers, lease_rows
from resources.ledger.breakers import LONGEST_OPEN_MS
from resources.ledger.tables import budgets
from resources.ledger.usage import usage

# Opened so often in a row it was open for a quarter of an hour in all.
_OPENED = 4
_STUCK_MS = 3_600_000
_LONG_BAN_MS = 3_600_000


def _open_breakers(platform: Platform) -> Iterator[Issue]:
    """One is stuck where a clock was wrong when it opened, or nobody tries its provider again."""
    now = platform.ledger.now()
    for provider, breaker in breakers.not_closed(platform.ledger).items():
        until = max(breaker.open_until, breaker.probe_until)
        stuck = until > now + LONGEST_OPEN_MS or until < now - _STUCK_MS
        if not stuck and breaker.opens < _OPENED:
            continue
        how = "is stuck" if stuck else f"has opened {breaker.opens} times in a row"
        does = f"close the breaker of {provider}: it is called at once, five failures open it again"
        details = {"provider": provider, "state": breaker.state, "opens": breaker.opens}
        # Whoever has failed so often fails again: that is for people to say.
        fix = Fix("close_breaker", provider, does, safe=stuck)
        yield Issue("warning", f"the breaker of {provider} {how}", details, fix)


def _spent(platform: Platform) -> Iterator[Issue]:
    now = platform.ledger.now()
    with platform.ledger.read() as connection:
        banned = sa.select(budgets.c.provider, budgets.c.not_before)
        long = banned.where(budgets.c.not_before > now + _LONG_BAN_MS)
        for provider, until in connection.execute(long):
            message = f"{provider} wants no call for {(until - now) / 3_600_000:.1f} h"
            yield Issue("info", message, {"provider": provider, "until": until})
    for one in usage(platform.ledger, platform.providers.values()):
        if one.status in ("critical", "exhausted") and one.limit.seconds >= 3_600:
            message = f"{one.percentage:g} % of what {one.provider} allows per {one.window} is used"
            yield Issue("info", message, {"provider": one.provider, "window": one.window})


def _leases(platform: Platform) -> Iterator[Issue]:
    for provider, count in lease_rows.ahead(platform.ledger).items():
        does = f"end these {count} leases now"
        message = (
            f"{count} leases of {provider}'s budget end later than any can: a clock was set back"
        )
        fix = Fix("end_leases", provider, does)
        yield Issue("warning", message, {"provider": provider, "leases": count}, fix)


def _close(platform: Platform, target: str) -> str:
    done = breakers.close(platform.ledger, target)
    return f"the breaker of {target} {'is closed' if done else 'was closed already'}"


def _end_leases(platform: Platform, target: str) -> str:
    return f"{lease_rows.end_ahead(platform.ledger, target)} leases of {target} were ended"


CHECKS: dict[str, Check] = {
    "breakers_open": _open_breakers,
    "budgets_spent": _spent,
    "leases_stale": _leases,
}
FIXES: dict[str, Apply] = {"close_breaker": _close, "end_leases": _end_leases}
