"""Whether each provider may be called, known to all processes.

A breaker opens after 5 failures in a row, or when half of at least 10 calls of the last
minute failed, whichever processes made them. A failure is written at once; successes,
which only matter for that half, are written every two seconds.
"""

import random
import time
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

import sqlalchemy as sa

from resources.errors import BreakerOpen
from resources.ledger.database import Ledger
from resources.ledger.rows import add_counts, insert_missing
from resources.ledger.tables import breaker_counts, breakers

FAILURES = 5
FIRST_OPEN_MS = 60_000
LONGEST_OPEN_MS = 900_000
# A call seldom lasts as long; a prober that is killed blocks the next one no longer than this.
PROBE_MS = 30_000
SPAN_MS = 60_000
ENOUGH_CALLS = 10
_SLOT_MS = 2_000


@dataclass(frozen=True, slots=True)
class Breaker:
    """One row of the ledger; times are ms since 1970, UTC, of the database's clock."""

    state: Literal["closed", "open", "half_open"] = "closed"
    failures: int = 0  # consecutive
    opens: int = 0  # in a row
    open_until: int = 0
    probe_until: int = 0

    def blocked_until(self, now: int) -> int:
        """The time before which nothing is called, 0 when a call may be made."""
        if self.state == "closed":
            return 0
        return max(u if blocks(u, now) else 0 for u in (self.open_until, self.probe_until))


CLOSED = Breaker()
_COLUMNS = [breakers.c[name] for name in asdict(CLOSED)]


def blocks(until: int, now: int) -> bool:
    """A time too far ahead was written before the clock was set back: it blocks nothing."""
    return now < until <= now + LONGEST_OPEN_MS


def after_failure(
    breaker: Breaker, now: int, *, probe: int | None, trip: bool, jitter: float
) -> Breaker:
    """What a failed call makes of a breaker.

    `probe` is what `enter` returned for the call, `trip` opens a closed breaker at
    once, `jitter` in [0, 1) shortens every opening but the first by up to a fifth.
    """
    if breaker.state == "closed":
        counted = replace(breaker, failures=breaker.failures + 1)
        return _opened(counted, now, jitter) if trip or counted.failures >= FAILURES else counted
    if breaker.state == "half_open" and probe == breaker.probe_until:
        return _opened(replace(breaker, failures=breaker.failures + 1), now, jitter)
    return breaker  # a late answer to a call from before it opened


def _opened(breaker: Breaker, now: int, jitter: float) -> Breaker:
    doubled = min(FIRST_OPEN_MS << min(breaker.opens, 4), LONGEST_OPEN_MS)
    length = doubled if breaker.opens == 0 else round(doubled * (1 - jitter / 5))
    return replace(
        breaker, state="open", opens=breaker.opens + 1, open_until=now + length, probe_until=0
    )


@dataclass(slots=True)
class Watch:
    """What this process knows of one breaker; `answered` calls are not written yet."""

    breaker: Breaker = field(default_factory=Breaker)
    closed: bool = True
    answered: int = 0

    def see(self, breaker: Breaker) -> None:
        self.breaker = breaker
        self.closed = breaker.state == "closed"


