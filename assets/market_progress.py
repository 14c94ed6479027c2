"""How far one market of a collection is."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from resources.errors import HeadwaterError, NotFound
from resources.flush import CandlePage
from resources.ledger.collections import Status, SymbolState
from resources.market import Interval, Symbol
from resources.plan import Window, missing


@dataclass(slots=True)
class MarketProgress:
    """What is still to be asked for of one market, who has answered, and what has failed.

    `ahead` are the parts of pages that belong to later months; before `reached` everything
    was answered once; `served` are the ids of the providers that did,
    and `useless` those of which nothing could be used, with the error. `error` is why it cannot
    go on, and what is told meanwhile why it waits.
    """

    symbol: Symbol
    interval: Interval
    todo: list[Window]
    ahead: list[CandlePage] = field(default_factory=list)
    reached: int = 0
    served: frozenset[str] = frozenset()
    error: HeadwaterError | None = None
    useless: dict[str, HeadwaterError] = field(default_factory=dict)
    _status: Status = "pending"
    _records: int = 0
    _retries: int = 0
    _trouble: HeadwaterError | None = None
    _missing: tuple[Window, ...] | None = None
    _told: SymbolState | None = None

    def next_before(self, end: int, reach: int) -> Window | None:
        """From the first missing window that begins before `end` to the end of the last one that
        begins within `reach` (ms) of it: a page tells of them all."""
        if not self.todo or self.todo[0].start >= end:
            return None
        first = self.todo[0].start
        return Window(first, max(one.end for one in self.todo if one.start < first + reach))

    def advance(self, done: Window) -> list[Window]:
        """Go on behind what was answered; what of it was missing."""
        told = [part for one in self.todo if (part := one.clip(done)).length]
        if not told:
            # The live edge: what is not there yet is not asked for again.
            self.reached = self.todo.pop(0).end
            return []
        self.reached = done.end
        behind = Window(done.end, self.todo[-1].end)
        self.todo = [rest for one in self.todo if (rest := one.clip(behind)).length]
        return told

    def begin(self) -> None:
        self._status = "running"

    def retried(self, error: HeadwaterError) -> None:
        self._retries += 1
        self._trouble = error

    def answered(self, provider: str) -> None:
        self.served |= {provider}
        self._trouble = None

    def stored(self, records: int) -> None:
        self._records += records

    def fail(self, error: HeadwaterError) -> None:
        self.error = error

    def end(self, wanted: Sequence[Window], covered: Sequence[Window]) -> None:
        """Settle the status: of these ranges, what is covered now is done."""
        self._missing = tuple(hole for one in wanted for hole in missing(one, covered))
        if isinstance(self.error, NotFound):
            self._status = "partial" if self._records else "skipped"
        elif self._missing or self.error:
            self._status = "partial" if self._records else "failed"
        else:
            self._status = "complete"

    def state(self) -> SymbolState:
        error = self.error or self._trouble
        return SymbolState(
            str(self.symbol),
            str(self.interval),
            self._status,
            self._records,
            self._retries,
            tuple(self.todo) if self._missing is None else self._missing,
            str(error) if error else None,
        )

    def news(self) -> SymbolState | None:
        """The state, where it is another than the last time."""
        state = self.state()
        if state == self._told:
            return None
        self._told = state
        return state
