"""Why a member of a pool was not called, or gave no answer."""

from collections.abc import Mapping

from resources.errors import (
    BreakerOpen,
    BudgetExhausted,
    HeadwaterError,
    NotCalled,
    RateLimited,
)

# By the provider's id.
Failures = dict[str, HeadwaterError]


def not_before(error: HeadwaterError) -> int | None:
    """The ledger's time from which a member may be called that only said "not now"."""
    return error.not_before if isinstance(error, NotCalled | RateLimited) else None


def earliest(failures: Mapping[str, HeadwaterError]) -> int | None:
    """The earliest of these times, None where no error names one."""
    times = map(not_before, failures.values())
    return min((time for time in times if time is not None), default=None)


def reason_of(error: HeadwaterError) -> str:
    """The word that the history of rotations has for it."""
    if isinstance(error, BreakerOpen):
        return "breaker_open"
    if isinstance(error, BudgetExhausted):
        return "budget"
    return "rate_limited" if isinstance(error, RateLimited) else "failure"
