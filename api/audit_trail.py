"""What was written by whom, gathered and stored within a second."""

import asyncio
import logging
from collections import deque

from resources.errors import StoreUnavailable
from resources.ledger import Ledger, audit
from resources.ledger.audit import Entry

_log = logging.getLogger(__name__)
# Waiting while the ledger cannot be written: some 10 MB.
_MOST = 20_000


class AuditTrail:
    """Entries on their way to the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._waiting: deque[Entry] = deque(maxlen=_MOST)
        self._lost = 0

    def note(self, entry: Entry) -> None:
        """Store an entry with the next flush; the newest 20,000 wait for one."""
        self._lost += len(self._waiting) == _MOST
        self._waiting.append(entry)

    async def flush(self) -> None:
        """Store what waits; what cannot be stored goes on waiting, the newest 20,000 of it."""
        if not self._waiting:
            return
        entries, self._waiting = self._waiting, deque(maxlen=_MOST)
        try:
            await asyncio.to_thread(audit.append, self._ledger, entries)
        except StoreUnavailable as error:
            newer, self._waiting = self._waiting, entries
            for entry in newer:
                self.note(entry)
            _log.error(
                "%d lines of the audit log wait to be stored, %d are lost: %s",
                len(self._waiting), self._lost, error,
            )  # fmt: skip
