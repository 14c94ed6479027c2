"""Up to when a table has data, whoever notes it."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from resources.ledger import Ledger, feed_times
from tests.ledgers import ledger_at


@pytest.mark.parametrize("times", [[5, 9, 7], [9, 5, 9], [7, 7, 9]])
def test_an_earlier_time_changes_nothing(times: Sequence[int]) -> None:
    ledger = Ledger("sqlite://")
    ledger.migrate()
    for newest in times:
        with ledger.write() as connection:
            feed_times.advance(connection, ledger, "nft", newest)
    assert feed_times.read(ledger) == {"nft": 9}
    ledger.close()


def test_a_time_from_a_clock_that_was_ahead_loses_to_any_later_write() -> None:
    ledger = Ledger("sqlite://", skew_ms=3 * 86_400_000)
    ledger.migrate()
    told = []
    for skew in (3 * 86_400_000, 0, 0):
        ledger.skew_ms = skew
        now = ledger.now() // 86_400_000 * 86_400_000
        with ledger.write() as connection:
            told.append(feed_times.advance(connection, ledger, "social", now))
        assert feed_times.read(ledger) == {"social": now}
    assert told == [True, True, False]
    ledger.close()


def test_of_several_who_note_at_once_the_latest_time_stays(tmp_path: Path) -> None:
    ledger = ledger_at(tmp_path / "ledger.db")

    def note(newest: int) -> None:
        with ledger.write() as connection:
            feed_times.advance(connection, ledger, "nft", newest)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(note, [*range(50, 0, -1), *range(50)]))
    assert feed_times.read(ledger) == {"nft": 50}
    ledger.close()
