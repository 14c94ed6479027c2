"""The turns of all pools of a process, on their way to the ledger."""

import contextlib
import time
from collections import deque
from dataclasses import dataclass, field

from resources.errors import StoreUnavailable
from resources.ledger import rotations
from resources.ledger.database import Ledger
from resources.ledger.rotations import Turn

_SECONDS = 1.0
# More turns than that in a second are counted, but only the newest are told.
_KEPT = 500


@dataclass(slots=True)
class Turns:
    """Those of one pool: from, to, reason, when (monotonic, seconds)."""

    newest: deque[tuple[str | None, str, str, float]] = field(
        default_factory=lambda: deque(maxlen=_KEPT)
    )
    count: int = 0

    def add(self, of: str | None, to: str, reason: str, now: float) -> None:
        """The pool picks another member than before."""
        self.newest.append((of, to, reason, now))
        self.count += 1


class History:
    """Turns in memory, written at most once a second."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._pools: dict[str, Turns] = {}
        self._write_at = 0.0

    def turns(self, pool: str) -> Turns:
        """The one object with a pool's turns."""
        return self._pools.setdefault(pool, Turns())

    def write_due(self, now: float) -> None:
        if now >= self._write_at:
            # Another process that starts a second behind does no harm.
            with contextlib.suppress(StoreUnavailable):
                self.write()

    def write(self) -> None:
        now = time.monotonic()
        self._write_at = now + _SECONDS
        counts = {pool: turns.count for pool, turns in self._pools.items() if turns.count}
        if not counts:
            return
        told = sorted(
            (at, pool, of, to, reason)
            for pool in counts
            for of, to, reason, at in self._pools[pool].newest
        )
        turns = [
            Turn(pool, of, to, reason, round((now - at) * 1000))
            for at, pool, of, to, reason in told
        ]
        rotations.save(self._ledger, turns, counts)
        for pool in counts:
            self._pools[pool].newest.clear()
            self._pools[pool].count = 0
