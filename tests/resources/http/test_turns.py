"""Turns: whatever few are asked in between, whichever process asks, everyone has as many."""

import asyncio
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from resources.http import AtMost, Member, Membership, Permits, Pick, Pool
from resources.http.line import Able
from resources.ledger import Ledger
from resources.providers.base import Provider
from tests.resources.http.played import a_provider

NAMES = "abcdefghijkl"
some = st.sets(st.sampled_from(NAMES), max_size=5)


async def answer(pick: Pick) -> str:
    return pick.provider.id


def one(_: Provider) -> int:
    return 1


def among(names: set[str]) -> Able:
    return lambda provider: provider.id in names


class Minutes:
    """Minutes of one pool of a ledger, each asked by a process of its own."""

    def __init__(self, ledger: Ledger, name: str, members: str) -> None:
        self._ledger = ledger
        self._name = name
        self._members = tuple(Member(a_provider(member)) for member in members)

    def ask(self, n: int, follow_ups: list[set[str]], at_most: AtMost | None = None) -> list[str]:
        """Whom a minute's question goes to, before more of it are asked of few."""
        permits = Permits(self._ledger)
        membership = Membership("round_robin", self._members)
        pool = Pool(self._name, lambda: membership, permits)

        async def minute() -> list[str]:
            answers, _ = await pool.several(n, answer, lambda _: True, one, at_most=at_most)
            for able in follow_ups:
                if able & {member.provider.id for member in self._members}:
                    found, _ = await pool.several(3, answer, among(able), one, follows_up=True)
                    assert {name for _, name in found} <= able
            return [name for _, name in answers]

        asked = asyncio.run(minute())
        permits.history.write()
        return asked


@settings(max_examples=10, deadline=None)
@given(st.integers(1, len(NAMES)), st.integers(1, 6), st.lists(some, max_size=3), st.uuids())
def test_follow_ups_take_nobodys_turn(
    emptied: Ledger, size: int, quorum: int, follow_ups: list[set[str]], pool: object
) -> None:
    minutes, seen = Minutes(emptied, str(pool), NAMES[:size]), Counter[str]()
    for _ in range(3 * size):
        seen.update(minutes.ask(quorum, follow_ups))
    assert set(seen) == set(NAMES[:size])
    assert max(seen.values()) - min(seen.values()) <= 1


@settings(max_examples=10, deadline=None)
@given(some, st.integers(1, 6), st.integers(1, 3), st.lists(some, max_size=2), st.uuids())
def test_of_a_kind_no_more_are_asked_while_others_are_left_and_each_as_often(
    emptied: Ledger, kind: set[str], quorum: int, n: int, follow_ups: list[set[str]], pool: object
) -> None:
    minutes, seen = Minutes(emptied, str(pool), NAMES), Counter[str]()
    at_most = AtMost(n, among(kind))
    for _ in range(3 * len(NAMES)):
        asked = minutes.ask(quorum, follow_ups, at_most)
        assert len(set(asked)) == quorum
        assert len(kind & set(asked)) <= n
        seen.update(asked)
    for alike in (kind, set(NAMES) - kind):
        assert set(seen) >= alike
        turns = [seen[name] for name in alike] or [0]
        assert max(turns) - min(turns) <= 1


def test_where_no_others_are_left_more_of_a_kind_are_asked(ledger: Ledger) -> None:
    at_most = AtMost(1, among(set("abc")))
    assert set(Minutes(ledger, "letters", "abcd").ask(3, [], at_most)) == set("abd")
