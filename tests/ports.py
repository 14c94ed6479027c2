"""Ports on which a test's server listens later than the port is chosen."""

import itertools
import os
import socket

# Below those that systems hand out themselves (Linux from 32,768), so that no connection gets one
# first; each worker has its own.
_WORKERS, _EACH = 8, 1_000
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % _WORKERS
_FIRST = 10_000 + _WORKER * _EACH
_PORTS = itertools.cycle(range(_FIRST, _FIRST + _EACH))


def free_port() -> int:
    """A port of loopback on which nobody listens, and that no other test has got lately."""
    for port in itertools.islice(_PORTS, _EACH):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise OSError(f"every port from {_FIRST} on is taken")
