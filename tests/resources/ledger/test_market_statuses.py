"""What listings tell of markets: when they came, went, and came again."""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.ledger import Ledger, listings, market_statuses, tables
from resources.ledger.market_statuses import Status
from resources.market import load_registry

DAY = 86_400_000
MARKETS = ["BTC/USDT", "ETH/USDT", "SOL/USDT", "XRP/USDT"]
SOL = "SOL/USDT"


def told(known: Sequence[Status]) -> list[tuple[str, bool]]:
    """Each status in turn, and whether it lasts; they must follow each other."""
    assert [one.start for one in known[1:]] == [one.end for one in known[:-1]]
    return [(one.status, one.end is None) for one in known]


def without(*gone: str) -> list[str]:
    return [market for market in MARKETS if market not in gone]


def test_a_market_that_vanishes_from_a_listing_is_delisted(ledger: Ledger) -> None:
    assert listings.replace(ledger, "a", MARKETS) == set(MARKETS)
    assert told(market_statuses.statuses(ledger, SOL)) == [("listed", True)]
    assert listings.replace(ledger, "a", without(SOL)) == {*without(SOL)}
    known = market_statuses.at_providers(ledger, SOL)
    assert told(known) == [("listed", False), ("delisted", True)]
    assert {one.provider for one in known} == {"a"}
    assert told(market_statuses.statuses(ledger, SOL)) == [("listed", False), ("delisted", True)]


def test_one_that_comes_back_is_listed_again_and_keeps_its_past(ledger: Ledger) -> None:
    for listing in (MARKETS, without(SOL), without(SOL), MARKETS, MARKETS):
        listings.replace(ledger, "a", listing)
    expected = [("listed", False), ("delisted", False), ("listed", True)]
    assert told(market_statuses.statuses(ledger, SOL)) == expected
    assert told(market_statuses.at_providers(ledger, "BTC/USDT")) == [("listed", True)]


@pytest.mark.parametrize("left", [["BTC/USDT", "ETH/USDT"], ["BTC/USDT"], []])
def test_half_of_a_listing_that_vanishes_at_once_is_not_believed(
    ledger: Ledger, left: list[str]
) -> None:
    listings.replace(ledger, "a", MARKETS)
    assert listings.replace(ledger, "a", left) == set(MARKETS)
    assert told(market_statuses.statuses(ledger, SOL)) == [("listed", True)]
    assert listings.listed(ledger, "a", DAY) == set(MARKETS)


def test_what_has_been_missing_for_a_week_is_delisted_all_the_same(ledger: Ledger) -> None:
    listings.replace(ledger, "a", MARKETS)
    for days, left in ((6, set(MARKETS)), (8, {"BTC/USDT"})):
        later = Ledger(ledger.url, skew_ms=days * DAY)
        assert listings.replace(later, "a", ["BTC/USDT"]) == left
        later.close()
    assert told(market_statuses.statuses(ledger, SOL)) == [("listed", False), ("delisted", True)]


def test_a_market_is_delisted_only_where_no_provider_lists_it(ledger: Ledger) -> None:
    for provider, listing in (("a", MARKETS), ("b", MARKETS), ("a", without(SOL))):
        listings.replace(ledger, provider, listing)
    assert told(market_statuses.statuses(ledger, SOL)) == [("listed", True)]
    listings.replace(ledger, "b", without(SOL))
    assert told(market_statuses.statuses(ledger, SOL)) == [("listed", False), ("delisted", True)]
    assert market_statuses.statuses(ledger, "DOGE/USDT") == []


def test_a_coin_that_is_renamed_keeps_the_past_of_both_names(ledger: Ledger) -> None:
    for name in ("MATIC/USDT", "POL/USDT"):
        assert str(load_registry().market(name)) == name
        listings.replace(ledger, "a", [*MARKETS, name])
    before = market_statuses.statuses(ledger, "MATIC/USDT")
    behind = market_statuses.statuses(ledger, "POL/USDT")
    assert (told(before), told(behind)) == (
        [("listed", False), ("delisted", True)],
        [("listed", True)],
    )
    assert listings.who_lists(ledger, "MATIC/USDT") == []
    assert listings.who_lists(ledger, "POL/USDT") == ["a"]
    # Its alias is the same market, whatever it is called where it is imported from.
    assert load_registry().market("RNDR/USDT") == load_registry().market("RENDER/USDT")


def test_intervals_follow_each_other_where_the_clock_goes_back(ledger: Ledger) -> None:
    listings.replace(ledger, "a", MARKETS)
    earlier = Ledger(ledger.url, skew_ms=-3_600_000)
    listings.replace(earlier, "a", without(SOL))
    listings.replace(earlier, "a", MARKETS)
    earlier.close()
    known = market_statuses.at_providers(ledger, SOL)
    assert told(known) == [("listed", False), ("delisted", False), ("listed", True)]
    assert all(one.window.length > 0 for one in known)


def test_what_was_delisted_is_read_with_the_providers(ledger: Ledger) -> None:
    for listing in (MARKETS, without(SOL)):
        listings.replace(ledger, "a", listing)
    listings.replace(ledger, "b", MARKETS)
    with ledger.read() as connection:
        found = market_statuses.delisted_within(connection, MARKETS)
        known = market_statuses.markets_within(connection)
    assert {name: list(of) for name, of in found.items()} == {SOL: ["a"]}
    assert known == {"a": set(MARKETS), "b": set(MARKETS)}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sets(st.sampled_from(MARKETS)), min_size=1, max_size=8))
def test_intervals_are_what_was_believed_in_turn(emptied: Ledger, heard: list[set[str]]) -> None:
    ledger = emptied
    with ledger.write() as connection:
        connection.execute(tables.market_statuses.delete())
        connection.execute(tables.listings.delete())
    believed = [listings.replace(ledger, "a", listing) for listing in heard]
    for market in MARKETS:
        says = ["listed" if market in listing else "delisted" for listing in believed]
        turns = [status for status, _ in itertools.groupby(says)]
        expected = turns[1:] if turns[0] == "delisted" else turns
        known = market_statuses.at_providers(ledger, market)
        assert told(known) == [(s, n == len(expected)) for n, s in enumerate(expected, 1)]
