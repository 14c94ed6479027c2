"""The arithmetic of leases: when a limit has room for one, how large it is, how it is spent."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from resources.providers.base import Limit

SHORTEST_LIFE_MS = 250
LONGEST_LIFE_MS = 3_000
# What is sent at the end of a lease is mostly answered before the lease ends; see `Budgets.arrived`.
SPENDABLE = 0.6
# Old leases are kept to this part of the smallest window that they still count for.
_SLOTS = 200
# A lease takes this part of a window in which its lifetime is next to nothing.
_PART = 100


@dataclass(frozen=True, slots=True)
class Lease:
    """Weight that may be sent until `expires_at` (ms since 1970, UTC)."""

    amount: int
    expires_at: int


@dataclass(slots=True)
class Slice:
    """A lease of this process; times are monotonic, in seconds.

    It is spent until `spend_until`, and ends at `ends`. `others` is what each window
    (seconds) held besides it, `underway` how many of the calls that it paid for are not
    answered yet, `answered` when the last answer came; `taken_at` is of the ledger's clock,
    ms. Once `settled` no more is spent.
    """

    lease_id: int
    amount: int
    spend_until: float
    ends: float
    others: Mapping[int, int]
    spent: int = 0
    underway: int = 0
    answered: float = 0.0
    provider: str = ""
    taken_at: int = 0
    settled: bool = False

    def spend(self, weight: int, now: float) -> bool:
        """The fast paths of pools do the same without a call."""
        if self.spent + weight > self.amount or now >= self.spend_until:
            return False
        self.spent += weight
        self.underway += 1
        return True


def nothing() -> Slice:
    return Slice(0, 0, 0.0, math.inf, {})


def free_at(leases: Sequence[Lease], limits: Sequence[Limit], weight: int) -> int:
    """The time from which every limit has room for `weight` besides `leases`, newest end first."""
    return max((_room_at(leases, limit, weight) for limit in limits), default=0)


def _room_at(leases: Sequence[Lease], limit: Limit, weight: int) -> int:
    total = weight
    for lease in leases:
        total += lease.amount
        if total > limit.amount:
            return lease.expires_at + limit.seconds * 1000
    return 0


def lifetime(limits: Sequence[Limit]) -> int:
    """How long a lease lasts, in ms: a twentieth of the shortest window, within bounds."""
    shortest = min(limit.seconds for limit in limits)
    return min(max(shortest * 50, SHORTEST_LIFE_MS), LONGEST_LIFE_MS)


def slice_for(limits: Sequence[Limit], weight: int) -> int:
    """How much to lease: what the limits allow in a lease's lifetime, at least `weight`.

    Of a long window it may be a hundredth, which is lost where a process is killed.
    """
    life = lifetime(limits)
    shares = (
        max(limit.amount * life // (limit.seconds * 1000), limit.amount // _PART)
        for limit in limits
    )
    return max(weight, min(shares))


def worth_ending(held: Slice, now: float) -> bool:
    """Whether it makes a difference to a window that a lease ends now, and not when it was to."""
    return held.ends - now > min(held.others, default=math.inf) / 20


def rolled_up(leases: Sequence[Lease], limits: Sequence[Limit], now: int) -> list[list[Lease]]:
    """Leases, newest end first, in groups that one lease can stand for.

    The one ends with the last of its group, so that no window ever has more room than
    before; room comes later by a 200th of each window at most. Only leases that have ended are
    joined, and only such as the same windows count.
    """
    windows = sorted(limit.seconds * 1000 for limit in limits)

    def slot(lease: Lease) -> tuple[int, int]:
        end = lease.expires_at
        if end > now:
            return 0, end
        window = next((w for w in windows if end > now - w), windows[-1])
        width = max(window // _SLOTS, 1)
        return width, end // width

    return [list(group) for _, group in groupby(leases, slot)]
