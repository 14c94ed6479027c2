"""Collections in the ledger: one at a time where people ask, and none that is dead goes on."""

import threading

import pytest

from resources.errors import Conflict
from resources.ledger import Ledger, collections
from resources.ledger.collections import STALE_MS, SymbolState


def later(ledger: Ledger, ms: int) -> Ledger:
    return Ledger(ledger.url, skew_ms=ms)


def test_of_many_that_ask_at_once_one_may(ledger: Ledger) -> None:
    outcomes: list[str] = []

    def ask() -> None:
        own = Ledger(ledger.url)
        try:
            outcomes.append(collections.claim(own, "forward", "api"))
        except Conflict:
            outcomes.append("refused")
        finally:
            own.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("refused") == 7


def test_one_that_says_nothing_any_more_is_lost_and_another_may_begin(ledger: Ledger) -> None:
    begun = collections.begin(ledger, None, "backward", "api", "run-1")
    assert [one.state for one in collections.newest(later(ledger, STALE_MS - 1_000))] == ["running"]
    after = later(ledger, STALE_MS + 1_000)
    assert [one.state for one in collections.newest(after)] == ["lost"]
    assert collections.going(after) == []
    collections.claim(after, "forward", "api")
    collections.tell(after, begun, [])
    assert {one.id for one in collections.going(after)} >= {begun}


def test_one_that_was_cancelled_before_it_began_does_not_begin(ledger: Ledger) -> None:
    claimed = collections.claim(ledger, "forward", "api")
    collections.launched(ledger, claimed, "run-1")
    collections.end(ledger, claimed, "canceled")
    with pytest.raises(Conflict, match="cancelled before it began"):
        collections.begin(ledger, claimed, "forward", "api", "run-1")
    # Somebody has started it anew in Dagster, with the same tags.
    assert collections.begin(ledger, claimed, "forward", "api", "run-2") == claimed


def test_after_a_start_nothing_is_going(ledger: Ledger) -> None:
    collections.begin(ledger, None, "backward", "api", "run-1")
    collections.abandon(ledger)
    [one] = collections.newest(ledger)
    assert (one.state, one.error) == ("failure", "it was killed")
    collections.claim(ledger, "forward", "api")


def test_what_one_that_was_lost_or_killed_has_left_is_told_as_ended(ledger: Ledger) -> None:
    begun = collections.begin(ledger, None, "backward", "api", "run-1")
    told = [
        SymbolState("BTC/USDT", "1h", "running", 5),
        SymbolState("ETH/USDT", "1h", "running", 0, 3, error="kraken timed out"),
        SymbolState("SOL/USDT", "1h", "pending"),
        SymbolState("XRP/USDT", "1h", "skipped"),
    ]
    collections.tell(ledger, begun, told)
    assert collections.states(ledger, begun) == told
    left = [
        SymbolState("BTC/USDT", "1h", "partial", 5, error="the run ended"),
        SymbolState("ETH/USDT", "1h", "failed", 0, 3, error="kraken timed out"),
        SymbolState("SOL/USDT", "1h", "failed", error="the run ended"),
        SymbolState("XRP/USDT", "1h", "skipped"),
    ]
    assert collections.states(later(ledger, STALE_MS + 1_000), begun) == left
    collections.abandon(ledger)
    assert collections.states(ledger, begun) == left
    # One that is tried again goes on.
    collections.begin(ledger, None, "backward", "api", "run-1")
    assert collections.states(ledger, begun) == told


def test_markets_are_told_as_they_are_and_go_with_their_collection(ledger: Ledger) -> None:
    first = collections.begin(ledger, None, "backward", "api", "run-0")
    collections.tell(ledger, first, [SymbolState("BTC/USDT", "1h", "running", 5)])
    collections.tell(ledger, first, [SymbolState("BTC/USDT", "1h", "complete", 9, 2)])
    assert collections.states(ledger, first) == [SymbolState("BTC/USDT", "1h", "complete", 9, 2)]
    collections.end(ledger, first, "success")
    for number in range(60):
        other = collections.begin(ledger, None, "forward", "schedule", f"run-{number + 1}")
        collections.end(ledger, other, "success")
    assert collections.find(ledger, first) is None
    assert collections.states(ledger, first) == []
