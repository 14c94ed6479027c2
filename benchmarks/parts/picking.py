"""What the parts of the rotation benchmark share."""

import json
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from benchmarks.rotation import KINDS, MEMBERS
from resources.http.rotation import STRATEGIES, Member, Seat, Strategy, StrategyName, strategy_of
from resources.http.tally import Figures
from resources.ledger.breakers import Watch
from resources.ledger.budgets import Account
from resources.providers.base import Limit, Provider

# Large enough that nobody is ever refused.
AMOUNT, SECONDS = 200_000_000, 60
RESPONSE_MS = 42.5
_BATCH = 2_000

# Does so many operations.
Work = Callable[[int], None]
# The work of both kinds, for one strategy over so many members.
Subject = Callable[[StrategyName, int], AbstractContextManager[Mapping[str, Work]]]


def provider(number: int) -> Provider:
    address = f"https://api{number}.test"
    limits = (Limit(AMOUNT, SECONDS),)
    return Provider(f"p{number}", f"P{number}", "exchange", address, address, limits)


def members(count: int) -> tuple[Member, ...]:
    return tuple(Member(provider(n), priority=n, weight=10 + n) for n in range(count))


def seats(name: StrategyName, count: int) -> tuple[Strategy, list[Seat]]:
    """Our rotation without our checks, for those that have none of their own."""
    strategy = strategy_of(name)
    places = [
        Seat(member, member.provider, member.weight, Account(()), Watch(), Figures())
        for member in members(count)
    ]
    return strategy, strategy.arrange(places)


def told(figures: Figures) -> None:
    """The least that a fastest-response rotation keeps of a call."""
    figures.response_ms += 0.2 * (RESPONSE_MS - figures.response_ms)


def rate(work: Work, seconds: float) -> float:
    """Operations a second of CPU."""
    work(_BATCH)
    done, started, until = 0, time.process_time(), time.perf_counter() + seconds
    while time.perf_counter() < until:
        work(_BATCH)
        done += _BATCH
    return done / (time.process_time() - started)


def measure(subject: Subject) -> None:
    """Print what one rival manages, as JSON."""
    seconds, rates = float(sys.argv[1]), dict[str, float]()
    for name in STRATEGIES:
        for count in MEMBERS:
            for kind in KINDS:
                with subject(name, count) as works:
                    rates[f"{name}/{count}/{kind}"] = rate(works[kind], seconds)
    print(json.dumps(rates))
