"""Work in an event loop that ends when its run is cancelled."""

import asyncio
import signal
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run_interruptibly(work: Coroutine[Any, Any, T]) -> T:
    """As asyncio.run; where the run is cancelled the work is, and then Dagster's handler raises.

    That handler raises wherever Python is. In a callback of the loop, which logs what it
    catches and goes on, a cancellation would be lost.
    """
    if threading.current_thread() is not threading.main_thread():
        return asyncio.run(work)
    before = {each: signal.getsignal(each) for each in _SIGNALS}
    try:
        return asyncio.run(_until_interrupted(work))
    except asyncio.CancelledError:
        _restore(before)
        signal.raise_signal(signal.SIGINT)
        raise
    finally:
        _restore(before)


async def _until_interrupted(work: Coroutine[Any, Any, T]) -> T:
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
    for each in _SIGNALS:
        loop.add_signal_handler(each, task.cancel)
    return await task


def _restore(handlers: dict[signal.Signals, Any]) -> None:
    for each, handler in handlers.items():
        signal.signal(each, handler)
