"""A collection that is going, as the person at the terminal sees it."""

import sys
import time
from collections.abc import Callable, Sequence
from typing import NoReturn

from tqdm import tqdm

from pipelines.output import say, table
from resources import collecting
from resources.ledger import Ledger, collections
from resources.ledger.collections import ENDED, Collection, SymbolState
from resources.plan import Window
from resources.schemas import utc

_PAUSE = 0.5
_HEADS = ("market", "interval", "status", "records", "retries", "missing", "error")


class Progress:
    """A bar where somebody looks at a terminal, else a line for each market that has ended."""

    def __init__(self) -> None:
        hidden = not sys.stderr.isatty()
        self._bar: tqdm[NoReturn] = tqdm(desc="candles", unit=" markets", disable=hidden)
        self._told: set[tuple[str, str]] = set()

    def show(self, states: Sequence[SymbolState]) -> None:
        ended = [state for state in states if state.status in ENDED]
        if not self._bar.disable:
            self._bar.total = len(states)
            self._bar.set_postfix_str(f"{_records(states):,} stored", refresh=False)
            self._bar.update(len(ended) - self._bar.n)
            return
        for state in ended:
            if (state.symbol, state.interval) not in self._told:
                self._told.add((state.symbol, state.interval))
                say(f"  {state.symbol} {state.interval}: {state.status}, {state.records:,} records")

    def close(self) -> None:
        self._bar.close()


def follow(
    ledger: Ledger, collection_id: str, going: Callable[[], bool], cancel: Callable[[], None]
) -> bool:
    """Show how far it is until it has ended; Ctrl-C cancels it, and waits until it has.

    Returns whether it was cancelled so.
    """
    progress = Progress()
    canceled = told = False
    while True:
        try:
            if canceled and not told:
                cancel()
                told = True
            more = going()
            progress.show(collections.states(ledger, collection_id))
            if not more:
                break
            time.sleep(_PAUSE)
        except KeyboardInterrupt:
            # A second one may have cut the first one's cancel short.
            canceled, told = True, False
            say("The collection is being cancelled …")
    progress.close()
    return canceled


def summary(ledger: Ledger, collection_id: str) -> bool:
    """Tell how each market fared; False where not all went well."""
    one = collections.find(ledger, collection_id)
    states = collections.states(ledger, collection_id)
    if one is None:
        return False
    _tell(ledger, one, states)
    bad = any(state.status in ("failed", "partial") for state in states)
    return one.state == "success" and not bad


def tell_current(ledger: Ledger) -> None:
    """Tell of the collection that is going, else of the last one."""
    one = collecting.current(ledger)
    if one is None:
        say("nothing was collected yet")
    else:
        _tell(ledger, one, collections.states(ledger, one.id))


def _tell(ledger: Ledger, one: Collection, states: Sequence[SymbolState]) -> None:
    if states:
        say(table(_HEADS, [_row(state) for state in states]))
    until = one.ended_at if one.ended_at is not None else ledger.now()
    counts = ", ".join(
        f"{sum(state.status == status for state in states)} {status}" for status in ENDED
    )
    say(
        f"{one.mode}: {one.state} after {(until - one.started_at) / 1000:.0f} s; "
        f"{len(states)} markets, {counts}; {_records(states):,} records"
    )
    if one.error:
        say(one.error)


def _row(state: SymbolState) -> tuple[str, ...]:
    counts = (f"{state.records:,}", f"{state.retries:,}")
    ranges = _ranges(state.missing)
    return (state.symbol, state.interval, state.status, *counts, ranges, state.error or "")


def _ranges(missing: tuple[Window, ...]) -> str:
    """The first range and how many more there are."""
    if not missing:
        return ""
    first, more = missing[0], len(missing) - 1
    said = f"{utc(first.start):%Y-%m-%d %H:%M} to {utc(first.end):%Y-%m-%d %H:%M}"
    return f"{said} and {more} more" if more else said


def _records(states: Sequence[SymbolState]) -> int:
    return sum(state.records for state in states)
