"""Rotations: a pool goes on where it stood, in whichever process; its history is bounded."""

from resources.ledger import Ledger
from resources.ledger.rotations import (
    KEPT,
    Turn,
    kept,
    last_provider,
    last_turns,
    newest,
    save,
    totals,
)


def turns(pool: str, names: str, reason: str = "rotation") -> list[Turn]:
    pairs = zip([None, *names], names, strict=False)
    return [Turn(pool, of, to, reason) for of, to in pairs]


def test_the_last_pick_of_each_pool_is_kept(ledger: Ledger) -> None:
    assert last_provider(ledger, "prices") is None
    save(ledger, turns("prices", "abc"), {"prices": 3})
    save(ledger, turns("ohlcv", "a"), {"ohlcv": 1})
    again = Ledger(ledger.url)
    assert (last_provider(again, "prices"), last_provider(again, "ohlcv")) == ("c", "a")
    again.close()


def test_whose_turn_was_when_is_kept_per_pool(ledger: Ledger) -> None:
    save(ledger, turns("prices", "abcab"), {"prices": 5})
    save(ledger, turns("ohlcv", "c"), {"ohlcv": 1})
    found = last_turns(ledger, "prices")
    assert sorted(found, key=lambda name: found[name]) == ["c", "a", "b"]
    assert set(last_turns(ledger, "ohlcv")) == {"c"}
    assert last_turns(ledger, "news") == {}


def test_a_turn_is_told_with_from_to_reason_and_time(ledger: Ledger) -> None:
    save(ledger, [Turn("prices", "a", "b", "breaker_open", 500)], {"prices": 1})
    save(ledger, turns("ohlcv", "c"), {"ohlcv": 1})
    assert [turn.to for turn in newest(ledger, 5)] == ["c", "b"]
    (told,) = newest(ledger, 5, "prices")
    assert (told.pool, told.of, told.to, told.reason) == ("prices", "a", "b", "breaker_open")
    assert 500 <= ledger.now() - told.at < 5_000


def test_turns_are_counted_also_where_only_the_newest_are_told(ledger: Ledger) -> None:
    save(ledger, turns("prices", "abc"), {"prices": 1_000})
    save(ledger, turns("prices", "ab"), {"prices": 2})
    assert totals(ledger) == {"prices": 1_002}


def test_the_history_is_bounded(ledger: Ledger) -> None:
    for _ in range(5):
        save(ledger, turns("prices", "ab" * (KEPT // 8)), {"prices": KEPT // 4})
    assert kept(ledger) == KEPT
    assert totals(ledger) == {"prices": 5 * KEPT // 4}
