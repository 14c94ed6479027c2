"""Up to when a table has data, whoever notes it."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from resources.ledger import Ledger, feed_times


@pytest.mark.parametrize("times", [[5, 9, 7], [9, 5, 9], [7, 7, 9]])
def test_an_earlier_time_changes_nothing(times: Sequence[int]) -> None:
    ledger = Ledger("sqlite://")
    ledger.migrate()
    for newest in times:
        with ledger.write() as connection:
            feed_times.advance(connection, "nft", newest)
    assert feed_times.read(ledger) == {"nft": 9}
    ledger.close()


def test_of_several_who_note_at_once_the_latest_time_stays(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    ledger.migrate()

    def note(newest: int) -> None:
        with ledger.write() as connection:
            feed_times.advance(connection, "nft", newest)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(note, [*range(50, 0, -1), *range(50)]))
    assert feed_times.read(ledger) == {"nft": 50}
    ledger.close()
