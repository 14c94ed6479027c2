"""How one market of a collection says where it is."""

from collections.abc import Sequence

import pytest

from assets.market_progress import MarketProgress
from resources.errors import HeadwaterError, NoneAvailable, NotFound
from resources.market import Interval, Symbol
from resources.plan import Window

WHOLE = Window(0, 100)


def market(*windows: Window) -> MarketProgress:
    return MarketProgress(Symbol("BTC", "USDT"), Interval.H1, list(windows))


def test_what_was_answered_is_not_asked_for_again() -> None:
    one = market(Window(0, 10), Window(50, 60))
    assert one.advance(Window(0, 4)) == [Window(0, 4)]
    assert one.next_before(100, 1) == Window(4, 10)
    assert one.next_before(4, 1) is None
    assert one.advance(Window(4, 10)) == [Window(4, 10)]
    assert one.next_before(100, 1) == Window(50, 60)
    assert one.reached == 10


def test_holes_that_lie_near_are_asked_for_together() -> None:
    one = market(Window(0, 10), Window(20, 30), Window(70, 80))
    assert one.next_before(100, 50) == Window(0, 30)
    assert one.advance(Window(0, 25)) == [Window(0, 10), Window(20, 25)]
    assert one.next_before(100, 50) == Window(25, 80)


def test_an_answer_that_proves_nothing_ends_its_range() -> None:
    one = market(Window(0, 10))
    assert one.advance(Window(0, 0)) == []
    assert one.next_before(100, 1) is None
    assert one.reached == 10


@pytest.mark.parametrize(
    ("error", "records", "covered", "status", "missing"),
    [
        (None, 5, [WHOLE], "complete", ()),
        (None, 0, [WHOLE], "complete", ()),
        (None, 5, [Window(0, 60)], "partial", (Window(60, 100),)),
        (None, 0, [], "failed", (WHOLE,)),
        (NoneAvailable("all are down"), 5, [Window(0, 60)], "partial", (Window(60, 100),)),
        (NoneAvailable("all are down"), 0, [], "failed", (WHOLE,)),
        (NotFound("nobody has it"), 0, [], "skipped", (WHOLE,)),
        (NotFound("nobody has the rest"), 5, [Window(0, 60)], "partial", (Window(60, 100),)),
    ],
)
def test_the_status_at_the_end_says_what_is_there_and_what_is_not(
    error: HeadwaterError | None,
    records: int,
    covered: Sequence[Window],
    status: str,
    missing: tuple[Window, ...],
) -> None:
    one = market(WHOLE)
    one.begin()
    one.stored(records)
    if error:
        one.fail(error)
    one.end([WHOLE], covered)
    state = one.state()
    assert (state.status, state.records, state.missing) == (status, records, missing)
    assert state.error == (str(error) if error else None)


def test_news_are_told_once() -> None:
    one = market(WHOLE)
    first = one.news()
    assert first is not None
    assert (first.status, first.missing) == ("pending", (WHOLE,))
    assert one.news() is None
    one.begin()
    one.retried(NoneAvailable("all are down"))
    second = one.news()
    assert second is not None
    assert (second.status, second.retries, second.error) == ("running", 1, "all are down")
    one.answered("binance")
    third = one.news()
    assert third is not None
    assert third.error is None
