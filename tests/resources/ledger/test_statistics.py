"""Counts and durations of calls: percentiles out of a histogram, spans of hours."""

import math
from collections import Counter
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from resources.ledger import Ledger, statistics
from resources.ledger.statistics import HOUR_MS, Statistics, bounds
from resources.ledger.tables import provider_latencies, provider_outcomes

durations = st.floats(0.01, 100_000)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    opened = Ledger("sqlite://")
    opened.migrate()
    yield opened
    opened.close()


def bucket_of(duration: float) -> int:
    return max(0, math.ceil(4 * math.log2(duration)))


def put(ledger: Ledger, provider: str, hours_ago: int, **outcomes: int) -> int:
    """Count calls in an hour; returns when the last of them was."""
    now = ledger.now()
    hour = (now // HOUR_MS - hours_ago) * HOUR_MS
    with ledger.write() as connection:
        for outcome, count in outcomes.items():
            row = {"provider": provider, "hour": hour, "outcome": outcome, "count": count}
            connection.execute(sa.insert(provider_outcomes).values(**row, last_at=hour + 5))
    return hour + 5


def put_durations(ledger: Ledger, provider: str, *values: float) -> None:
    hour = ledger.now() // HOUR_MS * HOUR_MS
    with ledger.write() as connection:
        for bucket, count in Counter(map(bucket_of, values)).items():
            row = {"provider": provider, "hour": hour, "bucket": bucket, "count": count}
            connection.execute(sa.insert(provider_latencies).values(**row))


@given(st.lists(durations, min_size=1, max_size=200), st.floats(0.01, 1))
def test_a_percentile_lies_in_the_bucket_of_the_true_one(
    values: list[float], fraction: float
) -> None:
    true = sorted(values)[max(1, math.ceil(fraction * len(values))) - 1]
    low, high = bounds(bucket_of(true))
    found = statistics.percentile(Counter(map(bucket_of, values)), fraction)
    assert found is not None
    # What is told is rounded to hundredths.
    assert low - 0.01 <= found <= high + 0.01


@given(st.lists(durations, min_size=1, max_size=100))
def test_percentiles_do_not_fall_and_end_at_the_largest_bucket(values: list[float]) -> None:
    buckets = Counter(map(bucket_of, values))
    found = [statistics.percentile(buckets, n / 20) or 0 for n in range(1, 21)]
    assert found == sorted(found)
    assert found[-1] == round(bounds(max(buckets))[1], 2)


@given(st.lists(durations, min_size=1, max_size=100))
def test_an_average_is_not_far_off(values: list[float]) -> None:
    found = statistics.average(Counter(map(bucket_of, values)))
    true = sum(values) / len(values)
    assert found is not None
    assert found == pytest.approx(true, rel=0.2, abs=1)


def test_nothing_has_no_rate_and_no_durations() -> None:
    nothing = Statistics()
    assert (nothing.total, nothing.success_rate, nothing.average_ms) == (0, None, None)
    assert nothing.percentile(0.5) is None


def test_calls_are_counted_by_how_they_ended(ledger: Ledger) -> None:
    put(ledger, "acme", 3, ok=10, timeout=4)
    last_ok = put(ledger, "acme", 1, ok=5)
    last_failure = put(ledger, "acme", 0, rate_limited=1)
    put(ledger, "other", 0, ok=7)
    put_durations(ledger, "acme", 10, 20, 30)
    mine = statistics.of_provider(ledger, "acme", 24)
    assert mine.outcomes == {"ok": 15, "timeout": 4, "rate_limited": 1}
    assert (mine.total, mine.successful, mine.failed, mine.rate_limited) == (20, 15, 5, 1)
    assert mine.success_rate == 75
    assert mine.error_types == {"rate_limited": 1, "timeout": 4}
    assert (mine.last_success_at, mine.last_failure_at) == (last_ok, last_failure)
    assert sum(mine.durations.values()) == 3
    assert statistics.by_provider(ledger, 24).keys() == {"acme", "other"}
    assert statistics.overall(ledger, 24).total == 27


def test_only_the_hours_asked_for_count(ledger: Ledger) -> None:
    for hours_ago in (0, 1, 2, 30):
        put(ledger, "acme", hours_ago, ok=1)
    counts = [statistics.of_provider(ledger, "acme", hours).total for hours in (0, 1, 24, 48)]
    assert counts == [1, 2, 3, 4]
    hours = statistics.by_hour(ledger, "acme", 24)
    assert list(hours) == sorted(hours)
    assert [one.total for one in hours.values()] == [1, 1, 1]


def test_statistics_are_kept_for_thirty_days(ledger: Ledger) -> None:
    put(ledger, "acme", 24 * 31, ok=1)
    put(ledger, "acme", 24 * 29, ok=1)
    with ledger.write() as connection:
        assert statistics.prune(connection, ledger) == 1
    assert statistics.of_provider(ledger, "acme", 24 * 40).total == 1
