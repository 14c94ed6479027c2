"""What this process's calls came to, and what others' did: the figures that strategies go by."""

import contextlib
import time
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

import httpx

from resources.errors import ProviderError, StoreUnavailable
from resources.http.layer import Layer, provider_of
from resources.http.outcome import Outcome, outcome_of
from resources.ledger import outcomes
from resources.ledger.database import Ledger
from resources.ledger.outcomes import Ended, Recent

_SECONDS = 2.0
# Upper bounds of the buckets of provider_latencies, in ms, up to 17 minutes.
_BOUNDS = [2 ** (n / 4) for n in range(81)]
_NEVER_ANSWERED = ("timeout", "connection")
_SMOOTHING = 0.2
# What a call that failed counts as: nobody gets data from it, however fast it fails.
_FAILED_MS = 5_000.0
_ANSWERED_WELL = ("ok", "client_error", "rate_limited")


@dataclass(slots=True)
class Figures:
    """One provider in numbers.

    `used` is how often it was called in the last hour, over all processes and with this
    process's picks since. `response_ms` is an exponentially weighted mean of this process's
    response times, in which a failure counts as 5 s; before the first call it is that of
    all processes' calls of the last hour, 0 where there were none. `ended` holds count and
    time of the last, `buckets` durations, both of calls that are not written yet.
    """

    used: float = 0.0
    response_ms: float = 0.0
    timed: bool = False
    ended: dict[Outcome, list[float]] = field(default_factory=dict)
    buckets: list[int] = field(default_factory=lambda: [0] * (len(_BOUNDS) + 1))

    def see(self, recent: Recent) -> None:
        self.used = recent.calls
        if not self.timed and recent.mean_ms is not None:
            self.response_ms = recent.mean_ms + (_FAILED_MS - recent.mean_ms) * recent.failed
        elif not self.timed:
            self.response_ms = _FAILED_MS * recent.failed


class Tally:
    """Counts calls in memory, and adds them to the ledger at most every two seconds.

    What the last calls of a burst left is written by the next one, or by `write`.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._figures: dict[str, Figures] = {}
        self._write_at = 0.0
        self._read_at: dict[str, float] = {}

    def figures(self, provider_id: str) -> Figures:
        """The one object with a provider's figures."""
        return self._figures.setdefault(provider_id, Figures())

    def record(self, provider_id: str, outcome: Outcome, ms: float) -> None:
        """Count one call that was sent, and how long it took."""
        figures = self._figures.get(provider_id) or self.figures(provider_id)
        now = time.monotonic()
        if ended := figures.ended.get(outcome):
            ended[0] += 1
            ended[1] = now
        else:
            figures.ended[outcome] = [1, now]
        counted = ms if outcome == "ok" else _counted(outcome, ms)
        if outcome == "ok" or outcome not in _NEVER_ANSWERED:
            figures.buckets[bisect_left(_BOUNDS, ms)] += 1
        if figures.timed:
            figures.response_ms += _SMOOTHING * (counted - figures.response_ms)
        else:
            figures.response_ms, figures.timed = counted, True
        if now >= self._write_at:
            # A call that was answered is not lost because it could not be counted.
            with contextlib.suppress(StoreUnavailable):
                self.write()

    def write(self) -> None:
        """Add what was counted since the last time to the ledger, in one transaction."""
        now = time.monotonic()
        self._write_at = now + _SECONDS
        counted = [
            Ended(provider, outcome, int(count), round((now - at) * 1000))
            for provider, figures in self._figures.items()
            for outcome, (count, at) in figures.ended.items()
        ]
        durations = {
            (provider, bucket): count
            for provider, figures in self._figures.items()
            for bucket, count in enumerate(figures.buckets)
            if count
        }
        if not counted:
            return
        outcomes.add(self._ledger, counted, durations)
        for figures in self._figures.values():
            figures.ended.clear()
            figures.buckets = [0] * (len(_BOUNDS) + 1)

    def read(self, provider_ids: Iterable[str], key: str) -> None:
        """See what all processes' calls came to, for one pool (`key`) at most every two seconds."""
        now = time.monotonic()
        if now < self._read_at.get(key, 0.0):
            return
        self._read_at[key] = now + _SECONDS
        self.write()
        for provider, recent in outcomes.recent(self._ledger, provider_ids).items():
            self.figures(provider).see(recent)


class TallyTransport(Layer):
    """Counts each attempt that was sent, with its outcome and how long it took."""

    def __init__(self, next_transport: httpx.AsyncBaseTransport, tally: Tally) -> None:
        super().__init__(next_transport)
        self._tally = tally

    async def aclose(self) -> None:
        with contextlib.suppress(StoreUnavailable):
            self._tally.write()
        await super().aclose()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        provider, started = provider_of(request).id, time.monotonic()
        try:
            response = await self.next_transport.handle_async_request(request)
        except ProviderError as error:
            self._tally.record(provider, outcome_of(error), _ms_since(started))
            raise
        self._tally.record(provider, "ok", _ms_since(started))
        return response


def _counted(outcome: Outcome, ms: float) -> float:
    return ms if outcome in _ANSWERED_WELL else max(ms, _FAILED_MS)


def _ms_since(started: float) -> float:
    return (time.monotonic() - started) * 1000
