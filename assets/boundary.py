"""The one place where errors leave an asset."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from resources.errors import (
    HeadwaterError,
    NotCalled,
    RateLimited,
    StoreUnavailable,
    TemporaryError,
)

_ATTEMPTS = 3
_LONGEST_WAIT = 900.0


@contextmanager
def asset_boundary(retry_number: int, now: int) -> Iterator[None]:
    """Turns an error that is worth another try into a retry, others into a clear failure.

    Retries wait as `pause` says. They are asked for here and not by a RetryPolicy, which would also retry a
    run that was cancelled. `retry_number` counts from 0, `now` is the ledger's clock, ms.
    """
    try:
        yield
    except (NotCalled, TemporaryError, RateLimited, StoreUnavailable) as error:
        if retry_number >= _ATTEMPTS:
            raise dg.Failure(str(error), allow_retries=False) from error
        wait = pause(retry_number, error, now)
        raise dg.RetryRequested(max_retries=_ATTEMPTS, seconds_to_wait=wait) from error
    except HeadwaterError as error:
        raise dg.Failure(str(error), allow_retries=False) from error


def pause(attempt: int, error: HeadwaterError, now: int) -> float:
    """Seconds to wait: 2, 4, 8 … and up to half as much again, or until the time that the error
    names, 15 minutes at most. `attempt` counts from 0, `now` is the ledger's clock, ms."""
    until = getattr(error, "not_before", None)
    named = (until - now) / 1000 if until else 0.0
    return min(_LONGEST_WAIT, max(2.0 ** (attempt + 1), named)) * random.uniform(1, 1.5)
