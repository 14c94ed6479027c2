"""Budgets over histories of several processes: no window is ever overdrawn, and all recover."""

from collections.abc import Callable, Iterator, Sequence

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

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
PAUSES = (10, 100, 300, 700, 1_000, 5_000, 59_000, 61_000, HOUR * 1000)
# Real milliseconds pass too, so that a failure is seldom the same twice: none is made smaller.
played = settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Ledger]]:
    with opened(tmp_path_factory.mktemp("histories"), 3) as found:
        yield found


class History:
    """Steps of three processes that reserve, call, pick in vain, give back, and are killed."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.banned_until = 0

    def reserve(self, process: Process, number: int, *, late: bool = False) -> int | None:
        """Reserve; where it is refused, the time that is told is neither past nor too far."""
        world, weight = self.world, min(1 + number % 12, self.world.heaviest)
        before = process.ledger.now()
        try:
            world.reserve(process, weight, late=late)
        except BudgetExhausted as shortage:
            until = shortage.not_before or 0
        else:
            assert process.ledger.now() >= self.banned_until
            return None
        latest = max(before + world.longest * LATER + LONGEST_LIFE_MS, self.banned_until)
        assert before < until < latest + 1_000
        return until

    def reserve_at_once(self, process: Process, number: int) -> None:
        self.reserve(process, number)

    def reserve_late(self, process: Process, number: int) -> None:
        self.reserve(process, number, late=True)

    def reserve_many(self, process: Process, number: int) -> None:
        for _ in range(number % 6):
            self.reserve(process, 0)

    def come_back(self, process: Process, number: int) -> None:
        """Who has no room has it at the time that it was told, if nobody else does anything."""
        until = self.reserve(process, number)
        if until is not None and until != self.banned_until:
            quiet = not any(each.underway for each in self.world.processes)
            self.world.advance(max(1, until - process.ledger.now() + 1))
            assert self.reserve(process, number) is None or not quiet

    def answer(self, process: Process, number: int) -> None:
        if process.underway:
            self.world.answer(process, process.underway[number % len(process.underway)])

    def pick_in_vain(self, process: Process, _: int) -> None:
        """What is late was not sent yet."""
        for call in [call for call in process.underway if call.late][:1]:
            process.underway.remove(call)
            process.budgets.returned(call.held, call.weight)

    def use_a_pick(self, process: Process, _: int) -> None:
        """Its weight is reserved anew where its lease is over."""
        for call in [call for call in process.underway if call.late][:1]:
            try:
                provider = self.world.provider
                call.held = process.budgets.confirm(provider, call.held, call.weight)
                call.at = self.world.now()
            except BudgetExhausted:
                self.pick_in_vain(process, 0)

    def give_back(self, process: Process, _: int) -> None:
        process.budgets.give_back()

    def kill(self, process: Process, _: int) -> None:
        self.world.kill(process)

    def be_corrected(self, process: Process, number: int) -> None:
        process.budgets.correct(self.world.provider, {WINDOWS[number % 5]: number})

    def be_banned(self, process: Process, number: int) -> None:
        until = process.budgets.forbid(self.world.provider, number * 3_000)
        self.banned_until = max(self.banned_until, until)

    def pass_time(self, _: Process, number: int) -> None:
        self.world.advance(PAUSES[number % len(PAUSES)])

    def roll_up(self, process: Process, _: int) -> None:
        with process.ledger.write() as connection:
            now = process.ledger.now()
            leases = lease_rows.lasting(connection, self.world.provider, now)
            lease_rows.roll_up(connection, self.world.provider, leases, now)


Step = Callable[[History, Process, int], object]
OFTEN: list[Step] = [
    *[History.reserve_at_once, History.reserve_late, History.reserve_many, History.come_back],
    *[History.answer, History.answer, History.pass_time, History.pass_time],
]
SELDOM: list[Step] = [
    *[History.pick_in_vain, History.use_a_pick, History.give_back, History.kill],
    *[History.be_corrected, History.be_banned, History.roll_up],
]
steps = st.tuples(st.sampled_from(2 * OFTEN + SELDOM), st.integers(0, 2), st.integers(0, 59))


@played
@given(given_limits=limits, history=st.lists(steps, min_size=10, max_size=40))
def test_no_history_of_processes_overdraws_a_window_and_all_recover(
    ledgers: list[Ledger],
    given_limits: list[Limit],
    history: list[tuple[Step, int, int]],
) -> None:
    world = World(ledgers, given_limits)
    player = History(world)
    for step, n, number in history:
        step(player, world.processes[n], number)
    for limit in given_limits:
        assert world.fullest(limit) <= limit.amount
    # All are killed: the next one has the whole budget when the windows have passed.
    for process in world.processes:
        world.kill(process)
    world.advance(int(world.longest * LATER) + LONGEST_LIFE_MS + 200_000)
    world.reserve(world.processes[0], world.heaviest, late=False)


jumps = st.lists(
    st.tuples(
        st.sampled_from(["spend", "pass", "forth", "back"]),
        st.integers(0, 2),
        st.sampled_from(PAUSES),
    ),
    min_size=5,
    max_size=30,
)


@played
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
    # Whatever the clock did: a window after somebody asked there is room for everything.
    spend(world, world.processes[0])
    world.advance(int(world.longest * LATER) + 2 * LONGEST_LIFE_MS)
    # And for more, where so much real time passes meanwhile.
    assert spend(world, world.processes[0]) >= world.heaviest


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
    world.reserve(world.processes[1], 1, late=False)


def test_a_slice_whose_lease_is_long_gone_says_nothing_of_anybody_elses(
    ledgers: list[Ledger],
) -> None:
    """The database may give the id of a deleted lease to the next one."""
    world = World(ledgers, [Limit(20, SECOND)])
    sleeper, worker, other = world.processes
    world.answer(sleeper, world.reserve(sleeper, 1, late=False))
    world.advance(5_000)
    world.reserve(worker, 15, late=False)
    sleeper.budgets.give_back()
    spend(world, other)
    assert world.fullest(world.limits[0]) <= 20


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
