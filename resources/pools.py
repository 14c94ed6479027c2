"""Which pools there are: seeded from pools.toml and the providers, then rows of the ledger."""

import functools
import math
import threading
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import cast

import msgspec

from resources.cadence import CADENCES
from resources.directory import Directory
from resources.errors import Conflict
from resources.http.permits import Permits
from resources.http.pool import Pool
from resources.http.rotation import Member, StrategyName
from resources.http.seating import Membership
from resources.ledger import Ledger, pools
from resources.ledger.pools import StoredMember, StoredPool
from resources.market import Interval
from resources.providers.base import CandleQuery, Provider

# Feeds that assets collect through a pool.
COLLECTED = tuple(CADENCES)
_FILE = Path(__file__).with_name("pools.toml")
_PRIORITY = 5
_LAST_PRIORITY = 10_000
# Candles of small markets are noise, and averages over markets are no candles of one.
_BEHIND = 1_000


class _Pool(msgspec.Struct, frozen=True):
    id: str
    name: str
    category: str
    strategy: StrategyName
    description: str
    feed: str | None = None
    leaders: tuple[str, ...] = ()


def seed(ledger: Ledger, providers: Mapping[str, Provider]) -> None:
    """Add pools and members that were never seeded before, as for a provider that is new.

    What someone removed or changed stays so. Costs a read where there is nothing to add.
    """
    enabled = [provider for provider in providers.values() if provider.enabled]
    pools.seed(ledger, _seeds(enabled))


def membership(
    ledger: Ledger, directory: Directory, pool_id: str, *, sandboxed: bool
) -> Callable[[], Membership]:
    """Reads who is in a pool now, and how it picks: its members that are living."""

    def read() -> Membership:
        pool, providers = pools.read(ledger, pool_id), directory.providers()
        members = tuple(
            Member(provider, member.priority, member.weight)
            for member in pool.members
            if (provider := providers.get(member.provider))
            and living(directory, provider, sandboxed=sandboxed)
        )
        closed = "" if pool.enabled else "it is disabled"
        return Membership(cast(StrategyName, pool.strategy), members, closed)

    return read


def living(directory: Directory, provider: Provider, *, sandboxed: bool) -> bool:
    """Whether it is enabled, and the key that it wants is set; the sandbox takes any."""
    return directory.enabled(provider) and (sandboxed or directory.has_key(provider))


class Pools:
    """The pools of a ledger for those who turn them by hand; safe to use from several threads."""

    def __init__(self, ledger: Ledger, directory: Directory, *, sandboxed: bool) -> None:
        self._ledger = ledger
        self._sandboxed = sandboxed
        self._directory = directory
        self._permits = Permits(ledger)
        self._pools: dict[str, Pool] = {}
        self._lock = threading.Lock()

    def delete(self, pool_id: str) -> None:
        """Raises Conflict for a pool that a feed is collected through, UnknownName with near ids."""
        if pool_id in COLLECTED:
            raise Conflict(
                f"{pool_id} is collected through this pool: disable it or remove members instead"
            )
        with self._lock:
            pools.delete(self._ledger, pool_id)
            self._pools.pop(pool_id, None)

    def rotate(self, pool_id: str, reason: str) -> Provider:
        """The member that the pool turns to.

        Raises UnknownName with near ids, NoneAvailable with the earliest time at which a
        member may be called.
        """
        with self._lock:
            if pool_id not in self._pools:
                read = membership(self._ledger, self._directory, pool_id, sandboxed=self._sandboxed)
                self._pools[pool_id] = Pool(pool_id, read, self._permits)
            return self._pools[pool_id].rotate(reason)


@functools.cache
def _file() -> tuple[_Pool, ...]:
    return msgspec.convert(tomllib.loads(_FILE.read_text())["pool"], tuple[_Pool, ...])


def _seeds(providers: Iterable[Provider]) -> list[StoredPool]:
    """The pools of the file with their members; of a feed only where some provider serves it."""
    living = list(providers)
    found = []
    for one in _file():
        members = tuple(_member(provider, one) for provider in living if _belongs(provider, one))
        if members or one.feed is None:
            found.append(
                StoredPool(
                    one.id, one.name, one.category, one.strategy, True, one.description,
                    members=members,
                )
            )  # fmt: skip
    return found


def _belongs(provider: Provider, pool: _Pool) -> bool:
    return provider.category == pool.category if pool.feed is None else serves(provider, pool.feed)


def serves(provider: Provider, feed: str) -> bool:
    """Whether a provider answers with a feed: by its parsers, or by an endpoint that says so."""
    parsed = {"ohlcv": provider.candles, "prices": provider.tickers}.get(feed)
    told = {source.page.feed for source in provider.sources}
    told |= {endpoint.feed for endpoint in provider.endpoints}
    return parsed is not None or feed in told


def _member(provider: Provider, pool: _Pool) -> StoredMember:
    if pool.feed == "ohlcv":
        priority = _candle_rank(provider, pool.leaders)
    elif provider.id in pool.leaders:
        priority = pool.leaders.index(provider.id)
    else:
        # Whoever answers without a key works for everybody.
        keyed = provider.auth is not None and provider.auth.required
        priority = _PRIORITY * 2 if keyed else _PRIORITY
    return StoredMember(provider.id, priority, _weight(provider))


def _candle_rank(provider: Provider, leaders: Sequence[str]) -> int:
    if provider.id in leaders:
        return leaders.index(provider.id)
    return candle_priority(provider) + _BEHIND * (1 if provider.category == "exchange" else 2)


def candle_priority(provider: Provider) -> int:
    """The seconds of a provider's whole budget that a million candles cost, hourly ones if it can."""
    candles = provider.candles
    if candles is None:
        return _LAST_PRIORITY
    interval = Interval.H1 if Interval.H1 in candles.intervals else next(iter(candles.intervals))
    query = CandleQuery("BTCUSDT", interval, 0, candles.page * interval.ms)
    pages = 1_000_000 / candles.holds(query)
    weight = sum(call.weight for call in candles.calls(query))
    return min(_LAST_PRIORITY, math.ceil(pages * weight / _rate(provider)))


def _weight(provider: Provider) -> int:
    """From 1 to 100, ten more for twice as many calls a minute."""
    return min(100, max(1, round(10 * math.log2(1 + 60 * _rate(provider)))))


def _rate(provider: Provider) -> float:
    """The weight that all limits together allow a second; one where none is documented."""
    return min((limit.amount / limit.seconds for limit in provider.limits), default=1.0)
