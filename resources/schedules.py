"""When each provider is looked at: what its row of `provider_schedules` and its data come to.

The first look is due at once, each later one an interval after the one before began. Failures
in a row double the time, at most to four intervals or an hour, whichever is longer; a success
ends that.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass

from resources.directory import Directory
from resources.errors import InvalidInput
from resources.ledger import Ledger, provider_schedules
from resources.ledger.provider_schedules import NEVER_LOOKED_AT, Row
from resources.providers.base import UPDATE_SECONDS, Call, Provider

LEAST_SECONDS = 60
MOST_SECONDS = 30 * 86_400
_BACK_OFF_SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class Schedule:
    """One provider's schedule as it holds now.

    `enabled` is what was set, or what the provider says; `has_key` whether it has the key that
    it wants, if any.
    """

    provider: Provider
    row: Row
    enabled: bool
    has_key: bool

    @property
    def interval(self) -> int:
        """Seconds between two looks."""
        return interval_of(self.provider, self.row)

    @property
    def active(self) -> bool:
        """Whether it is looked at."""
        return self.enabled and self.has_key and watched_call(self.provider) is not None


class Schedules:
    """The schedules of all providers of a ledger; in the sandbox none lacks a key."""

    def __init__(self, ledger: Ledger, directory: Directory, *, sandboxed: bool) -> None:
        self._ledger = ledger
        self._directory = directory
        self._sandboxed = sandboxed

    def all(self) -> list[Schedule]:
        rows = provider_schedules.read(self._ledger)
        providers = self._directory.providers().values()
        return [self._of(provider, rows.get(provider.id)) for provider in providers]

    def one(self, provider_id: str) -> Schedule | None:
        """The schedule of an id as it holds at this moment, None where there is no such provider."""
        provider = self._directory.providers().get(provider_id)
        if provider is None:
            return None
        return self._of(
            provider, provider_schedules.read(self._ledger, provider_id).get(provider_id)
        )

    def due(self, until: int, categories: Collection[str] = ()) -> list[Schedule]:
        """Those to look at by `until` (ms, the ledger's clock), the longest overdue first."""
        return sorted(
            (
                schedule
                for schedule in self.all()
                if schedule.active
                and schedule.row.next_due <= until
                and (not categories or schedule.provider.category in categories)
            ),
            key=lambda schedule: schedule.row.next_due,
        )

    def _of(self, provider: Provider, row: Row | None) -> Schedule:
        row = row or NEVER_LOOKED_AT
        has_key = self._sandboxed or self._directory.has_key(provider)
        # Nobody has switched on what cannot be called; it is on once its key is there.
        enabled = provider.enabled and has_key if row.enabled is None else row.enabled
        return Schedule(provider, row, enabled, has_key)


def watched_call(provider: Provider) -> Call | None:
    """What is asked of a provider for its snapshot: the first endpoint, else its health call."""
    return provider.endpoints[0].call if provider.endpoints else provider.health_call


def interval_of(provider: Provider, row: Row) -> int:
    """Seconds between two looks: what was set or the provider's own, never below its minimum."""
    chosen = row.interval_seconds or UPDATE_SECONDS[provider.update]
    return max(chosen, minimum_interval(provider))


def minimum_interval(provider: Provider) -> int:
    """The fewest seconds between two looks: a minute, or what its limits allow."""
    call = watched_call(provider)
    weight = call.weight if call else 1
    spread = [math.ceil(limit.seconds * weight / limit.amount) for limit in provider.limits]
    return max([LEAST_SECONDS, *spread])


def checked_interval(provider: Provider, seconds: int) -> int:
    """The same interval; raises InvalidInput with the bound where it is beyond one."""
    if reason := interval_fault(provider, seconds):
        raise InvalidInput(f"the interval of {provider.id} {reason}")
    return seconds


def interval_fault(provider: Provider, seconds: object) -> str | None:
    """What is wrong with an interval, as the end of a sentence."""
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        return "must be a whole number of seconds"
    least = minimum_interval(provider)
    if not least <= seconds <= MOST_SECONDS:
        return f"must be at least {least} and at most {MOST_SECONDS} seconds, not {seconds}"
    return None


def limits_fault(provider: Provider) -> str | None:
    """Whether limits allow so little that no interval would do, as the end of a sentence."""
    least = minimum_interval(provider)
    if least <= MOST_SECONDS:
        return None
    return f"allow a call in {least} seconds, and the longest interval is {MOST_SECONDS}"


def longest_wait(interval: int) -> int:
    """The most seconds until the next look, however often a provider has failed."""
    return max(4 * interval, _BACK_OFF_SECONDS)


def next_wait(interval: int, failures: int, jitter: float, not_before: float = 0) -> float:
    """Seconds from the start of a look to the next one.

    `failures` counts those in a row, `jitter` is random in [0, 1). `not_before` is in how many
    seconds the provider may be called again, where it was banned or its budget is used up.
    """
    longest = longest_wait(interval)
    wait = float(interval)
    if failures:
        # Past 2**30 the bound has long been met.
        wait = min(longest, interval * 2 ** min(failures, 30)) * (1 - jitter / 4)
    return min(longest, max(interval, wait, not_before))
