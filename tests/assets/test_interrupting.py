"""A cancelled run ends its event loop, wherever Python is when the signal comes."""

import asyncio
import signal
from concurrent.futures import ThreadPoolExecutor

import dagster as dg
import pytest
from dagster._utils.interrupts import raise_interrupts_as

from assets.interrupting import run_interruptibly

Cancelled = dg.DagsterExecutionInterruptedError


async def answer() -> str:
    return "done"


async def interrupted_in_a_callback(signal_number: signal.Signals) -> None:
    asyncio.get_running_loop().call_soon(signal.raise_signal, signal_number)
    await asyncio.sleep(30)


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_within_a_callback_of_the_loop_ends_it(signal_number: signal.Signals) -> None:
    with pytest.raises(Cancelled), raise_interrupts_as(Cancelled):
        run_interruptibly(interrupted_in_a_callback(signal_number))


def test_handlers_are_what_they_were_afterwards() -> None:
    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    assert run_interruptibly(answer()) == "done"
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == before


def test_in_another_thread_signals_are_left_alone() -> None:
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: run_interruptibly(answer())).result() == "done"
