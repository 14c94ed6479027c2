"""How requests are counted, with a clock that the test moves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.caller import Caller
from api.limiter import Limiter, Quota, Tier, counted_as
from resources.errors import TooManyRequests
from resources.ledger import Ledger, daily_usage
from resources.ledger.keys import ApiKey
from tests.ledgers import ledger_at

NOON = 20_000 * 86_400 + 43_200
MIDNIGHT = 20_001 * 86_400
PERSON = Caller("203.0.113.9")
PRO = Caller("203.0.113.9", ApiKey("5b1e", "shop", ("read",), "pro"))
ADMIN = Caller("203.0.113.9", ApiKey("77aa", "boss", ("admin",), "admin"))
TIERS = {"free": Tier(30, 1_000), "pro": Tier(300, 50_000), "admin": None}


class Clock:
    """Seconds, of both clocks at once."""

    def __init__(self, at: float = NOON) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    made = ledger_at(tmp_path_factory.mktemp("ledger") / "ledger.db")
    yield made
    made.close()


def limiter(ledger: Ledger, clock: Clock, minute: int = 30, day: int = 1_000) -> Limiter:
    tiers = {**TIERS, "free": Tier(minute, day)}
    return Limiter(tiers, ledger, clock=clock, wall=clock)


def counted(limits: Limiter, caller: Caller = PERSON) -> Quota:
    quota = limits.count(caller)
    assert quota is not None
    return quota


@settings(deadline=None)
@given(
    st.integers(1, 8),
    st.integers(1, 40),
    st.lists(st.floats(0, 90, allow_nan=False), min_size=1, max_size=200),
)
def test_no_minute_holds_more_and_none_is_refused_without_need(
    ledger: Ledger, minute: int, day: int, pauses: list[float]
) -> None:
    """Against the definition: so many in the 60 s that end now, so many since midnight."""
    clock, passed = Clock(), list[float]()
    limits = limiter(ledger, clock, minute, day)
    for pause in pauses:
        clock.at += pause
        within = [at for at in passed if at > clock.at - 60]
        today = [at for at in passed if at // 86_400 == clock.at // 86_400]
        quota = counted(limits)
        assert quota.allowed == (len(within) < minute and len(today) < day)
        if quota.allowed:
            passed.append(clock.at)
            left = min(minute - len(within), day - len(today)) - 1
            assert quota.remaining == left
        else:
            assert quota.remaining == 0
        usage = limits.usage(PERSON)
        assert usage.minute_used == len([at for at in passed if at > clock.at - 60])
        assert usage.day_used == len([at for at in passed if at // 86_400 == clock.at // 86_400])


@pytest.mark.parametrize(("caller", "limit"), [(PERSON, 30), (PRO, 300)])
def test_each_tier_has_its_minute(ledger: Ledger, caller: Caller, limit: int) -> None:
    limits = limiter(ledger, Clock())
    answers = [counted(limits, caller) for _ in range(limit + 5)]
    assert [answer.allowed for answer in answers] == [True] * limit + [False] * 5
    assert [answer.remaining for answer in answers] == [*range(limit - 1, -1, -1), *[0] * 5]
    assert {answer.limit for answer in answers} == {limit}


def test_an_admin_has_no_limit(ledger: Ledger) -> None:
    limits = limiter(ledger, Clock())
    assert [limits.count(ADMIN) for _ in range(2_000)] == [None] * 2_000
    assert limits.usage(ADMIN).minute_limit is None


def test_what_a_caller_is_told_to_wait_is_what_it_has_to_wait(ledger: Ledger) -> None:
    clock = Clock()
    limits = limiter(ledger, clock, minute=3)
    for pause in (0, 10.5, 20):
        clock.at += pause
        counted(limits)
    refused = counted(limits)
    assert (refused.allowed, refused.reset) == (False, 30)
    clock.at += refused.reset - 1
    assert not counted(limits).allowed
    clock.at += 1
    assert counted(limits).allowed


def test_the_day_ends_at_midnight_utc(ledger: Ledger) -> None:
    clock = Clock(MIDNIGHT - 300.5)
    limits = limiter(ledger, clock, day=2)
    assert [counted(limits).allowed for _ in range(3)] == [True, True, False]
    refused = counted(limits)
    assert (refused.window, refused.limit, refused.reset) == ("day", 2, 301)
    with pytest.raises(TooManyRequests, match="2 requests a day") as told:
        limits.require(PERSON)
    assert told.value.seconds == 301
    clock.at += 301
    assert counted(limits).remaining == 1


def test_what_was_refused_does_not_count(ledger: Ledger) -> None:
    clock = Clock()
    limits = limiter(ledger, clock, minute=2)
    for _ in range(100):
        limits.count(PERSON)
    assert (limits.usage(PERSON).minute_used, limits.usage(PERSON).day_used) == (2, 2)
    clock.at += 60
    assert counted(limits).allowed


def test_callers_do_not_count_for_one_another(ledger: Ledger) -> None:
    limits = limiter(ledger, Clock(), minute=1)
    others = (Caller("203.0.113.10"), PRO, Caller("2001:db8::1"), Caller(""))
    assert all(counted(limits, one).allowed for one in (PERSON, *others))
    assert not any(counted(limits, one).allowed for one in (PERSON, others[0], others[2]))


def test_a_key_that_falls_to_a_smaller_tier_waits_for_that_one(ledger: Ledger) -> None:
    clock = Clock()
    limits = limiter(ledger, clock)
    for _ in range(100):
        clock.at += 0.1
        counted(limits, PRO)
    fallen = Caller(PRO.address, ApiKey("5b1e", "shop", ("read",), "free"))
    refused = counted(limits, fallen)
    assert not refused.allowed
    clock.at += refused.reset
    assert counted(limits, fallen).allowed


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("203.0.113.9", "address 203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "address 2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "address 2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "address 203.0.113.9"),
        ("fe80::1%eth0", "address fe80::/64"),
        ("no:address", "address no:address"),
        ("", "address "),
    ],
)
def test_an_address_is_counted_by_what_one_customer_has(address: str, name: str) -> None:
    assert counted_as(Caller(address)) == name


def test_a_million_addresses_take_bounded_memory_and_no_key_is_forgotten(ledger: Ledger) -> None:
    limits = Limiter(
        {**TIERS, "pro": Tier(3, 1_000)}, ledger, clock=Clock(), wall=Clock(), most_addresses=1_000
    )
    for _ in range(3):
        counted(limits, PRO)
    for number in range(1_000_000):
        limits.count(Caller(f"{number}"))
    assert len(limits._addresses) == 1_000
    assert not counted(limits, PRO).allowed


async def test_a_restart_forgets_nothing_of_the_day(tmp_path: Path) -> None:
    made = ledger_at(tmp_path / "ledger.db")
    clock = Clock()
    for requests in (4, 3):
        limits = limiter(made, clock, day=10)
        for _ in range(requests):
            counted(limits)
            counted(limits, PRO)
        await limits.flush()
        await limits.flush()
    limits = limiter(made, clock, day=10)
    assert limits.usage(PERSON).day_used == limits.usage(PRO).day_used == 7
    assert [counted(limits).allowed for _ in range(4)] == [True] * 3 + [False]
    assert daily_usage.read(made, NOON // 86_400 + 1, 10) == {}
    made.close()


async def test_what_the_ledger_could_not_take_is_added_later(tmp_path: Path) -> None:
    made = ledger_at(tmp_path / "ledger.db")
    limits = limiter(made, Clock())
    counted(limits)
    with made.write() as connection:
        connection.exec_driver_sql("ALTER TABLE daily_usage RENAME TO elsewhere")
    await limits.flush()
    counted(limits)
    with made.write() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO daily_usage")
    await limits.flush()
    assert daily_usage.read(made, NOON // 86_400, 10) == {"address 203.0.113.9": 2}
    made.close()


def test_no_key_is_forgotten_for_addresses(ledger: Ledger) -> None:
    today = ledger.now() // 86_400_000
    busy = {(today, f"address 203.0.113.{n}"): 100 + n for n in range(5)}
    quiet = {(today, f"key {n}"): 1 for n in range(3)}
    daily_usage.add(ledger, {**busy, **quiet})
    assert daily_usage.read(ledger, today, 2) == {
        "key 0": 1, "key 1": 1, "key 2": 1, "address 203.0.113.3": 103, "address 203.0.113.4": 104,
    }  # fmt: skip


def test_old_days_go(ledger: Ledger) -> None:
    today = ledger.now() // 86_400_000
    daily_usage.add(ledger, {(today - back, "key old"): 1 for back in range(5)})
    with ledger.write() as connection:
        assert daily_usage.prune(connection, ledger) >= 3
    assert [bool(daily_usage.read(ledger, today - back, 10)) for back in range(3)] == [
        True, True, False,
    ]  # fmt: skip


def test_tries_of_keys_are_counted_by_the_minute_apart_from_requests(ledger: Ledger) -> None:
    clock = Clock()
    limits = limiter(ledger, clock, minute=2, day=2)
    for _ in range(3):
        limits.admit_key(PERSON.address)()  # valid ones
    limits.admit_key(PERSON.address)
    clock.at += 20
    limits.admit_key(PERSON.address)
    with pytest.raises(TooManyRequests) as refused:
        limits.admit_key(PERSON.address)
    assert refused.value.seconds == 40
    assert [counted(limits).allowed for _ in range(3)] == [True, True, False]
    limits.admit_key("203.0.113.10")
    clock.at += 41
    limits.admit_key(PERSON.address)
    assert limits.usage(PERSON).day_used == 2


def test_tries_of_one_network_of_ipv6_are_counted_together(ledger: Ledger) -> None:
    limits = limiter(ledger, Clock(), minute=1)
    limits.admit_key("2001:db8::1")
    with pytest.raises(TooManyRequests):
        limits.admit_key("2001:db8::2")
