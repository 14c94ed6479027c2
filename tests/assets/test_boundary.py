"""What becomes of an error that leaves an asset."""

import dagster as dg
import pytest

from assets.boundary import asset_boundary
from resources.errors import (
    HeadwaterError,
    InvalidInput,
    MalformedResponse,
    NoneAvailable,
    StoreUnavailable,
    TemporaryError,
)

NOW = 1_000_000


def raised(error: HeadwaterError, retry_number: int = 0) -> BaseException:
    with (
        pytest.raises((dg.RetryRequested, dg.Failure)) as caught,
        asset_boundary(retry_number, NOW),
    ):
        raise error
    return caught.value


@pytest.mark.parametrize(("retry_number", "wait"), [(0, 2.0), (1, 4.0), (2, 8.0)])
def test_a_passing_error_is_tried_again_after_a_growing_wait(
    retry_number: int, wait: float
) -> None:
    retry = raised(TemporaryError("down", "kraken"), retry_number)
    assert isinstance(retry, dg.RetryRequested)
    assert wait <= (retry.seconds_to_wait or 0) <= wait * 1.5


def test_the_wait_reaches_to_the_time_that_the_error_names() -> None:
    retry = raised(NoneAvailable("all banned", not_before=NOW + 60_000))
    assert isinstance(retry, dg.RetryRequested)
    assert (retry.seconds_to_wait or 0) >= 60.0


def test_after_three_retries_it_is_a_failure_with_a_sentence() -> None:
    failure = raised(StoreUnavailable("the lake cannot be used"), retry_number=3)
    assert isinstance(failure, dg.Failure)
    assert failure.description == "the lake cannot be used"


@pytest.mark.parametrize(
    "error", [InvalidInput("no such interval"), MalformedResponse("unreadable", "kraken")]
)
def test_what_no_retry_mends_fails_at_once(error: HeadwaterError) -> None:
    failure = raised(error)
    assert isinstance(failure, dg.Failure)
    assert failure.allow_retries is False
