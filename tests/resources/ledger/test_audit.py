"""How long the audit log is kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from resources.ledger import Ledger, audit
from resources.ledger.audit import Entry, Wanted
from tests.ledgers import ledger_at

DAY_MS = 86_400_000


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = ledger_at(tmp_path / "ledger.db")
    yield made
    made.close()


def entry(ledger: Ledger, days: float, path: str = "/api/pools") -> Entry:
    at = ledger.now() - int(days * DAY_MS)
    return Entry(at, "r", None, None, "203.0.113.9", "POST", path, 201)


def paths(ledger: Ledger) -> list[str]:
    return [one.path for _, one in audit.read(ledger, Wanted(), 10)[0]]


def pruned(ledger: Ledger) -> int:
    with ledger.write() as connection:
        return audit.prune(connection, ledger)


def test_entries_go_after_400_days(ledger: Ledger) -> None:
    audit.append(ledger, [entry(ledger, 401, "/old"), entry(ledger, 399, "/young")])
    assert pruned(ledger) == 1
    assert paths(ledger) == ["/young"]


def test_the_newest_200_000_are_kept(ledger: Ledger) -> None:
    audit.append(ledger, [entry(ledger, 1)] * (audit.KEPT_ROWS + 7))
    assert pruned(ledger) == 7
    assert pruned(ledger) == 0


def test_a_path_is_looked_for_as_it_is_written(ledger: Ledger) -> None:
    audit.append(ledger, [entry(ledger, 1, path) for path in ("/a_b/1", "/axb/1", "/a%/1")])
    found = audit.read(ledger, Wanted(path="/a_b"), 10)[0]
    assert [one.path for _, one in found] == ["/a_b/1"]
