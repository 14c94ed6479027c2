"""Collections over histories of several processes: never are two going that were claimed."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resources.errors import Conflict
from resources.ledger import Ledger, collections
from resources.ledger.collections import STALE_MS
from tests.resources.ledger.worlds import opened

PAUSES = (1_000, STALE_MS - 5_000, STALE_MS + 5_000, 121_000)
STEPS = ("claim", "begin", "tell", "succeed", "fail", "cancel", "die")
_numbers = itertools.count()


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Ledger]]:
    folder: Path = tmp_path_factory.mktemp("collections")
    with opened(folder, 3) as found:
        yield found


class History:
    """Processes of which each claims, runs, tells and ends, or dies; `mine` is what each holds."""

    def __init__(self, ledgers: list[Ledger]) -> None:
        self.ledgers = ledgers
        for ledger in ledgers:
            ledger.skew_ms = 0
        for one in collections.going(ledgers[0]):
            collections.end(ledgers[0], one.id, "failure")
        self.mine: list[tuple[str, str] | None] = [None for _ in ledgers]

    def wait(self, ms: int) -> None:
        for ledger in self.ledgers:
            ledger.skew_ms += ms

    def step(self, who: int, what: str) -> None:
        ledger, held = self.ledgers[who], self.mine[who]
        if what == "claim" and held is None:
            going = collections.going(ledger)
            try:
                claimed = collections.claim(ledger, "forward", "api")
            except Conflict:
                assert going
                return
            assert not going
            run = f"run-{next(_numbers)}"
            self.mine[who] = claimed, run
            collections.launched(ledger, claimed, run)
        elif held is not None:
            self._go_on(ledger, who, what, held)

    def _go_on(self, ledger: Ledger, who: int, what: str, held: tuple[str, str]) -> None:
        claimed, run = held
        if claimed not in {one.id for one in collections.going(ledger)} or what == "die":
            # Whoever was silent for too long is taken for dead, and is here.
            self.mine[who] = None
        elif what == "begin":
            assert collections.begin(ledger, claimed, "forward", "api", run) == claimed
        elif what == "tell":
            collections.tell(ledger, claimed, [])
        elif what in ("succeed", "fail", "cancel"):
            ends = {"succeed": "success", "fail": "failure", "cancel": "canceled"}
            collections.end(ledger, claimed, ends[what])  # type: ignore[arg-type]
            assert collections.going(ledger) == []
            self.mine[who] = None


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from(STEPS)) | st.sampled_from(PAUSES),
        max_size=25,
    )
)
def test_at_most_one_collection_that_was_claimed_is_going(
    ledgers: list[Ledger], steps: list[tuple[int, str] | int]
) -> None:
    history = History(ledgers)
    for step in steps:
        if isinstance(step, int):
            history.wait(step)
        else:
            history.step(*step)
        assert len(collections.going(ledgers[0])) <= 1
    history.wait(3_601_000)
    assert collections.going(ledgers[0]) == []
    claimed = collections.claim(ledgers[0], "backward", "api")
    assert [one.id for one in collections.going(ledgers[1])] == [claimed]
    collections.end(ledgers[0], claimed, "success")
