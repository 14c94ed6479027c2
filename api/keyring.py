"""Keys looked up once, remembered for less than a second."""

import asyncio
import hashlib
import time

from resources.ledger import Ledger, keys
from resources.ledger.keys import ApiKey

# A key that was revoked must be refused within a second.
_KEPT = 0.5
_MOST = 4096


class Keyring:
    """The valid keys of a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[bytes, tuple[float, ApiKey]] = {}

    async def find(self, secret: str) -> ApiKey | None:
        """The key of a secret, None when it is unknown, expired or revoked."""
        digest = hashlib.sha256(secret.encode()).digest()
        until, known = self._known.get(digest, (0.0, None))
        asked = time.monotonic()
        if asked < until:
            return known
        key = await asyncio.to_thread(keys.find, self._ledger, secret)
        self._known.pop(digest, None)
        if key is not None:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[digest] = asked + _KEPT, key
        return key
