"""Whether each provider may be called, known to all processes."""

import random
from dataclasses import asdict, dataclass, replace
from typing import Literal

import sqlalchemy as sa

from resources.errors import BreakerOpen
from resources.ledger.database import Ledger
from resources.ledger.rows import Cached, insert_missing
from resources.ledger.tables import breakers

FAILURES = 5
FIRST_OPEN_MS = 60_000
LONGEST_OPEN_MS = 900_000
# A call seldom lasts as long; a prober that is killed blocks the next one no longer than this.
PROBE_MS = 30_000


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


class Breakers:
    """The breakers of one ledger; every transition is written at once."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._seen = Cached(ledger, self._read)

    def state(self, provider_id: str) -> Breaker:
        return self._seen.get(provider_id)

    def blocked_until(self, provider_id: str) -> int:
        """The time before which the provider is not called, 0 when it may be."""
        breaker = self.state(provider_id)
        return 0 if breaker.state == "closed" else breaker.blocked_until(self.ledger.now())

    def enter(self, provider_id: str) -> int | None:
        """Before a call: None, or the mark of the one probe that a half-open breaker lets through.

        Raises BreakerOpen.
        """
        if self.state(provider_id).state == "closed":
            return None
        until = self.blocked_until(provider_id)
        probe = None if until else self._take_probe(provider_id)
        # Another process may have begun a probe in between, or have closed the breaker.
        until = until or (0 if probe else self.blocked_until(provider_id))
        if until:
            raise BreakerOpen(f"{provider_id} failed too often and is left alone for now", until)
        return probe

    def failed(self, provider_id: str, probe: int | None, *, trip: bool = False) -> Breaker:
        """After a failed call; returns what the breaker is now."""
        with self.ledger.write() as connection:
            insert_missing(connection, breakers, provider=provider_id, **_values(Breaker()))
            now = connection.execute(sa.select(self.ledger.clock)).scalar_one()
            before = self._read(connection, provider_id, lock=True)
            after = after_failure(before, now, probe=probe, trip=trip, jitter=random.random())
            if after != before:
                connection.execute(_change(provider_id).values(**_values(after)))
        return after

    def succeeded(self, provider_id: str, probe: int | None) -> None:
        """After a call that was answered: closes a probed breaker, forgets a closed one's failures."""
        breaker = self.state(provider_id)
        if probe is None and (breaker.state != "closed" or breaker.failures == 0):
            return
        with self.ledger.write() as connection:
            change = _change(provider_id).where(_entered(probe))
            connection.execute(change.values(**_values(Breaker())))

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

    def _read(self, connection: sa.Connection, provider_id: str, *, lock: bool = False) -> Breaker:
        columns = [breakers.c[name] for name in _values(Breaker())]
        rows = sa.select(*columns).where(breakers.c.provider == provider_id)
        row = connection.execute(rows.with_for_update() if lock else rows).first()
        return Breaker(*row) if row else Breaker()


def _change(provider_id: str) -> sa.Update:
    return sa.update(breakers).where(breakers.c.provider == provider_id)


def _entered(probe: int | None) -> sa.ColumnElement[bool]:
    """Whether the breaker is still as the call found it."""
    if probe is None:
        return breakers.c.state == "closed"
    return sa.and_(breakers.c.state == "half_open", breakers.c.probe_until == probe)


def _values(breaker: Breaker) -> dict[str, str | int]:
    return asdict(breaker)
