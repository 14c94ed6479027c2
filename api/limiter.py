"""How many requests each caller may still make: a moving minute, and the day in UTC."""

import asyncio
import logging
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from ipaddress import IPv6Address
from math import ceil
from typing import Literal

from api.caller import Caller
from resources.errors import StoreUnavailable, TooManyRequests
from resources.ledger import Ledger, daily_usage
from resources.settings import Settings

_log = logging.getLogger(__name__)
_MINUTE = 60.0
_DAY = 86_400
# Beyond so many addresses those that were silent for longest are forgotten: 30 MB.
MOST_ADDRESSES = 100_000


@dataclass(frozen=True, slots=True)
class Tier:
    """Requests that a caller may make in any minute, and in a day."""

    minute: int
    day: int


@dataclass(frozen=True, slots=True)
class Quota:
    """What counting one request came to, told of the window with the least left.

    `reset` is in seconds: until the oldest request leaves the minute or midnight; where the
    request is refused, until one would pass.
    """

    allowed: bool
    window: Literal["minute", "day"]
    limit: int
    remaining: int
    reset: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What a caller has used of its tier; limits are None where there are none."""

    tier: str
    minute_limit: int | None
    minute_used: int
    day_limit: int | None
    day_used: int


@dataclass(slots=True)
class _Seen:
    """The requests of one caller: when (s, monotonic, ascending; old ones may stay for a while),
    and how many on `day`."""

    day: int
    requests: int
    times: list[float] = field(default_factory=list)
    tries: list[float] = field(default_factory=list)  # of keys that were not known, likewise

    def minute(self, now: float) -> int:
        """How many lie within the minute that ends now."""
        return _lately(self.times, now)


class Limiter:
    """Counts requests in the memory of this process, and days in the ledger as well.

    An IPv6 caller is counted by its /64, all of which is commonly one customer's. `clock` is
    monotonic and `wall` UTC, both in seconds.
    """

    def __init__(
        self,
        tiers: Mapping[str, Tier | None],
        ledger: Ledger,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        most_addresses: int = MOST_ADDRESSES,
    ) -> None:
        self._tiers = tiers
        self._ledger = ledger
        self._clock = clock
        self._wall = wall
        self._most = most_addresses
        self._keys: dict[str, _Seen] = {}
        self._addresses: dict[str, _Seen] = {}
        self._unsaved: Counter[tuple[int, str]] = Counter()
        self._remember()

    def count(self, caller: Caller) -> Quota | None:
        """Count one request, unless it must be refused; None for a caller without limits."""
        tier = self._tiers[caller.tier]
        if tier is None:
            return None
        now, wall = self._clock(), self._wall()
        name = counted_as(caller)
        seen = self._seen(caller, name, int(wall // _DAY))
        if seen.requests >= tier.day:
            return Quota(False, "day", tier.day, 0, _to_midnight(wall))
        used = seen.minute(now)
        if used >= tier.minute:
            leaves = seen.times[-tier.minute] + _MINUTE
            return Quota(False, "minute", tier.minute, 0, max(1, ceil(leaves - now)))
        seen.times.append(now)
        seen.requests += 1
        self._unsaved[seen.day, name] += 1
        left = tier.minute - used - 1
        if tier.day - seen.requests < left:
            return Quota(True, "day", tier.day, tier.day - seen.requests, _to_midnight(wall))
        oldest = seen.times[-used - 1]
        return Quota(True, "minute", tier.minute, left, max(1, ceil(oldest + _MINUTE - now)))

    def require(self, caller: Caller) -> None:
        """Count one request; raises TooManyRequests where it is one too many."""
        quota = self.count(caller)
        if quota is not None and not quota.allowed:
            raise too_many(quota)

    def admit_key(self, address: str) -> Callable[[], None]:
        """Count the look-up of a key that is not known; raises TooManyRequests where the address
        has had as many of these in the last minute as it may ask requests. What is returned takes
        it back, for a key that was valid.

        They are no requests, so that nobody who has used up minute or day is refused with a key.
        """
        caller = Caller(address)
        tier = self._tiers[caller.tier]
        if tier is None:
            return _nothing
        now = self._clock()
        tries = self._seen(caller, counted_as(caller), int(self._wall() // _DAY)).tries
        if _lately(tries, now) >= tier.minute:
            leaves = max(1, ceil(tries[-tier.minute] + _MINUTE - now))
            raise TooManyRequests(
                f"too many keys that are not known came from this address; the next one in {leaves} s",
                leaves,
            )
        tries.append(now)
        return partial(_take_back, tries)

    def usage(self, caller: Caller) -> Usage:
        """What the caller has used; asking counts for nothing."""
        tier = self._tiers[caller.tier]
        if tier is None:
            return Usage(caller.tier, None, 0, None, 0)
        seen = self._of(caller).get(counted_as(caller))
        today = int(self._wall() // _DAY)
        minute = seen.minute(self._clock()) if seen else 0
        day = seen.requests if seen and seen.day == today else 0
        return Usage(caller.tier, tier.minute, minute, tier.day, day)

    async def flush(self) -> None:
        """Add what was counted since the last time to the ledger; kept for the next where it fails."""
        if not self._unsaved:
            return
        counted, self._unsaved = self._unsaved, Counter()
        try:
            await asyncio.to_thread(daily_usage.add, self._ledger, counted)
        except StoreUnavailable as error:
            _log.warning("the day's requests wait to be stored: %s", error)
            if len(counted) <= self._most:
                self._unsaved.update(counted)

    def _remember(self) -> None:
        today = int(self._wall() // _DAY)
        for name, requests in daily_usage.read(self._ledger, today, self._most).items():
            held = self._keys if name.startswith("key ") else self._addresses
            held[name] = _Seen(today, requests)

    def _of(self, caller: Caller) -> dict[str, _Seen]:
        return self._addresses if caller.key is None else self._keys

    def _seen(self, caller: Caller, name: str, today: int) -> _Seen:
        held = self._of(caller)
        # Put back at the end, so that the first is the one that was silent for longest.
        seen = held.pop(name, None) or _Seen(today, 0)
        if seen.day != today:
            seen.day, seen.requests = today, 0
        held[name] = seen
        if len(self._addresses) > self._most:
            del self._addresses[next(iter(self._addresses))]
        return seen


def limiter_of(settings: Settings, ledger: Ledger) -> Limiter:
    """A limiter with the limits of the settings."""
    free = Tier(settings.limit_free_minute, settings.limit_free_day)
    pro = Tier(settings.limit_pro_minute, settings.limit_pro_day)
    return Limiter({"free": free, "pro": pro, "admin": None}, ledger)


def counted_as(caller: Caller) -> str:
    """What a caller is counted by: its key, else its address, of IPv6 the first half."""
    if caller.key is not None or ":" not in caller.address:
        return caller.id
    return f"address {counted_address(caller.address)}"


def counted_address(address: str) -> str:
    """An address as it is counted: of IPv6 the first half; what is no address as it is."""
    if ":" not in address:
        return address
    try:
        found = IPv6Address(address)
    except ValueError:
        return address
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return f"{IPv6Address(int(found) >> 64 << 64)}/64"


def _nothing() -> None:
    """Nothing was counted."""


def _take_back(times: list[float]) -> None:
    # Empty where looking took more than a minute.
    if times:
        times.pop()


def _lately(times: list[float], now: float) -> int:
    """How many of these, ascending, lie within the minute that ends now; old ones may go."""
    old = bisect_right(times, now - _MINUTE)
    # Not at each request: of a long list that would move all of it.
    if old > len(times) // 2:
        del times[:old]
        old = 0
    return len(times) - old


def too_many(quota: Quota) -> TooManyRequests:
    """What a caller is told whose request was refused."""
    return TooManyRequests(
        f"{quota.limit} requests a {quota.window} are allowed, and all are used; "
        f"the next one in {quota.reset} s",
        quota.reset,
    )


def _to_midnight(wall: float) -> int:
    return ceil(_DAY - wall % _DAY)
