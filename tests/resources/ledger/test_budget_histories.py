"""Budgets over histories of several processes: no window is ever overdrawn, and all recover."""

from collections.abc import Iterator, Sequence

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from resources.errors import BudgetExhausted
from resources.ledger import Ledger, lease_rows
from resources.ledger.budgets import Budgets
from resources.ledger.leases import LONGEST_LIFE_MS, Lease, free_at, rolled_up
from resources.ledger.tables import budget_leases
from resources.providers.base import Limit
from tests.resources.ledger.worlds import Process, World, opened, with_limits

SECOND, MINUTE, HOUR, DAY, MONTH = 1, 60, 3_600, 86_400, 2_592_000
WINDOWS = (SECOND, MINUTE, HOUR, DAY, MONTH)
# How much later room may come where leases were rolled up.
LATER = 1.02

limits = st.lists(
    st.builds(Limit, amount=st.integers(2, 40), seconds=st.sampled_from(WINDOWS)),
    min_size=1,
    max_size=3,
    unique_by=lambda limit: limit.seconds,
)
pauses = st.sampled_from([10, 100, 300, 700, 1_000, 5_000, 59_000, 61_000, HOUR * 1000])


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Ledger]]:
    with opened(tmp_path_factory.mktemp("histories"), 3) as found:
        yield found


def histories(ledgers: Sequence[Ledger]) -> type[RuleBasedStateMachine]:
    """Three processes that reserve, call, pick in vain, give back, and are killed."""
    which = st.integers(0, len(ledgers) - 1)

    class Histories(RuleBasedStateMachine):
        @initialize(given_limits=limits)
        def begin(self, given_limits: list[Limit]) -> None:
            self.world = World(ledgers, given_limits)
            self.banned_until = 0
            self.refused: tuple[Process, int, int] | None = None

        @rule(n=which, weight=st.integers(1, 12), late=st.booleans())
        def reserve(self, n: int, weight: int, *, late: bool) -> None:
            world, process = self.world, self.world.processes[n]
            weight = min(weight, world.heaviest)
            self.refused = None
            before = process.ledger.now()
            try:
                world.reserve(process, weight, late=late)
                assert before >= self.banned_until or world.now() >= self.banned_until
            except BudgetExhausted as shortage:
                until = shortage.not_before or 0
                assert before < until
                latest = max(before + world.longest * LATER + LONGEST_LIFE_MS, self.banned_until)
                assert until <= latest + 1_000
                self.refused = process, weight, until

        @rule(n=which, times=st.integers(2, 12))
        def reserve_many(self, n: int, times: int) -> None:
            for _ in range(times):
                self.reserve(n, 1, late=False)

        @precondition(lambda self: self.refused)
        @rule()
        def come_back(self) -> None:
            """Who was refused may call at the time that it was told, if nobody else did anything."""
            assert self.refused
            process, weight, until = self.refused
            self.refused = None
            quiet = not any(each.underway for each in self.world.processes)
            self.world.advance(max(1, until - process.ledger.now() + 1))
            if quiet:
                self.world.reserve(process, weight, late=False)

        @rule(n=which, at=st.integers(0, 20))
        def answer(self, n: int, at: int) -> None:
            process = self.world.processes[n]
            if process.underway:
                self.refused = None
                self.world.answer(process, process.underway[at % len(process.underway)])

        @rule(n=which)
        def pick_in_vain(self, n: int) -> None:
            """What is late was not sent yet."""
            process = self.world.processes[n]
            for call in [call for call in process.underway if call.late][:1]:
                self.refused = None
                process.underway.remove(call)
                process.budgets.returned(call.held, call.weight)

        @rule(n=which)
        def call_late(self, n: int) -> None:
            """A pick is used after a while: its weight is reserved anew where its lease is over."""
            world, process = self.world, self.world.processes[n]
            for call in [call for call in process.underway if call.late][:1]:
                self.refused = None
                try:
                    held = process.budgets.confirm(world.provider, call.held, call.weight)
                except BudgetExhausted:
                    process.underway.remove(call)
                    process.budgets.returned(call.held, call.weight)
                else:
                    call.held, call.at = held, world.now()

        @rule(n=which)
        def give_back(self, n: int) -> None:
            self.refused = None
            self.world.processes[n].budgets.give_back()

        @rule(n=which)
        def kill(self, n: int) -> None:
            self.refused = None
            self.world.kill(self.world.processes[n])

        @rule(n=which, seconds=st.sampled_from(WINDOWS), used=st.integers(0, 50))
        def be_corrected(self, n: int, seconds: int, used: int) -> None:
            self.refused = None
            self.world.processes[n].budgets.correct(self.world.provider, {seconds: used})

        @rule(n=which, wait=st.sampled_from([500, 30_000, 200_000]))
        def be_banned(self, n: int, wait: int) -> None:
            self.refused = None
            process = self.world.processes[n]
            until = process.budgets.forbid(self.world.provider, wait)
            self.banned_until = max(self.banned_until, until)

        @rule(ms=pauses)
        def pass_time(self, ms: int) -> None:
            self.refused = None
            self.world.advance(ms)

        @rule()
        def roll_up(self) -> None:
            self.refused = None
            provider, ledger = self.world.provider, ledgers[0]
            with ledger.write() as connection:
                now = ledger.now()
                leases = lease_rows.lasting(connection, provider, now)
                lease_rows.roll_up(connection, provider, leases, now)

        @invariant()
        def no_window_is_overdrawn(self) -> None:
            world = getattr(self, "world", None)
            for limit in world.limits if world else ():
                assert world.fullest(limit) <= limit.amount

        def teardown(self) -> None:
            """All are killed: the next one has the whole budget when the windows have passed."""
            world = getattr(self, "world", None)
            if world is None:
                return
            for process in world.processes:
                world.kill(process)
            world.advance(int(world.longest * LATER) + LONGEST_LIFE_MS + 200_000)
            process = world.processes[-1]
            assert process.budgets.reserve(world.provider, world.heaviest)

    return Histories


