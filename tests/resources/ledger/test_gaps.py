"""Gaps of candles, against a model that keeps every open time by itself."""

import itertools
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from resources.ledger import Ledger, coverage, gaps, market_statuses, tables
from resources.ledger.gaps import NO_TRADE, NOT_LISTED, Gap, Seen
from resources.market import Interval
from resources.plan import Window, missing, overlaps, union, without

HOUR = Interval.H1.ms
BTC = "BTC/USDT"


def hours(start: int, end: int) -> Window:
    return Window(start * HOUR, end * HOUR)


def seen(provider: str, window: Window, *holes: Window, symbol: str = BTC) -> Seen:
    return Seen(symbol, provider, window, holes)


def keep(ledger: Ledger, *answers: Seen) -> None:
    """As a flush does: the windows are covered, then the gaps are known."""
    with ledger.write() as connection:
        table = gaps.subtract(connection, Interval.H1, answers)
        coverage.extend(connection, Interval.H1, [(one.symbol, one.window) for one in table])
        gaps.observe(connection, ledger, Interval.H1, table)


def stored(ledger: Ledger, symbol: str = BTC) -> list[tuple[int, int, str, str]]:
    """Rows as (first hour, hour after the last, reason, initials of who was asked)."""
    return [
        (g.window.start // HOUR, g.window.end // HOUR, g.reason, "".join(g.providers))
        for g in gaps.read(ledger, symbol, Interval.H1)
    ]


def test_what_an_answer_lacks_is_a_gap_until_another_has_it(ledger: Ledger) -> None:
    keep(ledger, seen("a", hours(0, 10), hours(4, 7)))
    assert stored(ledger) == [(4, 7, NO_TRADE, "a")]
    keep(ledger, seen("b", hours(4, 6), hours(4, 5)))
    assert stored(ledger) == [(4, 5, NO_TRADE, "ab"), (6, 7, NO_TRADE, "a")]
    keep(ledger, seen("c", hours(4, 7)))
    assert stored(ledger) == []


def test_gaps_that_touch_and_say_the_same_are_one(ledger: Ledger) -> None:
    keep(ledger, seen("a", hours(0, 10), hours(8, 10)))
    keep(ledger, seen("a", hours(10, 20), hours(10, 12)))
    assert stored(ledger) == [(8, 12, NO_TRADE, "a")]


def test_a_stored_candle_of_another_provider_is_no_gap(ledger: Ledger) -> None:
    keep(ledger, seen("a", hours(0, 10), hours(4, 5)))
    keep(ledger, seen("b", hours(0, 12), hours(2, 6), hours(10, 11)))
    assert stored(ledger) == [(4, 5, NO_TRADE, "ab"), (10, 11, NO_TRADE, "b")]


def test_of_answers_that_come_together_one_candle_is_enough(ledger: Ledger) -> None:
    keep(ledger, seen("a", hours(0, 10), hours(3, 5)), seen("b", hours(4, 6)))
    assert stored(ledger) == [(3, 4, NO_TRADE, "a")]


def test_what_precedes_the_first_candle_is_not_listed(ledger: Ledger) -> None:
    keep(ledger, seen("a", hours(0, 10), hours(0, 10)))
    assert stored(ledger) == [(0, 10, NOT_LISTED, "a")]
    keep(ledger, seen("a", hours(10, 20), hours(10, 12), hours(15, 16)))
    assert stored(ledger) == [(0, 12, NOT_LISTED, "a"), (15, 16, NO_TRADE, "a")]


def test_an_earlier_candle_that_comes_later_makes_it_no_trade(ledger: Ledger) -> None:
    keep(ledger, seen("a", hours(100, 110), hours(100, 103)))
    keep(ledger, seen("a", hours(20, 30)))
    assert stored(ledger) == [(100, 103, NO_TRADE, "a")]


def test_what_all_who_were_asked_have_delisted_is_not_listed(ledger: Ledger) -> None:
    now = Interval.H1.floor(ledger.now())
    with ledger.write() as connection:
        for provider in "ab":
            market_statuses.note(connection, ledger, provider, [BTC], [])
            market_statuses.note(connection, ledger, provider, [], [BTC] if provider == "a" else [])
    whole, later = Window(now - 9 * HOUR, now + 9 * HOUR), Window(now - HOUR, now + 9 * HOUR)
    keep(ledger, seen("a", whole, later))
    ended = Window(now + HOUR, later.end)
    assert gaps.read(ledger, BTC, Interval.H1) == [
        Gap(Window(later.start, ended.start), NO_TRADE, ("a",)),
        Gap(ended, NOT_LISTED, ("a",)),
    ]
    keep(ledger, seen("b", later, later))
    assert gaps.read(ledger, BTC, Interval.H1) == [Gap(later, NO_TRADE, ("a", "b"))]


def test_gaps_of_one_opinion_are_told_within_a_window(ledger: Ledger) -> None:
    keep(ledger, seen("a", hours(0, 30), hours(4, 7), hours(10, 14), hours(20, 21)))
    keep(ledger, seen("b", hours(5, 6), hours(5, 6)))
    keep(ledger, seen("a", hours(0, 5), symbol="ETH/USDT"))
    found = gaps.unsettled(ledger, Interval.H1, [BTC, "ETH/USDT"], hours(5, 12), opinions=2)
    only_a = frozenset({"a"})
    assert found == {BTC: [(hours(6, 7), only_a), (hours(10, 12), only_a)]}
    settled = gaps.unsettled(ledger, Interval.H1, [BTC], hours(0, 9), opinions=1)
    assert settled == {}


def test_gaps_of_a_window_are_read_whole(ledger: Ledger) -> None:
    keep(ledger, seen("a", hours(0, 30), hours(4, 7), hours(10, 14), hours(20, 21)))
    found = gaps.read(ledger, BTC, Interval.H1, hours(7, 11))
    assert [gap.window for gap in found] == [hours(10, 14)]


def test_markets_and_intervals_are_apart(ledger: Ledger) -> None:
    keep(ledger, seen("a", hours(0, 9), hours(4, 5)), seen("a", hours(0, 9), symbol="ETH/USDT"))
    with ledger.write() as connection:
        gaps.observe(connection, ledger, Interval.M1, [seen("a", hours(0, 9))])
    assert stored(ledger) == [(4, 5, NO_TRADE, "a")]
    assert stored(ledger, "ETH/USDT") == []


HOURS = 24
_spans = st.tuples(st.integers(0, HOURS - 1), st.integers(1, HOURS)).map(
    lambda pair: (pair[0], min(HOURS, pair[0] + pair[1]))
)


@st.composite
def answers(draw: st.DrawFn) -> tuple[str, tuple[int, int], frozenset[int]]:
    start, end = draw(_spans)
    lacking = draw(st.frozensets(st.integers(start, end - 1)))
    return draw(st.sampled_from("abc")), (start, end), lacking


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(answers(), min_size=1, max_size=3), min_size=1, max_size=6))
def test_rows_say_what_a_model_of_single_candles_says(
    emptied: Ledger,
    flushes: Sequence[Sequence[tuple[str, tuple[int, int], frozenset[int]]]],
) -> None:
    ledger = emptied
    with ledger.write() as connection:
        connection.execute(tables.candle_gaps.delete())
        connection.execute(tables.coverage.delete())
    asked: dict[int, set[str]] = {}
    candles: set[int] = set()
    for flush in flushes:
        keep(ledger, *(_as_seen(*answer) for answer in flush))
        candles |= {at for _, span, lacking in flush for at in range(*span) if at not in lacking}
        for provider, _, lacking in flush:
            for at in lacking:
                asked.setdefault(at, set()).add(provider)
        asked = {at: names for at, names in asked.items() if at not in candles}
        first = min(candles, default=HOURS)
        model = {
            at: (NOT_LISTED if at < first else NO_TRADE, "".join(sorted(names)))
            for at, names in asked.items()
        }
        assert stored(ledger) == _runs(model)


def _as_seen(provider: str, span: tuple[int, int], lacking: frozenset[int]) -> Seen:
    return seen(provider, hours(*span), *union(hours(at, at + 1) for at in lacking))


def _runs(model: dict[int, tuple[str, str]]) -> list[tuple[int, int, str, str]]:
    found = []
    steps = enumerate(sorted(model.items()))
    for said, run in itertools.groupby(steps, key=lambda one: (one[1][0] - one[0], one[1][1])):
        times = [at for _, (at, _) in run]
        found.append((times[0], times[-1] + 1, *said[1]))
    return found


_windows = st.lists(_spans.map(lambda span: Window(*span))).map(union)


@given(_windows, _windows)
def test_lists_of_windows_are_cut_as_sets_of_times_are(
    some: list[Window], others: list[Window]
) -> None:
    def times(windows: list[Window]) -> set[int]:
        return {at for window in windows for at in range(window.start, window.end)}

    assert times(overlaps(some, others)) == times(some) & times(others)
    assert times(without(some, others)) == times(some) - times(others)
    assert without(some, others) == [part for one in some for part in missing(one, others)]
