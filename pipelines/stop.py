"""Ctrl-C between two pieces of work: in the middle of polars it would come out as any error."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop:
    """Whether the process has been told to end."""

    def __init__(self) -> None:
        self._told = threading.Event()

    def tell(self, _number: int, _frame: FrameType | None) -> None:
        self._told.set()
        # Who asks twice does not want to wait.
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)

    def check(self) -> None:
        """Raises KeyboardInterrupt once it was told."""
        if self._told.is_set():
            raise KeyboardInterrupt


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Signals that end a process are kept for `check`, which is called between pieces."""
    stop = Stop()
    before = {number: signal.signal(number, stop.tell) for number in _SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
