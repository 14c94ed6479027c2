"""How many connections are open at once: in all, and of one address."""

import resource
from collections import Counter

from api.limiter import counted_address

# Descriptors that connections leave to files, the ledger and providers.
_RESERVED = 256
# More are of no use, whatever the system allows.
_DESCRIPTORS = 16_384


class Connections:
    """Connections of HTTP by address. A socket (WebSocket) is one until its handshake is done."""

    def __init__(self, most: int, most_of_address: int) -> None:
        self._most = most
        self._most_of_address = most_of_address
        self._open: Counter[str] = Counter()
        self._total = 0

    def join(self, host: str, others: int, *, is_proxy: bool) -> str | None:
        """By what the connection is counted, None where it is one too many.

        `others` are all that are open, sockets included. Behind a proxy are many clients.
        """
        address, room = counted_address(host), _for_connections()
        crowded = self._open[address] >= min(self._most_of_address, room // 2)
        if (crowded and not is_proxy) or self._total >= self._most or others >= room:
            return None
        self._open[address] += 1
        self._total += 1
        return address

    def leave(self, address: str) -> None:
        self._total -= 1
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]


def raise_descriptors() -> None:
    """Allow this process as many files and connections as it may have, within reason."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _for_connections() -> int:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return _DESCRIPTORS
    return max(soft - _RESERVED, soft // 2)
