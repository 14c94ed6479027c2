"""What the ledger keeps is bounded, and nothing that somebody still needs goes."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from resources.ledger import Ledger, commits, quarantine, retention, snapshot_sizes, snapshots
from resources.ledger.tables import METADATA, commit_readers
from resources.ledger.tables import commits as commits_table
from resources.ledger.tables import quarantine as quarantine_table
from tests.ledgers import ledger_at
from tests.markdown import read, rows, section

DAY_MS = 86_400_000
MUCH = 1_000_000_000


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = ledger_at(tmp_path / "ledger.db")
    yield made
    made.close()


def commit(ledger: Ledger, count: int, days: float, table: str = "prices") -> None:
    at = ledger.now() - int(days * DAY_MS)
    row = {"table_name": table, "version": 1, "keys": "[]", "rows": 1, "at": at}
    with ledger.write() as connection:
        connection.execute(commits_table.insert(), [row] * count)


def left(ledger: Ledger, table: str = "prices") -> int:
    query = sa.select(sa.func.count()).where(commits_table.c.table_name == table)
    with ledger.read() as connection:
        return int(connection.execute(query).scalar_one())


def test_commits_go_after_two_days_but_the_newest_of_each_table_stay(ledger: Ledger) -> None:
    commit(ledger, 10, 40, "candles")
    commit(ledger, 600, 3)
    commit(ledger, 50, 1)
    newest = commits.newest_seq(ledger)
    assert retention.clean_up(ledger, MUCH)["commits"] == 150
    assert left(ledger) == commits.KEPT_ROWS
    assert left(ledger, "candles") == 10
    assert commits.newest_seq(ledger) == newest
    assert retention.clean_up(ledger, MUCH)["commits"] == 0


def test_young_commits_stay_however_many_there_are(ledger: Ledger) -> None:
    commit(ledger, 1_500, 1.9)
    assert retention.clean_up(ledger, MUCH)["commits"] == 0
    assert left(ledger) == 1_500


def test_what_a_reader_has_not_seen_stays_for_a_month(ledger: Ledger) -> None:
    commit(ledger, 700, 31)
    commit(ledger, 700, 20)
    commit(ledger, 700, 3)
    with ledger.write() as connection:
        connection.execute(commit_readers.insert().values(name="resampled", seq=800))
    assert retention.clean_up(ledger, MUCH)["commits"] == 800
    assert left(ledger) == 1_300


def test_the_next_commit_never_has_the_number_of_one_that_went(ledger: Ledger) -> None:
    commit(ledger, 600, 3)
    retention.clean_up(ledger, MUCH)
    newest = commits.newest_seq(ledger)
    with ledger.write() as connection:
        assert commits.record(connection, ledger, "prices", 2, [], 1) == newest + 1


def test_quarantined_rows_go_after_90_days(ledger: Ledger) -> None:
    with ledger.write() as connection:
        quarantine.keep(ledger, connection, "prices", "kraken", "BTC", [{"reason": "old"}])
        at = ledger.now() - 91 * DAY_MS
        connection.execute(quarantine_table.update().values(at=at))
        quarantine.keep(ledger, connection, "prices", "kraken", "BTC", [{"reason": "young"}])
    assert retention.clean_up(ledger, MUCH)["quarantine"] == 1
    assert quarantine.count(ledger, "prices") == 1


def test_many_quarantined_rows_of_one_table_push_out_none_of_another(ledger: Ledger) -> None:
    row = {"provider": "kraken", "symbol": "BTC", "reason": "not finite", "at": ledger.now()}
    with ledger.write() as connection:
        quarantine.keep(ledger, connection, "candles", "kraken", "BTC/USD", [{"reason": "old"}])
        many = [{**row, "table_name": "prices", "row": str(n)} for n in range(quarantine.KEPT_ROWS)]
        connection.execute(quarantine_table.insert(), many)
        quarantine.keep(ledger, connection, "prices", "kraken", "BTC", [{"reason": "new"}])
    assert retention.clean_up(ledger, MUCH)["quarantine"] == 1
    assert quarantine.count(ledger, "prices") == quarantine.KEPT_ROWS
    assert quarantine.count(ledger, "candles") == 1


def look(ledger: Ledger, provider: str, size: int) -> None:
    """A look at a provider whose answer cannot be compressed."""
    answered = snapshots.Answered(provider, ok=True, size=size, body=os.urandom(size))
    with ledger.write() as connection:
        snapshots.put(connection, ledger, answered, 1, snapshots.Bounds(1_000, 30))


def test_the_oldest_snapshots_of_the_largest_go_first(ledger: Ledger) -> None:
    for _ in range(10):
        look(ledger, "large", 50_000)
        look(ledger, "small", 1_000)
    assert retention.clean_up(ledger, 120_000)["snapshots"] == 8
    assert sum(snapshot_sizes.held(ledger).values()) <= 120_000
    held = snapshots.held(ledger)
    assert (held["large"].snapshots, held["small"].snapshots) == (2, 10)
    assert retention.clean_up(ledger, 120_000)["snapshots"] == 0


def test_the_newest_body_of_a_provider_stays_whatever_its_size(ledger: Ledger) -> None:
    for _ in range(3):
        look(ledger, "large", 50_000)
    assert retention.clean_up(ledger, 10)["snapshots"] == 2
    assert snapshots.newest(ledger, ["large"])["large"].answered.size == 50_000


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 10_000)), st.integers(0, 50_000))
def test_shares_together_are_what_there_is_room_for(sizes: Mapping[str, int], most: int) -> None:
    share = snapshot_sizes.largest_share(sizes, most)
    taken = sum(min(size, share) for size in sizes.values())
    assert taken <= most
    # And no more is taken away than must be: less than one byte for each.
    assert sum(sizes.values()) <= most or taken > most - len(sizes)


def test_each_table_is_told_with_what_bounds_it() -> None:
    told = rows(section(read("docs/operations.md"), "What bounds the ledger"))
    names = [name.strip("` ") for row in told for name in row[0].split(",")]
    assert sorted(names) == sorted(METADATA.tables)
    assert all(row[1] for row in told)
