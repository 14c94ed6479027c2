"""Which gaps are outages of a provider."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.ledger import Ledger, coverage, gaps, market_statuses
from resources.ledger.gap_ranges import NO_TRADE, NOT_LISTED, OUTAGE, Gap, Seen
from resources.ledger.outages import classified
from resources.market import Interval
from resources.plan import Window, union

HOUR = Interval.H1.ms


def hours(start: int, end: int) -> Window:
    return Window(start * HOUR, end * HOUR)


def keep(ledger: Ledger, provider: str, holes: Mapping[str, Sequence[Window]]) -> None:
    """One answer of 100 hours for each of these markets."""
    whole = hours(0, 100)
    with ledger.write() as connection:
        coverage.extend(connection, Interval.H1, [(symbol, whole) for symbol in holes])
        answers = [Seen(symbol, provider, whole, some) for symbol, some in holes.items()]
        gaps.observe(connection, ledger, Interval.H1, answers)


def reasons(ledger: Ledger, symbol: str) -> list[tuple[int, int, str]]:
    found = gaps.read(ledger, symbol, Interval.H1)
    return [(g.window.start // HOUR, g.window.end // HOUR, g.reason) for g in found]


@pytest.mark.parametrize(
    ("lacking", "whole", "reason"),
    [(3, 3, OUTAGE), (3, 6, OUTAGE), (3, 7, NO_TRADE), (2, 2, NO_TRADE), (4, 7, OUTAGE)],
)
def test_half_of_the_markets_and_at_least_three_make_an_outage(
    ledger: Ledger, lacking: int, whole: int, reason: str
) -> None:
    out = {f"C{n}/USDT": [hours(10, 12)] for n in range(lacking)}
    keep(ledger, "a", {**out, **{f"C{n}/USDT": [] for n in range(lacking, whole)}})
    gaps.classify(ledger, Interval.H1)
    assert reasons(ledger, "C0/USDT") == [(10, 12, reason)]


def test_a_gap_is_split_where_the_outage_ends(ledger: Ledger) -> None:
    keep(ledger, "a", {f"C{n}/USDT": [hours(10, 12 + 5 * (n == 0))] for n in range(4)})
    gaps.classify(ledger, Interval.H1)
    assert reasons(ledger, "C0/USDT") == [(10, 12, OUTAGE), (12, 17, NO_TRADE)]
    assert reasons(ledger, "C1/USDT") == [(10, 12, OUTAGE)]


def test_an_outage_that_others_fill_is_none_any_more(ledger: Ledger) -> None:
    names = [f"C{n}/USDT" for n in range(4)]
    keep(ledger, "a", {name: [hours(10, 12)] for name in names})
    gaps.classify(ledger, Interval.H1)
    with ledger.write() as connection:
        filled = [Seen(name, "b", hours(10, 12), []) for name in names[:3]]
        lacked = Seen(names[3], "b", hours(10, 12), [hours(10, 12)])
        gaps.observe(connection, ledger, Interval.H1, [*filled, lacked])
    gaps.classify(ledger, Interval.H1)
    assert [reasons(ledger, name) for name in names] == [[], [], [], [(10, 12, NO_TRADE)]]


def test_markets_before_their_listing_do_not_count(ledger: Ledger) -> None:
    out = {f"C{n}/USDT": [hours(10, 12)] for n in range(3)}
    young = {f"Y{n}/USDT": [hours(0, 50)] for n in range(9)}
    keep(ledger, "a", {**out, **young})
    gaps.classify(ledger, Interval.H1)
    assert reasons(ledger, "C0/USDT") == [(10, 12, OUTAGE)]
    assert reasons(ledger, "Y0/USDT") == [(0, 50, NOT_LISTED)]


def test_markets_that_the_provider_never_listed_do_not_count(ledger: Ledger) -> None:
    out = {f"C{n}/USDT": [hours(10, 12)] for n in range(3)}
    keep(ledger, "a", out)
    keep(ledger, "b", {f"B{n}/USDT": [] for n in range(9)})
    gaps.classify(ledger, Interval.H1)
    assert reasons(ledger, "C0/USDT") == [(10, 12, NO_TRADE)]
    with ledger.write() as connection:
        market_statuses.note(connection, ledger, "a", out, [])
    gaps.classify(ledger, Interval.H1)
    assert reasons(ledger, "C0/USDT") == [(10, 12, OUTAGE)]


_sets = st.lists(st.sets(st.integers(0, 15)), min_size=1, max_size=6)


@given(_sets)
def test_outages_are_what_counting_each_hour_finds(lacking: list[set[int]]) -> None:
    stored = {
        f"C{n}": [Gap(window, NO_TRADE, ("a",)) for window in union(Window(t, t + 1) for t in some)]
        for n, some in enumerate(lacking)
    }
    found = classified(stored, {name: [Window(0, 16)] for name in stored}, {})
    counts = Counter(at for some in lacking for at in some)
    for n, some in enumerate(lacking):
        told = {at: g.reason for g in found[f"C{n}"] for at in range(g.window.start, g.window.end)}
        out = {at for at in some if counts[at] >= 3 and 2 * counts[at] >= len(lacking)}
        assert told == {at: OUTAGE if at in out else NO_TRADE for at in some}


def test_outages_of_a_real_exchange_are_told_from_hours_without_trade(
    ledger: Ledger, shared: Path
) -> None:
    holes, spans = _recorded(shared / "data" / "ohlcv")
    with ledger.write() as connection:
        coverage.extend(connection, Interval.H1, list(spans.items()))
        answers = [Seen(name, "a", spans[name], some) for name, some in holes.items()]
        gaps.observe(connection, ledger, Interval.H1, answers)
    gaps.classify(ledger, Interval.H1)
    rows = [gap for name in holes for gap in gaps.read(ledger, name, Interval.H1)]
    assert Counter(gap.reason for gap in rows) == {OUTAGE: 545, NO_TRADE: 2}
    assert len({gap.window for gap in rows if gap.reason == OUTAGE}) == 26
    # It was an outage too, of a day when no more than two of these markets were traded.
    lonely = {gap.window for gap in rows if gap.reason == NO_TRADE}
    assert lonely == {Window(_ms("2017-09-06T17:00:00Z"), _ms("2017-09-06T23:00:00Z"))}


def _recorded(folder: Path) -> tuple[dict[str, list[Window]], dict[str, Window]]:
    """The hourly gaps of one exchange, and from when to when its candles are recorded."""
    if not (folder / "GAPS.csv").is_file():
        pytest.skip("needs data/ohlcv/GAPS.csv of ../shared, which is not here")
    spans = {
        row["symbol"]: Window(_ms(row["from_utc"]), _ms(row["to_utc"]) + HOUR)
        for row in _rows(folder / "INDEX.csv")
        if (row["exchange"], row["interval"]) == ("binance", "1h")
    }
    holes: dict[str, list[Window]] = {name: [] for name in spans}
    for row in _rows(folder / "GAPS.csv"):
        if (row["exchange"], row["interval"]) == ("binance", "1h"):
            hole = Window(_ms(row["gap_from_utc"]), _ms(row["gap_to_utc"]) + HOUR)
            holes[row["symbol"]].append(hole)
    return holes, spans


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)
