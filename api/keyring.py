"""Keys and sessions looked up once, remembered for less than a second."""

import asyncio
import hashlib
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from resources.ledger import Ledger, keys, sign_ins
from resources.ledger.keys import ApiKey

# A key that was revoked must be refused within a second (s): what was found longer ago than the
# first is looked up anew by one request, and the others go on with it until the second.
_FRESH = 0.5
_USABLE = 0.8
_MOST = 4096

_Lookup = Callable[[Ledger, str], ApiKey | None]
# Lets a look-up pass or raises; what it returns is called where the key was a valid one.
Admit = Callable[[], Callable[[], None]]


def _everybody() -> Callable[[], None]:
    return _nothing


def _nothing() -> None:
    """Nothing was noted that could be taken back."""


class _Found(NamedTuple):
    at: float  # s, monotonic
    key: ApiKey
    renewed: bool  # by a request that is looking it up


class Keyring:
    """The valid keys and sessions of a ledger. Each answer is None for what is unknown, expired,
    revoked or ended.

    What was not valid when it was last seen here is looked up only once `admit` has let it pass,
    which raises what it likes.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[bytes | str, _Found] = {}
        self._being_admitted: set[bytes | str] = set()
        # Everybody waits for these: nothing else may stand before them.
        self._thread = ThreadPoolExecutor(1)

    async def find(self, secret: str, admit: Admit = _everybody) -> ApiKey | None:
        """The key of a secret."""
        digest = hashlib.sha256(secret.encode()).digest()
        return await self._found(digest, secret, keys.find, admit)

    async def find_by_id(self, key_id: str, admit: Admit = _everybody) -> ApiKey | None:
        """The key that a token was made of."""
        return await self._found(key_id, key_id, keys.find_by_id, admit)

    async def find_session(self, secret: str, admit: Admit = _everybody) -> ApiKey | None:
        """Who a browser's session acts as."""
        digest = hashlib.sha256(b"session " + secret.encode()).digest()
        return await self._found(digest, secret, sign_ins.find, admit)

    def forget(self) -> None:
        """Look everything up anew: something was revoked here."""
        # The names stay: who was valid a moment ago need not be admitted.
        for name, known in self._known.items():
            self._known[name] = known._replace(at=-math.inf)

    async def _found(
        self, name: bytes | str, told: str, lookup: _Lookup, admit: Admit
    ) -> ApiKey | None:
        asked, take_back = time.monotonic(), _nothing
        if known := self._known.get(name):
            if asked - known.at < (_USABLE if known.renewed else _FRESH):
                return known.key
            self._known[name] = known._replace(renewed=True)
        elif name not in self._being_admitted:
            # A new key comes with many requests at once, which are one try.
            take_back = admit()
            self._being_admitted.add(name)
        try:
            loop = asyncio.get_running_loop()
            found = await loop.run_in_executor(self._thread, lookup, self._ledger, told)
        finally:
            self._being_admitted.discard(name)
        self._known.pop(name, None)
        if found is not None:
            take_back()
            if len(self._known) >= _MOST:
                # The one that was looked up longest ago.
                del self._known[next(iter(self._known))]
            self._known[name] = _Found(asked, found, renewed=False)
        return found
