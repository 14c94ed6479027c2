"""Snapshots: what is kept, and no more than that."""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.ledger import Ledger, snapshots
from resources.ledger.snapshots import Answered, Bounds, Held
from resources.ledger.tables import snapshot_bodies
from tests.ledgers import ledger_at

DAY = 86_400_000
WIDE = Bounds(1_000, 30)


def put(
    ledger: Ledger, body: bytes | None, seq: int = 1, bounds: Bounds = WIDE, provider: str = "acme"
) -> None:
    ok = body is not None
    size = len(body) if body else 0
    answered = Answered(
        provider,
        ok,
        200 if ok else 503,
        "text/plain",
        False,
        size,
        body,
        None if ok else "it is down",
    )
    with ledger.write() as connection:
        snapshots.put(connection, ledger, answered, seq, bounds)


def bodies(ledger: Ledger, provider: str = "acme") -> list[bytes | None]:
    """Oldest first."""
    found, _ = snapshots.page(ledger, provider, None, 1_000, 10**9)
    return [one.answered.body for one in reversed(found)]


def stored(ledger: Ledger, provider: str) -> int:
    """How many bodies there are of a provider."""
    with ledger.read() as connection:
        query = sa.select(sa.func.count()).where(snapshot_bodies.c.provider == provider)
        return int(connection.execute(query).scalar_one())


@pytest.fixture(scope="module")
def shared_ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    opened = ledger_at(tmp_path_factory.mktemp("home") / "ledger.db")
    yield opened
    opened.close()


names = (f"provider_{number}" for number in itertools.count())


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.sampled_from([b"a", b"b", b"c", None]), max_size=12),
    st.lists(st.sampled_from([b"a", b"b"]), max_size=4),
    st.integers(1, 6),
)
def test_the_newest_are_kept_exactly_and_each_body_once(
    shared_ledger: Ledger, answers: Sequence[bytes | None], others: Sequence[bytes], history: int
) -> None:
    ledger, mine, other = shared_ledger, next(names), next(names)
    for one in others:
        put(ledger, one, provider=other)
    for body in answers:
        put(ledger, body, bounds=Bounds(history, 30), provider=mine)
    kept = list(answers[-history:])
    assert bodies(ledger, mine) == kept
    assert bodies(ledger, other) == list(others)
    good = [one for one in kept if one is not None]
    assert (stored(ledger, mine), stored(ledger, other)) == (len({*good}), len({*others}))
    newest = snapshots.newest(ledger, [mine])
    assert (newest[mine].answered.body if newest else None) == (good[-1] if good else None)


def test_what_is_too_old_goes_with_the_next_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    early, late = Ledger(url, skew_ms=-31 * DAY), Ledger(url)
    early.migrate()
    put(early, b"old")
    put(early, b"old", provider="bolt")
    put(late, b"new")
    assert bodies(late) == [b"new"]
    assert bodies(late, "bolt") == [b"old"]
    with late.write() as connection:
        assert snapshots.delete_older(connection, late, 30) == 1
    assert (bodies(late, "bolt"), stored(late, "bolt"), stored(late, "acme")) == ([], 0, 1)
    for ledger in (early, late):
        ledger.close()


def test_a_page_goes_on_where_the_one_before_ended(ledger: Ledger) -> None:
    for number in range(7):
        put(ledger, str(number).encode())
    pages, before, more = [], None, True
    while more:
        found, more = snapshots.page(ledger, "acme", before, 3, 10**9)
        pages.append([one.answered.body for one in found])
        before = found[-1].id
    assert pages == [[b"6", b"5", b"4"], [b"3", b"2", b"1"], [b"0"]]


def test_a_page_of_large_answers_is_short_but_never_empty(ledger: Ledger) -> None:
    for _ in range(3):
        put(ledger, b"x" * 100)
    put(ledger, b"y" * 1_000)
    found, more = snapshots.page(ledger, "acme", None, 10, 250)
    assert ([one.answered.size for one in found], more) == ([1_000], True)
    found, more = snapshots.page(ledger, "acme", found[-1].id, 10, 250)
    assert ([one.answered.size for one in found], more) == ([100, 100], True)


def test_answers_are_read_by_their_commits(ledger: Ledger) -> None:
    put(ledger, b"a", 5)
    put(ledger, b"b", 5, provider="bolt")
    put(ledger, None, 6)
    put(ledger, b"c" * 50, 7)
    of = snapshots.of_commits(ledger, [5, 6], 10)
    assert [(one.seq, one.answered.body) for one in of] == [(5, b"a"), (5, b"b")]
    since = snapshots.newest_since(ledger, 4, 7, None, 2, 10)
    assert [(one.seq, one.answered.body) for one in since] == [(7, None), (5, b"b")]
    since = snapshots.newest_since(ledger, 4, 6, {"acme"}, 9, 10)
    assert [one.answered.body for one in since] == [b"a"]


def test_what_is_held_is_counted(ledger: Ledger) -> None:
    for body in (b"a", None, b"b"):
        put(ledger, body)
    held = snapshots.held(ledger)["acme"]
    assert (held.snapshots, held.answers) == (3, 2)
    assert 0 < held.oldest_at <= held.newest_at <= ledger.now()
    assert snapshots.held(ledger).keys() == {"acme"}
    assert isinstance(held, Held)