class Breakers:
    """The breakers of one ledger; every transition is written at once."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._watches: dict[str, Watch] = {}
        self._version: int | None = None
        self._share_at = 0.0

    def watch(self, provider_id: str) -> Watch:
        """The one watch over a provider, as of the last look."""
        watch = self._watches.get(provider_id)
        if watch is None:
            watch = self._watches[provider_id] = Watch()
            with self.ledger.read() as connection:
                watch.see(self._read(connection, provider_id))
        return watch

    def look(self) -> None:
        """See what other processes wrote; costs a few microseconds where nobody has committed."""
        version = self.ledger.data_version()
        if version == self._version:
            return
        rows = sa.select(breakers.c.provider, *_COLUMNS).where(
            sa.or_(breakers.c.state != "closed", breakers.c.failures > 0)
        )
        with self.ledger.read() as connection:
            found = {provider: Breaker(*row) for provider, *row in connection.execute(rows)}
        for provider, watch in self._watches.items():
            watch.see(found.get(provider, CLOSED))
        self._version = version

    def state(self, provider_id: str) -> Breaker:
        self.look()
        return self.watch(provider_id).breaker

    def blocked_until(self, provider_id: str) -> int:
        """The time before which the provider is not called, as of the last look; else 0."""
        watch = self.watch(provider_id)
        return 0 if watch.closed else watch.breaker.blocked_until(self.ledger.now())

    def enter(self, provider_id: str) -> int | None:
        """Before a call: None, or the mark of the one probe that a half-open breaker lets through.

        Raises BreakerOpen.
        """
        if self.state(provider_id).state == "closed":
            return None
        until = self.blocked_until(provider_id)
        probe = None if until else self._take_probe(provider_id)
        # Another process may have begun a probe in between, or have closed the breaker.
        self.look()
        until = until or (0 if probe else self.blocked_until(provider_id))
        if until:
            raise _left_alone(provider_id, until)
        return probe

    def confirm(self, provider_id: str, probe: int | None) -> int | None:
        """Before a call that entered earlier: its mark. Raises BreakerOpen where it may not go now."""
        breaker = self.state(provider_id)
        if probe is None:
            return self.enter(provider_id)
        if breaker.state == "half_open" and breaker.probe_until == probe:
            return probe
        raise _left_alone(provider_id, self.blocked_until(provider_id) or None)

    def failed(self, provider_id: str, probe: int | None) -> Breaker:
        """After a failed call; returns what the breaker is now."""
        watch = self.watch(provider_id)
        with self.ledger.write() as connection:
            insert_missing(connection, breakers, provider=provider_id, **_values(CLOSED))
            now = connection.execute(sa.select(self.ledger.clock)).scalar_one()
            before = self._read(connection, provider_id, lock=True)
            trip = before.state == "closed" and self._half_failed(connection, provider_id, now)
            after = after_failure(before, now, probe=probe, trip=trip, jitter=random.random())
            if after != before:
                connection.execute(_change(provider_id).values(**_values(after)))
            if after.state != "closed":
                # What led to the opening must not count again once the breaker has closed.
                ours = breaker_counts.c.provider == provider_id
                connection.execute(sa.delete(breaker_counts).where(ours))
        watch.answered = 0
        watch.see(after)
        return after

    def succeeded(self, provider_id: str, probe: int | None) -> None:
        """After a call that was answered: closes a probed breaker, forgets a closed one's failures."""
        watch = self._watches.get(provider_id) or self.watch(provider_id)
        if probe is None and watch.closed:
            watch.answered += 1
            if time.monotonic() >= self._share_at:
                self.share()
        if probe is None and not (watch.closed and watch.breaker.failures):
            return
        with self.ledger.write() as connection:
            change = _change(provider_id).where(_entered(probe))
            connection.execute(change.values(**_values(CLOSED)))

    def share(self) -> None:
        """Write the calls that were answered, which other processes count too."""
        self._share_at = time.monotonic() + _SLOT_MS / 1000
        watches = {name: watch for name, watch in self._watches.items() if watch.answered}
        if not watches:
            return
        with self.ledger.write() as connection:
            now = connection.execute(sa.select(self.ledger.clock)).scalar_one()
            rows = [
                {"provider": name, "slot": now // _SLOT_MS, "calls": watch.answered, "failed": 0}
                for name, watch in watches.items()
            ]
            add_counts(connection, breaker_counts, rows, "calls", "failed")
            old = breaker_counts.c.slot <= (now - SPAN_MS) // _SLOT_MS
            connection.execute(sa.delete(breaker_counts).where(old))
        for watch in watches.values():
            watch.answered = 0

    def released(self, provider_id: str, probe: int | None) -> None:
        """After a call that proved nothing: another probe may be made."""
        if probe is not None:
            with self.ledger.write() as connection:
                change = _change(provider_id).where(_entered(probe))
                connection.execute(change.values(probe_until=0))

    def _take_probe(self, provider_id: str) -> int | None:
        clock = self.ledger.clock
        with self.ledger.write() as connection:
            take = _change(provider_id).where(
                breakers.c.state != "closed",
                *(
                    sa.or_(until <= clock, until > clock + LONGEST_OPEN_MS)
                    for until in (breakers.c.open_until, breakers.c.probe_until)
                ),
            )
            taken = take.values(state="half_open", probe_until=clock + PROBE_MS)
            return connection.execute(taken.returning(breakers.c.probe_until)).scalar()

    def _half_failed(self, connection: sa.Connection, provider_id: str, now: int) -> bool:
        """Count one more failure; whether half of at least ten calls of the last minute failed."""
        counts, slot = breaker_counts.c, now // _SLOT_MS
        calls = self.watch(provider_id).answered + 1
        row = {"provider": provider_id, "slot": slot, "calls": calls, "failed": 1}
        add_counts(connection, breaker_counts, [row], "calls", "failed")
        # A slot ahead of now is from before the clock was set back.
        recent = sa.select(sa.func.sum(counts.calls), sa.func.sum(counts.failed)).where(
            counts.provider == provider_id,
            counts.slot > (now - SPAN_MS) // _SLOT_MS,
            counts.slot <= slot,
        )
        made, failed = connection.execute(recent).one()
        return bool(made >= ENOUGH_CALLS and failed * 2 >= made)

    def _read(self, connection: sa.Connection, provider_id: str, *, lock: bool = False) -> Breaker:
        rows = sa.select(*_COLUMNS).where(breakers.c.provider == provider_id)
        row = connection.execute(rows.with_for_update() if lock else rows).first()
        return Breaker(*row) if row else CLOSED


def close(ledger: Ledger, provider_id: str) -> bool:
    """Close a breaker by hand: calls go at once, five failures open it again. Whether it was open."""
    with ledger.write() as connection:
        change = _change(provider_id).where(breakers.c.state != "closed")
        return bool(connection.execute(change.values(**_values(CLOSED))).rowcount)


def not_closed(ledger: Ledger) -> dict[str, Breaker]:
    """The breakers that are open or half-open, by provider."""
    rows = sa.select(breakers.c.provider, *_COLUMNS).where(breakers.c.state != "closed")
    with ledger.read() as connection:
        return {provider: Breaker(*row) for provider, *row in connection.execute(rows)}


def _left_alone(provider_id: str, until: int | None) -> BreakerOpen:
    return BreakerOpen(f"{provider_id} failed too often and is left alone for now", until)


def _change(provider_id: str) -> sa.Update:
    return sa.update(breakers).where(breakers.c.provider == provider_id)


def _entered(probe: int | None) -> sa.ColumnElement[bool]:
    """Whether the breaker is still as the call found it."""
    if probe is None:
        return breakers.c.state == "closed"
    return sa.and_(breakers.c.state == "half_open", breakers.c.probe_until == probe)


def _values(breaker: Breaker) -> dict[str, str | int]:
    return asdict(breaker)
