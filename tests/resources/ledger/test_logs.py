"""Lines of the logs: filters, pages, bounds."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from resources.ledger import Ledger, logs
from resources.ledger.logs import Line, Wanted


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    opened = Ledger("sqlite://")
    opened.migrate()
    yield opened
    opened.close()


LINES = [
    Line("connection", "info", "Acme is online", "acme", "exchange", {"new_status": "online"}),
    Line("failure", "error", "acme answered 503", "acme", "exchange"),
    Line("rate_limit", "warning", "other asked for a pause", "other", "news"),
    Line("collection", "info", "prices: 5 stored, 100%"),
]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [3, 2, 1, 0]),
        ({"log_type": "failure"}, [1]),
        ({"level": "info"}, [3, 0]),
        ({"category": "exchange"}, [1, 0]),
        ({"provider": "other"}, [2]),
        ({"search": "ACME"}, [1, 0]),
        ({"search": "100%"}, [3]),
        ({"search": "%"}, [3]),
        ({"search": "_"}, []),
        ({"start": 5_000_000_000_000}, []),
        ({"end": 5}, []),
        ({"provider": "acme", "level": "error"}, [1]),
    ],
)
def test_lines_are_chosen(ledger: Ledger, wanted: dict[str, Any], found: list[int]) -> None:
    logs.append(ledger, LINES)
    entries, following = logs.read(ledger, Wanted(**wanted), 100)
    assert [LINES.index(entry.line) for entry in entries] == found
    assert following is None
    assert logs.count(ledger, Wanted(**wanted)) == len(found)


def test_pages_hold_each_line_once_newest_first(ledger: Ledger) -> None:
    logs.append(ledger, [Line("failure", "error", str(n)) for n in range(7)])
    seen: list[str] = []
    before: int | None = None
    while True:
        entries, before = logs.read(ledger, Wanted(), 3, before)
        seen += [entry.line.message for entry in entries]
        if before is None:
            break
    assert seen == [str(n) for n in range(6, -1, -1)]


def test_what_came_since_is_read_oldest_first(ledger: Ledger) -> None:
    assert logs.newest_id(ledger) == 0
    logs.append(ledger, LINES[:2])
    newest = logs.newest_id(ledger)
    logs.append(ledger, LINES[2:])
    assert [entry.line for entry in logs.after(ledger, newest, 10)] == LINES[2:]


def test_only_the_newest_lines_are_kept(ledger: Ledger) -> None:
    logs.append(ledger, LINES[:3])
    with ledger.write() as connection:
        last = sa.text("UPDATE sqlite_sequence SET seq = :seq WHERE name = 'logs'")
        connection.execute(last, {"seq": logs.KEPT_ROWS + 1})
    logs.append(ledger, LINES[3:])
    entries, _ = logs.read(ledger, Wanted(), 10)
    assert [entry.id for entry in entries] == [logs.KEPT_ROWS + 2, 3]


def test_old_lines_are_deleted(ledger: Ledger) -> None:
    logs.append(ledger, LINES)
    ledger.skew_ms = logs.KEPT_MS + 60_000
    logs.append(ledger, LINES[:1])
    with ledger.write() as connection:
        assert logs.prune(connection, ledger) == 4
    assert len(logs.read(ledger, Wanted(), 10)[0]) == 1