def test_no_history_of_processes_overdraws_a_window_and_all_recover(ledgers: list[Ledger]) -> None:
    run_state_machine_as_test(
        histories(ledgers),
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


jumps = st.lists(
    st.tuples(st.sampled_from(["spend", "pass", "forth", "back"]), st.integers(0, 2), pauses),
    min_size=5,
    max_size=30,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(given_limits=limits, history=jumps)
def test_each_jump_of_the_clock_forth_costs_a_window_at_most_and_none_blocks_for_ever(
    ledgers: list[Ledger], given_limits: list[Limit], history: list[tuple[str, int, int]]
) -> None:
    world, forth = World(ledgers, given_limits), 0
    for what, n, ms in history:
        process = world.processes[n]
        if what == "spend":
            spend(world, process)
        elif what == "pass":
            world.advance(ms)
        else:
            forth += what == "forth"
            world.jump(HOUR * 1000 if what == "forth" else -HOUR * 1000)
    for limit in given_limits:
        assert world.fullest(limit) <= (1 + forth) * limit.amount
    # Whatever the clock did: a window later there is room for everything.
    world.advance(int(world.longest * LATER) + 2 * LONGEST_LIFE_MS)
    assert spend(world, world.processes[0]) == world.heaviest


def spend(world: World, process: Process) -> int:
    """Call until there is no room; returns how often."""
    for spent in range(10_000):
        try:
            call = world.reserve(process, 1, late=False)
        except BudgetExhausted:
            return spent
        world.answer(process, call)
    raise AssertionError("the budget never ends")


@pytest.mark.parametrize(
    ("jump", "lasts"), [(0, 60_000), (HOUR * 1000, 0), (-HOUR * 1000, 3_660_000)]
)
def test_a_ban_ends_by_the_ledgers_clock(ledgers: list[Ledger], jump: int, lasts: int) -> None:
    world = World(ledgers, [Limit(10, MINUTE)])
    world.processes[0].budgets.forbid(world.provider, 60_000)
    world.jump(jump)
    if lasts:
        world.advance(lasts - 500)
        with pytest.raises(BudgetExhausted):
            world.reserve(world.processes[1], 1, late=False)
        world.advance(501)
    assert world.reserve(world.processes[1], 1, late=False)


ended = st.lists(
    st.builds(Lease, amount=st.integers(0, 9), expires_at=st.integers(0, 4_000_000)), max_size=80
)


@settings(deadline=None)
@given(limits, ended, st.integers(0, 4_000_000), st.integers(0, 4_000_000), st.integers(1, 40))
def test_rolling_up_never_makes_room_and_takes_it_for_a_short_while_only(
    given_limits: list[Limit], rows: list[Lease], now: int, later: int, weight: int
) -> None:
    leases = sorted(rows, key=lambda lease: -lease.expires_at)
    weight = min(weight, *(limit.amount for limit in given_limits))
    lasting = [
        lease
        for lease in leases
        if lease.expires_at > now - 1000 * max(limit.seconds for limit in given_limits)
    ]
    fewer = [
        Lease(sum(lease.amount for lease in group), group[0].expires_at)
        for group in rolled_up(lasting, given_limits, now)
    ]
    assert sum(lease.amount for lease in fewer) == sum(lease.amount for lease in lasting)
    for limit in given_limits:
        window = limit.seconds * 1000
        before, after = (counted(which, now + later, window) for which in (lasting, fewer))
        assert before <= after
        assert after <= counted(lasting, now + later - window // 200, window)
        exact = free_at(lasting, [limit], weight)
        rolled = free_at(fewer, [limit], weight)
        assert rolled <= now or exact <= rolled <= max(exact, now) + window // 200


def counted(leases: Sequence[Lease], at: int, window: int) -> int:
    return sum(lease.amount for lease in leases if lease.expires_at > at - window)


def test_fifty_thousand_leases_of_a_day_become_a_few_hundred_that_count_the_same(
    ledgers: list[Ledger],
) -> None:
    for ledger in ledgers:
        ledger.skew_ms = 0
    provider = with_limits([Limit(10, SECOND), Limit(100_000, DAY)])
    ledger, now = ledgers[0], ledgers[0].now()
    rows = [
        {"provider": provider.id, "amount": 1, "taken_at": now - at, "expires_at": now - at}
        for at in range(1_500, 50_000_000 + 1_500, 1_000)
    ]
    with ledger.write() as connection:
        connection.execute(sa.insert(budget_leases), rows)
    budgets = Budgets(ledger)
    for _ in range(10):
        budgets.arrived(budgets.reserve(provider, 1))
        budgets.give_back()
    mine = budget_leases.c.provider == provider.id
    with ledger.read() as connection:
        kept = sa.select(sa.func.count(), sa.func.sum(budget_leases.c.amount)).where(mine)
        count, amount = connection.execute(kept).one()
    assert amount == 50_010
    assert count < 300
