"""Breakers: when they open, for how long, and who may probe."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from resources.errors import BreakerOpen
from resources.ledger import Ledger
from resources.ledger.breakers import (
    LONGEST_OPEN_MS,
    PROBE_MS,
    Breaker,
    Breakers,
    after_failure,
)
from resources.ledger.tables import breaker_counts

MINUTE = 60_000


@pytest.fixture
def other(ledger: Ledger) -> Iterator[Breakers]:
    """The same ledger as another process has it open."""
    opened = Ledger(ledger.url)
    yield Breakers(opened)
    opened.close()


def opened(breakers: Breakers, provider: str = "acme") -> int:
    """Fails until the breaker opens; returns when it may be probed."""
    while (after := breakers.failed(provider, None)).state != "open":
        pass
    return after.open_until


def test_it_opens_at_the_fifth_failure_in_a_row_for_exactly_a_minute(ledger: Ledger) -> None:
    breakers = Breakers(ledger)
    for _ in range(4):
        assert breakers.failed("acme", breakers.enter("acme")).state == "closed"
    before = ledger.now()
    after = breakers.failed("acme", breakers.enter("acme"))
    assert before <= after.open_until - MINUTE <= ledger.now()
    with pytest.raises(BreakerOpen) as refused:
        breakers.enter("acme")
    assert refused.value.not_before == after.open_until == breakers.blocked_until("acme")


def test_an_answer_in_between_starts_the_count_anew(ledger: Ledger, other: Breakers) -> None:
    breakers = Breakers(ledger)
    for _ in range(2):
        for _ in range(4):
            breakers.failed("acme", None)
        other.succeeded("acme", other.enter("acme"))
    assert breakers.state("acme") == Breaker()


def test_half_of_ten_calls_of_all_processes_failing_opens_it(
    ledger: Ledger, other: Breakers
) -> None:
    breakers = Breakers(ledger)
    for _ in range(4):
        breakers.failed("acme", breakers.enter("acme"))
        other.succeeded("acme", other.enter("acme"))
    other.share()
    assert breakers.failed("acme", breakers.enter("acme")).state == "closed"
    other.succeeded("acme", other.enter("acme"))
    other.share()
    # The eleventh call is the sixth failure, though only the second in a row.
    assert breakers.failed("acme", breakers.enter("acme")).state == "open"


def test_answers_that_another_process_had_keep_it_closed(ledger: Ledger, other: Breakers) -> None:
    breakers = Breakers(ledger)
    for _ in range(30):
        other.succeeded("acme", other.enter("acme"))
    other.share()
    for _ in range(12):
        assert breakers.failed("acme", breakers.enter("acme")).state == "closed"
        breakers.succeeded("acme", breakers.enter("acme"))


@pytest.mark.parametrize("skew", [62_000, -3_600_000])
def test_calls_of_another_time_do_not_count(ledger: Ledger, skew: int) -> None:
    breakers = Breakers(ledger)
    for _ in range(4):
        breakers.failed("acme", breakers.enter("acme"))
        breakers.succeeded("acme", breakers.enter("acme"))
    ledger.skew_ms += skew
    for _ in range(4):
        assert breakers.failed("acme", breakers.enter("acme")).state == "closed"


def test_counts_of_old_calls_are_deleted(ledger: Ledger) -> None:
    breakers = Breakers(ledger)
    breakers.failed("bolt", None)
    ledger.skew_ms += 2 * MINUTE
    breakers.succeeded("acme", breakers.enter("acme"))
    breakers.share()
    with ledger.read() as connection:
        kept = connection.execute(sa.select(breaker_counts.c.provider)).scalars().all()
    assert kept == ["acme"]


def test_one_provider_does_not_stand_for_another(ledger: Ledger) -> None:
    breakers = Breakers(ledger)
    opened(breakers, "acme")
    assert breakers.enter("other") is None


def test_one_probe_of_all_processes_goes_through_after_a_minute(
    ledger: Ledger, other: Breakers
) -> None:
    breakers = Breakers(ledger)
    opened(breakers)
    ledger.skew_ms = other.ledger.skew_ms = MINUTE + 5
    probe = other.enter("acme")
    assert probe is not None
    with pytest.raises(BreakerOpen) as refused:
        breakers.enter("acme")
    assert refused.value.not_before == probe
    other.succeeded("acme", probe)
    assert breakers.state("acme") == Breaker()
    assert breakers.enter("acme") is None


def test_a_prober_that_was_killed_blocks_the_next_one_for_a_while_only(ledger: Ledger) -> None:
    breakers = Breakers(ledger)
    opened(breakers)
    ledger.skew_ms += MINUTE + 5
    lost = breakers.enter("acme")
    ledger.skew_ms += PROBE_MS + 5
    probe = breakers.enter("acme")
    assert probe is not None
    breakers.succeeded("acme", lost)  # it was alive after all, but its turn is over
    breakers.failed("acme", lost)
    assert breakers.state("acme").state == "half_open"
    breakers.succeeded("acme", probe)
    assert breakers.state("acme") == Breaker()


def test_a_probe_that_proved_nothing_makes_room_for_the_next(ledger: Ledger) -> None:
    breakers = Breakers(ledger)
    opened(breakers)
    ledger.skew_ms += MINUTE + 5
    breakers.released("acme", breakers.enter("acme"))
    assert breakers.enter("acme") is not None


def test_a_failed_probe_doubles_the_time_up_to_a_quarter_of_an_hour(ledger: Ledger) -> None:
    breakers = Breakers(ledger)
    opened(breakers)
    lengths = []
    for _ in range(6):
        ledger.skew_ms += LONGEST_OPEN_MS
        after = breakers.failed("acme", breakers.enter("acme"))
        lengths.append((after.open_until - ledger.now()) / MINUTE)
    for length, doubled in zip(lengths, (2, 4, 8, 15, 15, 15), strict=True):
        assert doubled * 0.8 - 0.01 <= length <= doubled


def test_the_next_trouble_starts_with_a_minute_again(ledger: Ledger) -> None:
    breakers = Breakers(ledger)
    opened(breakers)
    ledger.skew_ms += MINUTE + 5
    breakers.succeeded("acme", breakers.enter("acme"))
    assert opened(breakers) - ledger.now() == pytest.approx(MINUTE, abs=1000)


def test_late_answers_to_earlier_calls_change_nothing_while_it_is_open(ledger: Ledger) -> None:
    breakers = Breakers(ledger)
    opened(breakers)
    before = breakers.state("acme")
    breakers.succeeded("acme", None)
    breakers.failed("acme", None)
    breakers.released("acme", None)
    assert breakers.state("acme") == before


def test_a_clock_set_back_an_hour_keeps_nothing_closed_for_an_hour(ledger: Ledger) -> None:
    breakers = Breakers(ledger)
    ledger.skew_ms = 60 * MINUTE
    opened(breakers)
    ledger.skew_ms = 0
    assert breakers.blocked_until("acme") == 0
    assert breakers.enter("acme") is not None


@given(
    st.integers(0, 100),
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 2**41),
)
def test_an_opening_lasts_between_a_minute_and_a_quarter_of_an_hour(
    opens: int, jitter: float, now: int
) -> None:
    half_open = Breaker("half_open", failures=5, opens=opens, open_until=now, probe_until=now + 1)
    after = after_failure(half_open, now, probe=now + 1, trip=False, jitter=jitter)
    assert after.state == "open"
    assert MINUTE <= after.open_until - now <= LONGEST_OPEN_MS
    assert after.blocked_until(now) == after.open_until
    assert after.blocked_until(after.open_until) == 0
