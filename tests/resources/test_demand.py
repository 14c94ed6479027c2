"""What a collection is about: markets, months, missing ranges."""

from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from resources import demand
from resources.errors import InvalidInput, UnknownSymbol
from resources.ledger import Ledger, coverage, listings
from resources.ledger.tables import watchlist
from resources.market import Interval, Symbol, load_registry
from resources.plan import Window

DAY, HOUR = Interval.D1.ms, Interval.H1.ms
START = 20_000 * DAY
NOW = START + 10 * DAY + 5 * HOUR + 17
BTC, ETH = Symbol("BTC", "USDT"), Symbol("ETH", "USDT")


def cover(ledger: Ledger, symbol: Symbol, *windows: Window) -> None:
    with ledger.write() as connection:
        coverage.extend(connection, "1h", [(str(symbol), window) for window in windows])


def hours(first: int, last: int) -> Window:
    return Window(START + first * HOUR, START + last * HOUR)


def test_the_largest_coins_are_collected_in_every_interval(ledger: Ledger) -> None:
    found = demand.markets(ledger, load_registry(), 2, [Interval.D1, Interval.H1])
    assert found == {Interval.H1: [BTC, ETH], Interval.D1: [BTC, ETH]}
    assert list(found) == [Interval.H1, Interval.D1]


def test_the_watchlist_comes_on_top_in_its_own_intervals(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = {"id": 1, "symbols": '["SOL/USDT", "BTC/USDT"]', "intervals": '["15m", "1h"]'}
        connection.execute(sa.insert(watchlist).values(**row, updated_at=0))
    sol = Symbol("SOL", "USDT")
    found = demand.markets(ledger, load_registry(), 1, [Interval.H1])
    assert found == {Interval.M15: [sol, BTC], Interval.H1: [BTC, sol]}
    only = demand.markets(ledger, load_registry(), 1, [Interval.H1], interval="1h")
    assert only == {Interval.H1: [BTC, sol]}


def test_named_markets_are_collected_alone(ledger: Ledger) -> None:
    found = demand.markets(
        ledger, load_registry(), 5, [Interval.H1], symbols=["ethusdt", "btc"], interval="4h"
    )
    assert found == {Interval.H4: [BTC, ETH]}


def test_what_nobody_knows_is_refused(ledger: Ledger) -> None:
    with pytest.raises(UnknownSymbol):
        demand.markets(ledger, load_registry(), 5, [Interval.H1], symbols=["nosuchcoin"])
    with pytest.raises(InvalidInput, match="2h"):
        demand.markets(ledger, load_registry(), 5, [Interval.H1], interval="2h")


@pytest.mark.parametrize(
    ("mode", "covered", "expected"),
    [
        ("backward", (), Window(START, START + 10 * DAY)),
        ("forward", (), Window(START, NOW)),
        ("gap_fill", (), Window(START, NOW)),
        # The one that is covered least far says where it begins.
        ("forward", ((BTC, hours(0, 50)), (ETH, hours(0, 30))), Window(START + 30 * HOUR, NOW)),
        # One that was never collected is collected from the start on.
        ("forward", ((BTC, hours(0, 50)),), Window(START, NOW)),
        # History from before the start is filled too.
        ("gap_fill", ((BTC, hours(-99, 50)),), Window(START - 99 * HOUR, NOW)),
        # What ended before the start is not followed from there.
        ("forward", ((BTC, hours(-99, -50)), (ETH, hours(-9, -5))), Window(START, NOW)),
    ],
)
def test_the_span_of_a_mode(
    ledger: Ledger, mode: str, covered: Sequence[tuple[Symbol, Window]], expected: Window
) -> None:
    for symbol, window in covered:
        cover(ledger, symbol, window)
    wanted = {Interval.H1: [BTC, ETH]}
    assert demand.span(ledger, mode, wanted, START, NOW) == expected


def test_a_market_that_nobody_lists_does_not_hold_the_others_back(ledger: Ledger) -> None:
    cover(ledger, BTC, hours(0, 50))
    listings.replace(ledger, "binance", ["BTC/USDT"])
    assert demand.span(ledger, "forward", {Interval.H1: [BTC, ETH]}, START, NOW) == Window(
        START + 50 * HOUR, NOW
    )


def test_another_mode_is_refused_with_those_there_are(ledger: Ledger) -> None:
    with pytest.raises(InvalidInput, match="backward, forward, gap_fill"):
        demand.span(ledger, "sideways", {}, START, NOW)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("", [hours(0, 10), hours(20, 30), hours(40, 61)]),
        ("backward", [hours(0, 10), hours(20, 30), hours(40, 61)]),
        ("forward", [hours(40, 61)]),
        ("gap_fill", [hours(20, 30)]),
    ],
)
def test_each_mode_fetches_its_part_of_what_is_missing(
    ledger: Ledger, mode: str, expected: Sequence[Window]
) -> None:
    cover(ledger, BTC, hours(10, 20), hours(30, 40))
    window = Window(START - 5, START + 60 * HOUR + 5)
    found = demand.ranges(ledger, mode, Interval.H1, [BTC], window)
    assert found == {BTC: expected}


@pytest.mark.parametrize(("mode", "whole"), [("forward", True), ("gap_fill", False)])
def test_a_market_that_was_never_collected_has_no_gaps_to_fill(
    ledger: Ledger, mode: str, whole: bool
) -> None:
    found = demand.ranges(ledger, mode, Interval.H1, [BTC], hours(0, 9))
    assert found == {BTC: [hours(0, 9)] if whole else []}


def test_days_are_whole_and_the_last_one_is_included() -> None:
    assert demand.days("2026-01-02", "2026-01-03", NOW).length == 2 * DAY
    assert demand.days("", "", NOW) == Window(0, NOW)


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("02.01.2026", "", "is no date like"),
        ("", "2026-02-30", "is no date like"),
        ("2026-01-02", "2026-01-01", "hold nothing"),
        ("2999-01-01", "", "hold nothing"),
    ],
)
def test_days_that_cannot_be_are_refused(start: str, end: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        demand.days(start, end, NOW)
