"""Breakers over histories of several processes: who may call when, and that all recover."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resources.errors import BreakerOpen
from resources.ledger import Ledger
from resources.ledger.breakers import (
    FAILURES,
    FIRST_OPEN_MS,
    LONGEST_OPEN_MS,
    PROBE_MS,
    Breakers,
)
from tests.resources.ledger.worlds import opened

HOUR = 3_600_000
PAUSES = (10, 1_000, 10_000, 31_000, 61_000, 121_000, 910_000)

_numbers = itertools.count()
played = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Ledger]]:
    with opened(tmp_path_factory.mktemp("histories"), 3) as found:
        yield found


@dataclass(eq=False)
class Process:
    ledger: Ledger
    breakers: Breakers
    entered: list[int | None] = field(default_factory=list)  # the probes of calls under way


class History:
    """Steps of three processes that call one provider, and what must hold after each."""

    def __init__(self, ledgers: Sequence[Ledger]) -> None:
        for ledger in ledgers:
            ledger.skew_ms = 0
        self.provider = f"acme{next(_numbers)}"
        self.processes = [Process(ledger, Breakers(ledger)) for ledger in ledgers]
        self.failures = 0  # since it was closed last, of calls that it let through while closed
        self.open_until = 0
        self.probe: tuple[int, int] | None = None  # its mark, and when it was let through

    def now(self) -> int:
        return self.processes[0].ledger.now()

    def enter(self, process: Process, _: int) -> None:
        before = self.now()
        try:
            probe = process.breakers.enter(self.provider)
        except BreakerOpen as refused:
            until = refused.not_before or 0
        else:
            process.entered.append(probe)
            if probe is None:
                assert not self.open_until
            else:
                self._let_through(probe)
            return
        assert self.open_until
        assert until <= max(self.open_until, before + PROBE_MS + 1_000)
        # Nobody is kept waiting by anything but the opening, and one probe.
        assert before < self.open_until or self.probe is not None

    def _let_through(self, probe: int) -> None:
        """One at a time, and none before the time."""
        now = self.now()
        assert now >= self.open_until > 0
        assert self.probe is None or now >= self.probe[1] + PROBE_MS
        self.probe = probe, now

    def enter_many(self, process: Process, number: int) -> None:
        for _ in range(number % 8):
            self.enter(process, 0)

    def fail(self, process: Process, number: int) -> None:
        if not process.entered:
            return
        probe = process.entered.pop(number % len(process.entered))
        was_open, now = bool(self.open_until), self.now()
        after = process.breakers.failed(self.provider, probe)
        self.failures += not was_open
        if not was_open and after.state == "open":
            assert self.failures >= FAILURES
            assert FIRST_OPEN_MS <= after.open_until - now <= FIRST_OPEN_MS + 5_000
        elif was_open and self.probe and probe == self.probe[0]:
            assert after.state == "open"
            assert FIRST_OPEN_MS <= after.open_until - now <= LONGEST_OPEN_MS + 5_000
            self.probe = None
        elif was_open:
            # The late answer to a call that is not the probe changes nothing.
            assert after.open_until == self.open_until
        self.open_until = after.open_until if after.state != "closed" else 0

    def fail_all(self, process: Process, _: int) -> None:
        while process.entered:
            self.fail(process, 0)

    def answer(self, process: Process, number: int) -> None:
        if not process.entered:
            return
        probe = process.entered.pop(number % len(process.entered))
        process.breakers.succeeded(self.provider, probe)
        if self.probe and probe == self.probe[0]:
            self.probe, self.open_until, self.failures = None, 0, 0
            for each in self.processes:
                assert each.breakers.enter(self.provider) is None

    def prove_nothing(self, process: Process, number: int) -> None:
        if not process.entered:
            return
        probe = process.entered.pop(number % len(process.entered))
        process.breakers.released(self.provider, probe)
        if self.probe and probe == self.probe[0]:
            self.probe = None

    def share(self, process: Process, _: int) -> None:
        process.breakers.share()

    def kill(self, process: Process, _: int) -> None:
        process.breakers, process.entered = Breakers(process.ledger), []

    def pass_time(self, _: Process, number: int) -> None:
        self.set_clock(PAUSES[number % len(PAUSES)])

    def set_clock(self, ms: int) -> None:
        for process in self.processes:
            process.ledger.skew_ms += ms


Step = Callable[[History, Process, int], object]
STEPS: list[Step] = [
    *[History.enter, History.enter_many, History.fail, History.fail_all, History.pass_time] * 3,
    *[History.answer] * 2,
    *[History.prove_nothing, History.share, History.kill],
]
steps = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(0, 2), st.integers(0, 20)),
    min_size=10,
    max_size=60,
)


@played
@given(history=steps)
def test_one_probe_at_a_time_goes_through_never_early_and_the_provider_comes_back(
    ledgers: list[Ledger], history: list[tuple[Step, int, int]]
) -> None:
    player = History(ledgers)
    for step, n, number in history:
        step(player, player.processes[n], number)
    # All are killed in the middle: at the latest the longest opening later one call closes it.
    for process in player.processes:
        player.kill(process, 0)
    player.set_clock(LONGEST_OPEN_MS + PROBE_MS)
    probing, *others = (process.breakers for process in player.processes)
    probing.succeeded(player.provider, probing.enter(player.provider))
    for each in (probing, *others):
        assert each.enter(player.provider) is None
        assert each.blocked_until(player.provider) == 0


def test_a_late_answer_to_a_call_from_before_it_opened_does_not_close_it(
    ledgers: list[Ledger],
) -> None:
    player = History(ledgers)
    slow, failing = (process.breakers for process in player.processes[:2])
    failing.failed(player.provider, failing.enter(player.provider))
    entered = slow.enter(player.provider)
    for _ in range(FAILURES - 1):
        failing.failed(player.provider, None)
    slow.succeeded(player.provider, entered)
    assert failing.state(player.provider).state == "open"
    assert slow.state(player.provider).state == "open"


@played
@given(
    history=steps,
    jumps=st.lists(st.tuples(st.integers(0, 59), st.sampled_from([-HOUR, HOUR])), max_size=3),
)
def test_wherever_the_clock_jumps_a_call_is_let_through_within_the_longest_opening(
    ledgers: list[Ledger],
    history: list[tuple[Step, int, int]],
    jumps: list[tuple[int, int]],
) -> None:
    player = History(ledgers)
    for at, (step, n, number) in enumerate(history):
        for when, ms in jumps:
            if when == at:
                player.set_clock(ms)
        process = player.processes[n]
        if step in (History.enter, History.enter_many):
            try_to_enter(player, process)
        elif step is History.fail_all:
            for probe in process.entered:
                process.breakers.failed(player.provider, probe)
            process.entered.clear()
        elif step is History.answer and process.entered:
            process.breakers.succeeded(player.provider, process.entered.pop())
        elif step is History.pass_time:
            player.pass_time(process, number)
    player.set_clock(LONGEST_OPEN_MS + 1)
    assert player.processes[0].breakers.blocked_until(player.provider) == 0
    assert try_to_enter(player, player.processes[0])


def try_to_enter(player: History, process: Process) -> bool:
    try:
        process.entered.append(process.breakers.enter(player.provider))
    except BreakerOpen:
        return False
    return True
