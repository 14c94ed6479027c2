"""Pools as rows: seeded once, then as their users change them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from resources.errors import Conflict, InvalidInput, NotFound, UnknownName
from resources.ledger import Ledger, pools
from resources.ledger.pools import StoredMember, StoredPool
from tests.ledgers import ledger_at

SEEDS = [
    StoredPool(
        "prices", "Prices", "feed", "round_robin", True, "Prices.",
        members=(StoredMember("acme", 5, 50), StoredMember("bolt", 5, 40)),
    ),
    StoredPool("empty", "Empty", "custom", "priority", True, ""),
]  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = ledger_at(tmp_path / "ledger.db")
    pools.seed(opened, SEEDS)
    yield opened
    opened.close()


def members(ledger: Ledger, pool_id: str) -> list[str]:
    return [member.provider for member in pools.read(ledger, pool_id).members]


def test_pools_are_seeded_with_their_members(ledger: Ledger) -> None:
    empty, prices = pools.read_all(ledger)
    assert (empty.id, empty.members) == ("empty", ())
    assert prices.members == SEEDS[0].members
    assert 0 <= ledger.now() - prices.created_at < 5_000


def test_seeding_again_writes_nothing(ledger: Ledger) -> None:
    before = ledger.data_version()
    pools.seed(ledger, SEEDS)
    assert ledger.data_version() == before


def test_what_someone_changed_or_removed_stays_so(ledger: Ledger) -> None:
    pools.change(ledger, "prices", strategy="weighted", enabled=False, description="mine")
    pools.remove_member(ledger, "prices", "acme")
    pools.delete(ledger, "empty")
    more = StoredPool(
        "prices", "Prices", "feed", "round_robin", True, "Prices.",
        members=(*SEEDS[0].members, StoredMember("coda", 5, 50)),
    )  # fmt: skip
    late = StoredPool("empty", "Empty", "custom", "priority", True, "",
                      members=(StoredMember("acme", 5, 50),))  # fmt: skip
    pools.seed(ledger, [more, late])
    (prices,) = pools.read_all(ledger)
    assert (prices.strategy, prices.enabled, prices.description) == ("weighted", False, "mine")
    assert members(ledger, "prices") == ["bolt", "coda"]  # who is new joins


def test_a_member_that_was_removed_may_be_added_by_hand(ledger: Ledger) -> None:
    pools.remove_member(ledger, "prices", "acme")
    pools.add_member(ledger, "prices", StoredMember("acme", 1, 2))
    pools.seed(ledger, SEEDS)
    assert pools.read(ledger, "prices").members[0] == StoredMember("acme", 1, 2)


@pytest.mark.parametrize(
    ("name", "pool_id"),
    [("Exchange Data", "exchange_data"), ("  A/B--c ", "a_b_c"), ("7", "7")],
)
def test_an_id_is_a_slug_of_the_name(ledger: Ledger, name: str, pool_id: str) -> None:
    assert pools.create(ledger, name, "exchange", "weighted").id == pool_id
    assert pools.read(ledger, name).id == pool_id  # as a spelling, too
    with pytest.raises(Conflict):
        pools.create(ledger, name.lower(), "exchange", "weighted")


def test_a_name_needs_a_letter(ledger: Ledger) -> None:
    with pytest.raises(InvalidInput, match="a letter or a digit"):
        pools.create(ledger, "!?", "exchange", "weighted")


def test_what_is_not_there_is_told_with_near_ones(ledger: Ledger) -> None:
    for call in (
        lambda: pools.read(ledger, "pricess"),
        lambda: pools.change(ledger, "pricess", enabled=True),
        lambda: pools.delete(ledger, "pricess"),
        lambda: pools.add_member(ledger, "pricess", StoredMember("acme", 1, 1)),
    ):
        with pytest.raises(UnknownName) as unknown:
            call()
        assert unknown.value.nearest == ("prices",)
    with pytest.raises(NotFound, match="coda is no member"):
        pools.remove_member(ledger, "prices", "coda")
    with pytest.raises(Conflict, match="acme is a member"):
        pools.add_member(ledger, "prices", StoredMember("acme", 1, 1))


def test_a_pool_that_is_made_again_is_empty(ledger: Ledger) -> None:
    pools.delete(ledger, "prices")
    assert pools.create(ledger, "Prices", "feed", "priority").members == ()
    pools.seed(ledger, SEEDS)
    assert members(ledger, "prices") == []
